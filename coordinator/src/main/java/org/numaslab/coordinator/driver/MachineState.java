package org.numaslab.coordinator.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.numaslab.coordinator.registry.CacheView;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RegistryOutbox;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// The state machines of a machine, or of the part of it that this process has, for reports and
/// audits while nothing is under way.
///
/// @param topology of the whole machine
/// @param nodes those that are here, in the order of their numbers
/// @param cpus the same
/// @param registry what is known of its caches
public record MachineState(
    Topology topology, Memory memory, List<NodeState> nodes, List<Cpu> cpus, CacheView registry) {

  /// A machine that has nothing yet, and its registry.
  public record Begun(MachineState state, Registry registry) {}

  /// The state machines of a machine that has nothing yet.
  ///
  /// @param toCpus where each node puts its answers
  /// @param toNodes where each cpu puts its requests
  /// @param log what the emulated kernel prints
  public static Begun begin(
      Topology topology,
      Memory memory,
      Natures natures,
      Function<NodeId, NodeOutbox> toCpus,
      Function<CpuId, CpuOutbox> toNodes,
      RegistryOutbox fromRegistry,
      KernelLog log) {
    PartialCounts counts = new PartialCounts(topology.nodeCount());
    List<NodeState> nodes = new ArrayList<>();
    for (int i = 0; i < topology.nodeCount(); i++) {
      NodeId node = new NodeId(i);
      nodes.add(
          new NodeState(
              node,
              seenBy(topology, memory, node),
              natures.ofNode(node),
              counts,
              cpu -> topology.nodeOf(cpu).equals(node),
              toCpus.apply(node),
              log));
    }
    List<Cpu> cpus = new ArrayList<>();
    for (int i = 0; i < topology.cpuCount(); i++) {
      CpuId cpu = new CpuId(i);
      cpus.add(
          new Cpu(
              cpu,
              1,
              topology,
              seenBy(topology, memory, topology.nodeOf(cpu)),
              counts,
              natures.ofCpu(cpu),
              toNodes.apply(cpu)));
    }
    Registry registry = new Registry(topology, natures.ofRegistry(), counts, fromRegistry, log);
    return new Begun(
        new MachineState(topology, memory, List.copyOf(nodes), List.copyOf(cpus), registry),
        registry);
  }

  /// A node that is here.
  public NodeState node(NodeId id) {
    if (nodes.size() == topology.nodeCount()) {
      return nodes.get(id.value());
    }
    return nodes.stream()
        .filter(node -> node.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(id + " is not here"));
  }

  /// A cpu that is here.
  public Cpu cpu(CpuId id) {
    if (cpus.size() == topology.cpuCount()) {
      return cpus.get(id.value());
    }
    return cpus.stream()
        .filter(cpu -> cpu.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(id + " is not here"));
  }

  /// The numbers of the nodes that are here.
  public Stream<NodeId> nodeIds() {
    return nodes.stream().map(NodeState::id);
  }

  private static Memory seenBy(Topology topology, Memory memory, NodeId node) {
    return memory.seenBy(frame -> topology.nodeIndexOfFrame(frame) == node.value());
  }

  /// The leak check of a machine that is closed: every page that its memory handed out is in a
  /// slab, waits for a grace period, or is kmalloc's.
  ///
  /// @throws IllegalStateException when pages are nobody's
  public void requireNoLeak() {
    long held =
        nodes.stream()
            .flatMap(node -> node.caches().values().stream())
            .mapToLong(KmemCacheNode::pages)
            .sum();
    long plain = nodes.stream().mapToLong(NodeState::plainPages).sum();
    if (held + plain != memory.pagesInUse()) {
      throw new IllegalStateException(
          "leak: "
              + memory.pagesInUse()
              + " pages are handed out, slabs have "
              + held
              + ", kmalloc "
              + plain);
    }
  }
}
