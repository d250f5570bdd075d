package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.driver.MessageCounts.Kind;
import org.numaslab.coordinator.experiment.Crossings;
import org.numaslab.coordinator.experiment.Dumper;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.ReplayTally;
import org.numaslab.coordinator.experiment.TalliedCpus;
import org.numaslab.node.topology.Topology;

/// The parts that processes would have of a machine that one process had.
final class SplitRun {
  private final Experiment experiment;
  private final Topology topology;
  private final RunPart whole;

  private SplitRun(Experiment experiment) {
    this.experiment = experiment;
    this.topology = experiment.machine().topology();
    this.whole = RunPart.of(experiment);
  }

  /// The whole as one part, and then a part for each process.
  ///
  /// @param processes the nodes of each
  static List<RunPart> of(Experiment experiment, List<List<Integer>> processes) {
    SplitRun split = new SplitRun(experiment);
    List<RunPart> parts = new ArrayList<>(List.of(split.whole));
    for (int i = 0; i < processes.size(); i++) {
      parts.add(split.part(processes.get(i), i == 0));
    }
    return parts;
  }

  /// @param isFirst has what cannot be told apart: time, operations, the log, the memory
  private RunPart part(List<Integer> nodes, boolean isFirst) {
    MachineState all = experiment.machine().state();
    MachineState here =
        new MachineState(
            topology,
            all.memory(),
            all.nodes().stream().filter(node -> nodes.contains(node.id().value())).toList(),
            all.cpus().stream().filter(cpu -> nodes.contains(cpu.node().value())).toList(),
            all.registry());
    IntPredicate isHere = cpu -> nodes.contains(all.cpus().get(cpu).node().value());
    ReplayTally tally = TalliedCpus.of(experiment, isHere);
    Map<Kind, long[][]> messages = new HashMap<>();
    whole
        .messages()
        .forEach((kind, links) -> {
          long[][] own = new long[links.length][links.length];
          nodes.forEach(node -> own[node] = links[node]);
          messages.put(kind, own);
        });
    MachineDump dump =
        Dumper.dump(here, experiment.natures(), experiment.caches(), tally, live(nodes));
    NodePages pages = NodePages.of(here, experiment.natures(), dump);
    return new RunPart(
        isFirst ? whole.operations() : 0,
        isFirst ? whole.elapsedNanos() : whole.elapsedNanos() / 2,
        isFirst ? whole.later() : Experiment.Part.NONE,
        tally.sums(),
        Crossings.NONE,
        isFirst ? whole.faults() : List.of(),
        messages,
        RunPart.numaEvents(here),
        RunPart.caches(experiment, here),
        here.nodes().stream()
            .map(node -> NodePart.of(here, node, experiment.natures(), pages))
            .toList(),
        isFirst ? whole.touchedBytes() : 0,
        dump,
        whole.assumed(),
        whole.kernelLog(),
        0,
        BorderPart.none(topology.nodeCount()));
  }

  /// Who holds an object cannot be told apart here: its home's tasks.
  private Map<Integer, long[]> live(List<Integer> nodes) {
    Map<Integer, long[]> live = new HashMap<>();
    whole
        .dump()
        .live()
        .forEach((cache, objects) ->
            live.put(
                cache,
                Arrays.stream(objects)
                    .filter(object -> nodes.contains(topology.nodeIndexOfFrame(object >>> 12)))
                    .toArray()));
    return live;
  }
}
