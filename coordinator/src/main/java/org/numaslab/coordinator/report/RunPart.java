package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.driver.MessageCounts.Kind;
import org.numaslab.coordinator.experiment.Crossings;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.ReplayTally;
import org.numaslab.cpu.cache.NumaEvents.Event;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.NodeId;

/// All that one process contributes to the result of a run: its nodes, its CPUs, and what its tasks
/// counted. A run in one process is one of one part.
///
/// @param operations that were done
/// @param later the part of them after every cpu had been through the trace once
/// @param messages of CPUs to nodes, by the cpu's node and the asked one
/// @param numaEvents by the node that they are about
/// @param assumed what had to be
/// @param kernelLog what the emulated kernel has printed
/// @param kernelLogLost older lines that were pushed out
/// @param borders nothing crosses them in a run of one process
public record RunPart(
    long operations,
    long elapsedNanos,
    Experiment.Part later,
    ReplayTally.Sums tally,
    Crossings crossings,
    List<FaultFigures> faults,
    Map<Kind, long[][]> messages,
    Map<Event, long[]> numaEvents,
    List<CachePart> caches,
    List<NodePart> nodes,
    long touchedBytes,
    MachineDump dump,
    List<String> assumed,
    List<String> kernelLog,
    long kernelLogLost,
    BorderPart borders) {

  /// Of a run that is over, while its machine is still open. Once: the kernel's log is taken.
  public static RunPart of(Experiment experiment) {
    return of(experiment, BorderPart.none(experiment.machine().topology().nodeCount()));
  }

  /// The same of a process of several.
  public static RunPart of(Experiment experiment, BorderPart borders) {
    RunPart[] part = new RunPart[1];
    experiment.machine().atRest(machine -> part[0] = atRest(experiment, machine, borders));
    return part[0];
  }

  private static RunPart atRest(Experiment experiment, MachineState machine, BorderPart borders) {
    MachineDump dump = experiment.dump();
    NodePages pages = NodePages.of(machine, experiment.natures(), dump);
    return new RunPart(
        experiment.done(),
        experiment.elapsedNanos(),
        experiment.afterFirstRound(),
        experiment.tally().sums(),
        experiment.crossings(),
        FaultFigures.of(experiment.faults()),
        experiment.machine().messages().byLink(),
        numaEvents(machine),
        caches(experiment, machine),
        machine.nodes().stream()
            .map(node -> NodePart.of(machine, node, experiment.natures(), pages))
            .toList(),
        machine.memory().touchedBytes(),
        dump,
        experiment.assumed(),
        experiment.machine().kernelLog().take(),
        experiment.machine().kernelLog().lost(),
        borders);
  }

  static List<CachePart> caches(Experiment experiment, MachineState machine) {
    List<CachePart> parts = new ArrayList<>();
    for (KmemCache cache : experiment.caches()) {
      Map<String, String> recorded =
          experiment.recorded(parts.size()).map(CacheFiles::of).orElse(Map.of());
      TrackPart tracks =
          TrackPart.of(machine, cache, experiment.endJiffies(), experiment::callSite);
      parts.add(CachePart.of(machine, cache, recorded, tracks));
    }
    return parts;
  }

  static Map<Event, long[]> numaEvents(MachineState machine) {
    Map<Event, long[]> events = new EnumMap<>(Event.class);
    for (Event event : Event.values()) {
      long[] counts = new long[machine.topology().nodeCount()];
      for (int node = 0; node < counts.length; node++) {
        NodeId id = new NodeId(node);
        counts[node] =
            machine.cpus().stream().mapToLong(cpu -> cpu.numaEvents().count(event, id)).sum();
      }
      events.put(event, counts);
    }
    return events;
  }

  /// Its nodes, in order.
  List<Integer> nodeNumbers() {
    return nodes.stream().map(NodePart::node).toList();
  }

  /// As many as the whole machine has.
  int machineNodes() {
    return tally.homes().length;
  }

  /// @throws BadInput when its figures do not fit each other
  void check() {
    int all = machineNodes();
    StateLimits.check("part", dump);
    require("tally", tally.fits(all, caches.size()));
    require(
        "messages",
        messages.size() == Kind.values().length
            && messages.values().stream().allMatch(links -> isSquare(links, all)));
    require(
        "numa events",
        numaEvents.size() == Event.values().length
            && numaEvents.values().stream().allMatch(counts -> counts.length == all));
    require("nodes", nodes.stream().allMatch(node -> node.node() >= 0 && node.node() < all));
    require(
        "nodes of the dump",
        nodeNumbers().equals(dump.nodes().stream().map(NodeDump::id).toList()));
    require(
        "caches of the dump",
        dump.caches().size() == caches.size()
            && caches.stream()
                .allMatch(cache ->
                    dump.caches().stream().filter(c -> c.id() == cache.id()).count() == 1));
    require("borders", borders.fits(all));
  }

  private static boolean isSquare(long[][] links, int nodes) {
    if (links.length != nodes) {
      return false;
    }
    for (long[] row : links) {
      if (row.length != nodes) {
        return false;
      }
    }
    return true;
  }

  private static void require(String what, boolean fits) {
    if (!fits) {
      throw new BadInput("part: " + what + ": got others than the part's own, allowed: as written");
    }
  }
}
