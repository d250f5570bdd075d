package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.registry.AttributeWrite;
import org.numaslab.coordinator.registry.AttributeWrite.Changed;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.CacheAttributes;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.registry.RunCaches.Write;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.BadInput;

/// What a person wants written, found out before there is a machine: which caches a pattern names,
/// and whether the kernel refuses.
public final class PlannedWrites {
  private final List<SharedCache> made;
  private final List<KmemCache> caches = new ArrayList<>();

  private PlannedWrites(RunCaches run) {
    this.made = run.made();
    for (SharedCache cache : made) {
      caches.add(
          KmemCache.created(
              new CacheId(caches.size()),
              cache.name(),
              cache.geometry(),
              LiveNatures.ofRegistry(run.seed()),
              run.initOnAlloc(),
              null));
    }
    run.before().forEach(this::apply);
  }

  /// The same caches with these writes besides.
  ///
  /// @throws BadInput when there is no such cache, or the kernel refuses
  public static RunCaches of(RunCaches run, List<CacheWrite> before, List<CacheWrite> after) {
    PlannedWrites plan = new PlannedWrites(run);
    List<Write> first = new ArrayList<>(run.before());
    first.addAll(plan.each(before));
    return new RunCaches(run.made(), run.initOnAlloc(), run.seed(), first, plan.each(after));
  }

  private List<Write> each(List<CacheWrite> writes) {
    List<Write> all = new ArrayList<>();
    for (CacheWrite write : writes) {
      for (KmemCache cache : write.among(caches, this::namesOf)) {
        Write planned = new Write(cache.id().value(), write.attribute(), write.text());
        if (apply(planned) instanceof Refused refused) {
          throw write.refused(cache, refused);
        }
        all.add(planned);
      }
    }
    return all;
  }

  private AttributeWrite apply(Write write) {
    AttributeWrite result =
        CacheAttributes.write(caches.get(write.cache()), write.attribute(), write.text());
    if (result instanceof Changed changed) {
      caches.set(write.cache(), changed.cache());
    }
    return result;
  }

  private Set<String> namesOf(KmemCache cache) {
    return namesOf(made.get(cache.id().value()));
  }

  /// The names under which /sys/kernel/slab has a cache.
  static Set<String> namesOf(SharedCache shared) {
    Set<String> names = new LinkedHashSet<>(shared.links());
    names.add(shared.name());
    names.add(shared.directory());
    return names;
  }
}
