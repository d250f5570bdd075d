package org.numaslab.deploy;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.ReplaySettings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/// What a run of a cluster is, as its coordinator says it to the nodes: the words of a command line
/// that concern the machine and what runs on it.
@Command(name = "run of a cluster")
final class ClusterWords {
  private static final Set<Class<?>> CONCERNED =
      Set.of(TraceOptions.class, WorkloadOptions.class, MachineOptions.class);

  /// Whose values may be files.
  private static final Set<String> FILES = Set.of("--trace", "--kernel", "--topology");

  /// A machine in numbers, which is no file.
  private static final Pattern COUNTS = Pattern.compile("\\d+x\\d+");

  private static final Set<String> USED_BY_ALL =
      Set.of("--workload", "--seed", "--kernel", "--topology");

  @Mixin TraceOptions trace = new TraceOptions();

  @Option(
      names = "--only-cpus",
      paramLabel = "LIST",
      order = 4,
      converter = CpuListConverter.class,
      description = "Only events on these cpus, as 0-3,6.")
  void onlyCpus(CpuList list) {
    trace.cpus = list;
  }

  @Mixin WorkloadOptions workload = new WorkloadOptions();
  @Mixin MachineOptions machine = new MachineOptions();

  @Option(names = "--histories", description = "Folder for the events of each member.")
  @Nullable Path histories;

  @Option(names = "--faults", description = "Schedule of what goes wrong.")
  @Nullable Path faults;

  ReplaySettings settings() {
    return machine.settings(DriverOptions.NONE, workload.isGiven() ? 1 : trace.repeat);
  }

  static ClusterWords parse(String... words) {
    ClusterWords parsed = new ClusterWords();
    CommandLine line = new CommandLine(parsed);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.parseArgs(words);
    return parsed;
  }

  /// An option for processes that may be in another folder: a file is named in full.
  static String word(String option, String value) {
    return option + "=" + absolute(option, value);
  }

  private static String absolute(String option, String value) {
    boolean isFile =
        FILES.contains(option)
            && MachineOptions.isKernel(value)
            && !COUNTS.matcher(value).lookingAt()
            && Path.of(value).toFile().exists();
    return isFile ? Path.of(value).toAbsolutePath().toString() : value;
  }

  /// An option of a trace, a machine or a load that loads of clusters alone make nothing of.
  static Optional<String> unused(ParseResult parsed) {
    return parsed.matchedOptions().stream()
        .filter(ClusterWords::isConcerned)
        .map(OptionSpec::longestName)
        .filter(option -> !USED_BY_ALL.contains(option))
        .findFirst();
  }

  /// Only one is set by a method.
  private static boolean isOnlyCpus(OptionSpec option) {
    return option.userObject() instanceof Method;
  }

  private static boolean isConcerned(OptionSpec option) {
    return isOnlyCpus(option)
        || (option.userObject() instanceof Field field
            && CONCERNED.contains(field.getDeclaringClass()));
  }

  /// The words of a command line that concern nodes.
  static List<String> of(ParseResult parsed) {
    return parsed.matchedOptions().stream()
        .distinct()
        .filter(ClusterWords::isConcerned)
        .flatMap(option -> words(option).stream())
        .toList();
  }

  private static List<String> words(OptionSpec option) {
    String name = isOnlyCpus(option) ? "--only-cpus" : option.longestName();
    return RunLine.words(option, name, value -> absolute(name, value));
  }
}
