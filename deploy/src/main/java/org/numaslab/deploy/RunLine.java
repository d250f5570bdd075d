package org.numaslab.deploy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.report.Setup;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The command line that repeats a run: every choice that it rests on, the defaults too, but not
/// where the results go.
final class RunLine {
  private static final Pattern NEEDS_NO_QUOTES = Pattern.compile("[\\w@%+=:,./-]+");

  /// Options that say where the results go, or what is shown meanwhile.
  private static final Set<String> NOT_OF_THE_RESULT = Set.of("--out", "--quiet");

  private final List<String> words = new ArrayList<>(List.of("numaslab", "run"));

  private RunLine() {}

  static String of(
      String shownTrace, TraceOptions trace, MachineOptions machine, DriverOptions moves) {
    RunLine line = new RunLine();
    line.option("--trace", shownTrace);
    line.filter(trace);
    TraceOptions.Inference infer = trace.infer;
    line.options("--infer", infer == null ? null : EnumWord.of(infer));
    if (trace.repeat != 1) {
      line.option("--repeat", trace.repeat);
    }
    line.option("--order", EnumWord.of(moves.order()));
    return line.on(machine, moves);
  }

  /// The same for a load.
  static String of(WorkloadOptions workload, MachineOptions machine, DriverOptions moves) {
    RunLine line = new RunLine();
    line.option("--workload", workload.text(moves.driver));
    line.options("--workload-caches", workload.caches);
    return line.on(machine, moves);
  }

  private String on(MachineOptions machine, DriverOptions moves) {
    options("--kernel", machine.kernel);
    options("--topology", machine.topology);
    option("--driver", EnumWord.of(moves.driver));
    option("--seed", machine.seed);
    option("--remote-draw", EnumWord.of(machine.remoteDraw));
    if (machine.initOnAlloc) {
      words.add("--init-on-alloc");
    }
    if (machine.slubDebug != null) {
      // Joined: the value may be missing, and may begin with a dash.
      words.add("--slub-debug=" + machine.slubDebug);
    }
    options("--failslab", machine.failSlab);
    options("--fail-page-alloc", machine.failPageAlloc);
    if (machine.cold) {
      words.add("--cold");
    }
    option("--limit-touched", machine.limitTouched);
    machine.writes.forEach(write -> option("--write", write));
    machine.writesAfter.forEach(write -> option("--write-after", write));
    return words.stream().map(RunLine::quoted).collect(Collectors.joining(" "));
  }

  /// The options that let only some events through.
  static String filterOf(TraceOptions trace) {
    RunLine line = new RunLine();
    line.words.clear();
    line.filter(trace);
    return line.words.isEmpty()
        ? Setup.ALL_EVENTS
        : line.words.stream().map(RunLine::quoted).collect(Collectors.joining(" "));
  }

  private void filter(TraceOptions trace) {
    if (trace.fromSeconds != 0) {
      option("--from", trace.fromSeconds);
    }
    if (trace.toSeconds != Double.POSITIVE_INFINITY) {
      option("--to", trace.toSeconds);
    }
    CpuList cpus = trace.cpus;
    options("--cpus", cpus == null ? null : cpus.text());
    options("--caches", trace.caches.isEmpty() ? null : String.join(",", trace.caches));
    options("--limit", trace.limit);
  }

  private void option(String name, Object value) {
    words.add(name);
    words.add(value.toString());
  }

  private void options(String name, @Nullable Object value) {
    if (value != null) {
      option(name, value);
    }
  }

  /// What was typed, but not where the results go.
  static String typed(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of(spec.qualifiedName(" ").split(" ")));
    // What was typed twice is matched twice, each time with all its values.
    for (ArgSpec arg : new LinkedHashSet<>(spec.commandLine().getParseResult().matchedArgs())) {
      if (!(arg instanceof OptionSpec option)) {
        words.addAll(arg.originalStringValues());
      } else if (!NOT_OF_THE_RESULT.contains(option.longestName())) {
        words.addAll(words(option, option.longestName(), UnaryOperator.identity()));
      }
    }
    return words.stream().map(RunLine::quoted).collect(Collectors.joining(" "));
  }

  /// An option as it was typed, once for each of its values.
  ///
  /// @param name that it is to have
  /// @param value what is said for each of them
  static List<String> words(OptionSpec option, String name, UnaryOperator<String> value) {
    if (option.arity().max() == 0) {
      return List.of(name);
    }
    // Joined: a value may be missing, and may begin with a dash.
    return option.originalStringValues().stream()
        .map(typed -> typed.isEmpty() ? name : name + "=" + value.apply(typed))
        .toList();
  }

  private static String quoted(String word) {
    return NEEDS_NO_QUOTES.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
