package org.numaslab.coordinator.registry;

import java.util.BitSet;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Which CPUs and which nodes' memory are on line, and what the kernel says to whoever wants to
/// change that.
///
/// Owner: the registry. Models `device_online`, `device_offline`, `cpu_up` and `_cpu_down` of
/// drivers/base/core.c and kernel/cpu.c, and `state_store` of drivers/base/memory.c, v6.1.
final class Plugged {
  private static final int ALREADY = 1;

  private final Topology topology;
  private final KernelMessages messages;
  private final BitSet cpus = new BitSet();
  private final BitSet memory = new BitSet();

  Plugged(Topology topology, KernelMessages messages) {
    this.topology = topology;
    this.messages = messages;
    cpus.set(0, topology.cpuCount());
    for (int i = 0; i < topology.nodeCount(); i++) {
      memory.set(i, topology.hasMemory(new NodeId(i)));
    }
  }

  /// The CPUs that are on line, by number.
  BitSet cpus() {
    return cpus;
  }

  boolean isOnline(CpuId cpu) {
    return cpus.get(cpu.value());
  }

  boolean hasMemory(NodeId node) {
    return memory.get(node.value());
  }

  void set(CpuId cpu, boolean online) {
    cpus.set(cpu.value(), online);
  }

  void set(NodeId node, boolean online) {
    memory.set(node.value(), online);
  }

  /// @return 0 when the cpu can be set so; else what the kernel returns
  int answer(CpuId cpu, boolean online) {
    if (cpu.value() < 0 || cpu.value() >= topology.cpuCount()) {
      if (online) {
        messages.print(
            "can't online cpu "
                + cpu.value()
                + " because it is not configured as may-hotadd at boot time");
      }
      return -Errno.EINVAL.number();
    }
    if (isOnline(cpu) == online) {
      return ALREADY;
    }
    return !online && cpus.cardinality() == 1 ? -Errno.EBUSY.number() : 0;
  }

  /// @return 0 when the node's memory can be set so, as far as the registry knows; else what the
  ///   kernel returns
  int answer(NodeId node, boolean online) {
    boolean known = node.value() >= 0 && node.value() < topology.nodeCount();
    if (!known || !topology.hasMemory(node) || hasMemory(node) == online) {
      return -Errno.EINVAL.number();
    }
    return !online && memory.cardinality() == 1 ? -Errno.EBUSY.number() : 0;
  }
}
