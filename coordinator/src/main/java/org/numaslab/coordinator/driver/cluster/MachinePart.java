package org.numaslab.coordinator.driver.cluster;

import java.util.List;
import java.util.stream.Collectors;
import org.numaslab.coordinator.driver.KernelLog;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.MachineLimits;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.Topology;

/// What the members of one process share: address space of the whole machine, of which each touches
/// its node's part, and what draws for them.
///
/// @param messages of their CPUs
/// @param log of their kernel
public record MachinePart(
    Topology topology, Memory memory, LiveNatures natures, MessageCounts messages, KernelLog log)
    implements AutoCloseable {

  static MachinePart of(MemberSettings settings, List<Incarnation> own) {
    Topology topology = settings.topology();
    KernelLog log = new KernelLog();
    Memory memory = Memory.reserve(topology.spanFrames(), settings.touchedBytesMax());
    LiveNatures natures =
        LiveNatures.of(
            own.stream().map(Incarnation::node).collect(Collectors.toSet()),
            topology,
            memory,
            settings.seed(),
            settings.remoteDraw(),
            MachineLimits.of(topology, settings.zones()),
            settings.faults(),
            System::nanoTime,
            log);
    return new MachinePart(topology, memory, natures, new MessageCounts(topology.nodeCount()), log);
  }

  @Override
  public void close() {
    memory.close();
  }
}
