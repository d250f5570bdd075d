package org.numaslab.coordinator.cost;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/// Costs as HdrHistogram's log files, which its tools read: one for each kind and link, with a line
/// for each part, tagged with its name.
public final class CostLogs {
  private static final double NANOS_PER_MICRO = 1e3;

  private CostLogs() {}

  /// @param seconds that the run took
  /// @return by path, as `costs/new_slab-0-1.hlog`
  public static Map<String, String> of(CostParts parts, double seconds) {
    Map<String, List<Cost>> files = new TreeMap<>();
    for (Cost cost : parts.costs()) {
      String path = "costs/%s-%d-%d.hlog".formatted(cost.kind(), cost.from(), cost.to());
      files.computeIfAbsent(path, p -> new ArrayList<>()).add(cost);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    files.forEach((path, costs) -> texts.put(path, text(costs, seconds)));
    return texts;
  }

  private static String text(List<Cost> costs, double seconds) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      HistogramLogWriter log = new HistogramLogWriter(out);
      log.outputComment("[nanoseconds; maxima in the third column: microseconds]");
      log.outputLogFormatVersion();
      log.outputLegend();
      for (Cost cost : costs) {
        Histogram nanos = cost.nanos().copy(); // the tag is the log's
        nanos.setTag(cost.part().toString());
        log.outputIntervalHistogram(0, seconds, nanos, NANOS_PER_MICRO);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
