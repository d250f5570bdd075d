package org.numaslab.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.TypeConversionException;

/// Numbers of cpus in the kernel's list format: `0-3,6`.
///
/// @param text as it was written
record CpuList(String text, List<Integer> numbers) {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

  static CpuList parse(String text) {
    List<Integer> numbers = new ArrayList<>();
    for (String part : text.strip().split(",", -1)) {
      Matcher matcher = RANGE.matcher(part.strip());
      int first = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
      int last =
          first >= 0 && matcher.group(2) != null ? Integer.parseInt(matcher.group(2)) : first;
      if (first < 0 || last < first || last >= Topology.CPUS_MAX) {
        throw new TypeConversionException(
            "got '%s', allowed: numbers and ranges as 0-3,6, up to %d"
                .formatted(text, Topology.CPUS_MAX - 1));
      }
      for (int cpu = first; cpu <= last; cpu++) {
        numbers.add(cpu);
      }
    }
    return new CpuList(text.strip(), List.copyOf(numbers));
  }
}
