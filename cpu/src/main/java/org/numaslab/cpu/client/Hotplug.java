package org.numaslab.cpu.client;

import java.util.function.LongFunction;
import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// CPUs and memory that go off line and come back while the machine runs: `remove_cpu` and
/// `add_cpu` of include/linux/cpu.h, `offline_pages` and `online_pages` of
/// include/linux/memory_hotplug.h for all memory of a node, and what mm/slub.c does then, v6.1.
///
/// All CPUs and nodes of the machine's topology are possible. What shall come at run time is off
/// line from boot.
///
/// | what | going off line | off line | coming back |
/// |---|---|---|---|
/// | cpu | waits for sections with preemption off; its slabs go back (`slub_cpu_dead`) | its tasks, old and new, run on the first cpu of its node that is on line, else on the first of all | empty; tasks that moved stay where they are |
/// | memory | none of it is handed out; every cache is flushed and shrunk; vetoed while pages of it are in use (`slab_mem_going_offline_callback`) | no zone has its pages, no zonelist the node; the node's half of each cache is kept | all pages are free, as at boot |
///
/// A request for an object of a node whose memory is off line is one for no node, with THISNODE too
/// (`slab_nodes` in `___slab_alloc`). Pages (kmalloc above 8 KiB) come from the nodes that stand in
/// for it; with THISNODE there are none.
///
/// Departures: cpu 0 can go off line, as with CONFIG_BOOTPARAM_HOTPLUG_CPU0. No task is bound so
/// that it would be parked, as smpboot threads are. In the kernel pages of slabs are unmovable, so
/// that even an empty slab vetoes, before the caches are shrunk; here those that shrinking frees do
/// not. Watermarks are not computed anew.
///
/// Owner: the task.
public final class Hotplug {
  private final Task current;

  Hotplug(Task current) {
    this.current = current;
  }

  /// Takes a cpu off line (`remove_cpu`), also the task's own. Sleeps.
  ///
  /// @return 0; 1 when it is off line already; -EINVAL when there is no such cpu, -EBUSY when it is
  ///   the last one
  public int removeCpu(CpuId cpu) {
    return returned(r -> new TaskRequest.SetCpu(current.cpu(), r, cpu, false));
  }

  /// Brings a cpu on line (`add_cpu`). Sleeps.
  ///
  /// @return 0; 1 when it is on line already; -EINVAL when there is no such cpu
  public int addCpu(CpuId cpu) {
    return returned(r -> new TaskRequest.SetCpu(current.cpu(), r, cpu, true));
  }

  /// Takes all memory of a node off line (`offline_pages`). Sleeps.
  ///
  /// @return 0; -EINVAL when there is no such node, or it has no memory on line; -EBUSY when pages
  ///   of it are in use, or it is the last one
  public int offlinePages(NodeId node) {
    return returned(r -> new TaskRequest.SetMemory(current.cpu(), r, node, false));
  }

  /// Brings all memory of a node on line (`online_pages`). Sleeps.
  ///
  /// @return 0; -EINVAL when there is no such node, or it has no memory off line
  public int onlinePages(NodeId node) {
    return returned(r -> new TaskRequest.SetMemory(current.cpu(), r, node, true));
  }

  /// Whether a cpu is on line (`cpu_online`).
  public boolean isCpuOnline(CpuId cpu) {
    return current.host().isOnline(cpu);
  }

  /// Whether a node has memory on line (`node_state(node, N_MEMORY)`).
  public boolean hasMemory(NodeId node) {
    return current.enter().hasMemory(node);
  }

  private int returned(LongFunction<TaskRequest> request) {
    TaskReply reply = current.ask(request);
    if (reply instanceof TaskReply.Returned r) {
      return r.value();
    }
    throw new IllegalStateException("hotplug answered by " + reply);
  }
}
