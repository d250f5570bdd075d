package org.numaslab.cpu.client;

import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// The machine as the tasks that run on it need it. Each driver is one.
public interface Host {
  /// Its nodes and CPUs.
  Topology topology();

  /// Asks the registry. For the shell of the cpu that the request names, whose program gets the
  /// answer.
  void ask(TaskRequest request);

  /// Gives a cpu whose program is blocked another turn. For any thread.
  void wake(int cpu);

  /// Whether a cpu is on line. For any thread, if a little late.
  boolean isOnline(CpuId cpu);

  /// Time since boot, for messages that must not come too often. Does not pass where time is not
  /// modelled.
  default long uptimeNanos() {
    return 0;
  }

  /// The kernel's log.
  KernelMessages kernelLog();
}
