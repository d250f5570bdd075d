package org.numaslab.deploy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.trace.TraceFilter;
import org.numaslab.coordinator.trace.TraceReader;
import org.numaslab.node.topology.BadInput;
import picocli.CommandLine.Option;

/// Which events of which trace are replayed.
final class TraceOptions {
  /// Set by the launcher: the folder that has the launcher and `recordings/`.
  private static final String HOME = System.getProperty("numaslab.home", "deploy");

  private static final int REPEAT_MAX = 1_000_000;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      order = 1,
      description = "ftrace text of kmem events, plain or gzip; - for standard input (the demo).")
  @Nullable String file;

  @Option(
      names = "--from",
      paramLabel = "S",
      order = 2,
      description = "Only events from this second on, as the trace's clock has it.")
  double fromSeconds;

  @Option(
      names = "--to",
      paramLabel = "S",
      order = 3,
      description = "Only events before this second.")
  double toSeconds = Double.POSITIVE_INFINITY;

  /// Set by an option of the command: its name is another one where a machine is given by cpus.
  @Nullable CpuList cpus;

  @Option(
      names = "--caches",
      paramLabel = "GLOBS",
      split = ",",
      order = 5,
      description = "Only events of these caches, as 'dentry,*inode*'.")
  List<String> caches = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      order = 6,
      description = "Only the first N of all these events.")
  @Nullable Long limit;

  @Option(
      names = "--infer",
      paramLabel = "bulk",
      order = 7,
      converter = EnumWord.Inferences.class,
      description =
          "bulk: allocations by the kernel's bulk functions, which emit no events, are inferred from"
              + " the frees that would find none.")
  @Nullable Inference infer;

  /// What is replayed although no event tells of it.
  enum Inference {
    BULK
  }

  @Option(
      names = "--repeat",
      paramLabel = "N",
      order = 8,
      description =
          "Replay the trace N times in a row; what is live at the end of one is freed"
              + " before the next (1).")
  int repeat = 1;

  TraceFilter filter() {
    CpuList only = cpus;
    Long events = limit;
    Set<Integer> numbers = only == null ? Set.of() : new TreeSet<>(only.numbers());
    return TraceFilter.ALL
        .withTimes(fromSeconds, toSeconds)
        .withCpus(numbers)
        .withCaches(caches)
        .withLimit(events == null ? Long.MAX_VALUE : events)
        .withInferredBulk(infer == Inference.BULK);
  }

  void check() {
    if (repeat < 1 || repeat > REPEAT_MAX) {
      throw new BadInput("--repeat: got " + repeat + ", allowed: 1.." + REPEAT_MAX);
    }
  }

  /// Whether any of them was given.
  boolean isGiven() {
    return file != null || infer != null || repeat != 1 || !filter().equals(TraceFilter.ALL);
  }

  /// The trace to read: as it was given, else the demo.
  String source() {
    String given = file;
    return given != null ? given : demo().toString();
  }

  /// Relative to where we are, if it lies there: it is printed, and is to be typed again.
  private static Path demo() {
    Path demo = Path.of(HOME).resolve("recordings/demo/trace.txt.gz").toAbsolutePath().normalize();
    Path here = Path.of("").toAbsolutePath();
    return demo.startsWith(here) ? here.relativize(demo) : demo;
  }

  /// What a run of this trace is called: the file, or its folder where the file is just "trace".
  String name() {
    if (source().equals(TraceReader.STANDARD_INPUT)) {
      return "stdin";
    }
    Path path = Path.of(source()).toAbsolutePath().normalize();
    Path fileName = path.getFileName();
    Path parent = path.getParent();
    String name = fileName == null ? "" : fileName.toString().replaceFirst("\\..*", "");
    boolean plain = name.isEmpty() || name.equals("trace");
    if (plain && parent != null && parent.getFileName() != null) {
      return parent.getFileName().toString();
    }
    return name.isEmpty() ? "trace" : name;
  }
}
