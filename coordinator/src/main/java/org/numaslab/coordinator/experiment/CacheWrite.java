package org.numaslab.coordinator.experiment;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.NearestName;
import org.numaslab.coordinator.trace.Glob;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.BadInput;

/// A write to a file of /sys/kernel/slab/CACHE, for each cache that a pattern names: as
/// `*/cpu_partial=0` is `echo 0` to that file of every cache.
///
/// @param option that a person gave it with
/// @param caches a name as /sys/kernel/slab has it, also that of an alias, or a [Glob]
public record CacheWrite(String option, String caches, String attribute, String value) {
  private static final Pattern FORM = Pattern.compile("([^=]+)/([^/=]+)=(.*)", Pattern.DOTALL);

  public static CacheWrite parse(String option, String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new BadInput(
          option
              + ": got \""
              + text
              + "\", allowed: CACHE/ATTRIBUTE=VALUE, as dentry/min_partial=10 or */cpu_partial=0");
    }
    return new CacheWrite(option, parts.group(1), parts.group(2), parts.group(3));
  }

  /// The caches that it names.
  ///
  /// @param namesOf those of a cache in /sys/kernel/slab: its own, its directory, its aliases
  /// @throws BadInput when there are none
  List<KmemCache> among(List<KmemCache> all, Function<KmemCache, Set<String>> namesOf) {
    List<KmemCache> named =
        all.stream()
            .filter(c -> namesOf.apply(c).stream().anyMatch(name -> Glob.matches(caches, name)))
            .toList();
    if (named.isEmpty()) {
      List<String> names = all.stream().flatMap(c -> namesOf.apply(c).stream()).toList();
      throw new BadInput(
          "%s %s: no such cache: got %s, allowed: one of the %d caches of this run%s"
              .formatted(
                  option,
                  this,
                  caches,
                  all.size(),
                  NearestName.to(caches, names)
                      .map(near -> "; did you mean " + near + "?")
                      .orElse("")));
    }
    return named;
  }

  /// What arrives at the kernel.
  String text() {
    return value + "\n";
  }

  BadInput refused(KmemCache cache, Refused refused) {
    return new BadInput(
        "%s %s: %s%s: cache %s, attribute %s: got \"%s\", allowed: %s"
            .formatted(
                option,
                this,
                refused.error().isOfWrite() ? "write error: " : "",
                refused.error().text(),
                cache.name(),
                attribute,
                value,
                refused.allowed()));
  }

  @Override
  public String toString() {
    return caches + "/" + attribute + "=" + value;
  }
}
