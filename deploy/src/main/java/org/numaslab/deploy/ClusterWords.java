package org.numaslab.deploy;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
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
    return machine.settings(workload.isGiven() ? 1 : trace.repeat).withOrder(Order.CAUSAL);
  }

  static ClusterWords parse(String... words) {
    ClusterWords parsed = new ClusterWords();
    CommandLine line = new CommandLine(parsed);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.parseArgs(words);
    return parsed;
  }

  /// The words of a command line that concern nodes.
  static List<String> of(ParseResult parsed) {
    List<String> words = new ArrayList<>();
    for (OptionSpec option : parsed.matchedOptions()) {
      boolean isOnlyCpus = option.userObject() instanceof Method; // the only one that is set so
      boolean concerned =
          isOnlyCpus
              || (option.userObject() instanceof Field field
                  && CONCERNED.contains(field.getDeclaringClass()));
      if (concerned) {
        String name = isOnlyCpus ? "--only-cpus" : option.longestName();
        if (option.originalStringValues().isEmpty()) {
          words.add(name);
        }
        for (String value : option.originalStringValues()) {
          words.add(value.isEmpty() || option.arity().max() == 0 ? name : name + "=" + value);
        }
      }
    }
    return words;
  }
}
