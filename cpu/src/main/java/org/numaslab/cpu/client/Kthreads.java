package org.numaslab.cpu.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// The tasks of a machine.
///
/// ```java
/// Kthreads kthreads = machine.boot(GeometryOptions.forCpus(2));
/// kthreads.run(new CpuId(0), "hello", current -> {
///   long object = current.kmalloc().kmalloc(100, Gfp.KERNEL);
///   current.kmalloc().kfree(object);
/// });
/// machine.run(kthreads.programs());
/// ```
///
/// For any thread.
public final class Kthreads {
  private final Host host;
  private final KmallocCaches kmalloc;
  private final ShrinkerList shrinkers = new ShrinkerList();
  private final OomReports oomReports = new OomReports();
  private final InterleaveWeights interleaveWeights;
  private final List<RunQueue> queues = new ArrayList<>();
  private final List<RcuCallbacks> rcuCallbacks;
  private final AtomicInteger lastPid = new AtomicInteger();
  private final AtomicInteger alive = new AtomicInteger();

  /// @param kmalloc the caches that boot made, as [org.numaslab.node.slab.KmallocClasses#boot] asks
  ///   for them
  public Kthreads(Host host, List<KmemCache> kmalloc) {
    this.host = host;
    this.interleaveWeights = new InterleaveWeights(host.topology().nodeCount());
    this.kmalloc = new KmallocCaches(kmalloc);
    for (int i = 0; i < host.topology().cpuCount(); i++) {
      queues.add(new RunQueue(this, new CpuId(i)));
    }
    rcuCallbacks = queues.stream().map(queue -> new RcuCallbacks()).toList();
  }

  /// Starts a task on a cpu (`kthread_run_on_cpu`), or instead of one that is off line on the next
  /// best: at once where the machine runs, else as soon as it does. Several run in the order in
  /// which they were started.
  ///
  /// @throws BadInput when there is no such cpu
  public Task run(CpuId on, String name, Task.Body body) {
    if (on.value() < 0 || on.value() >= queues.size()) {
      throw new BadInput(
          "task %s: cpu: got %d, allowed: 0..%d".formatted(name, on.value(), queues.size() - 1));
    }
    RunQueue queue = queues.get(on.value());
    Task task = new Task(queue, lastPid.incrementAndGet(), name, body);
    alive.incrementAndGet();
    queue.wake(task);
    return task;
  }

  /// What each cpu runs, by number: its tasks, until all tasks of the machine have ended.
  public List<Program> programs() {
    return List.copyOf(queues);
  }

  /// Nodes and CPUs of the machine.
  public Topology topology() {
    return host.topology();
  }

  /// The cpu that takes over the tasks of one that is off line: one of its node, or else any, the
  /// first in each case (`select_fallback_rq` of kernel/sched/core.c).
  RunQueue insteadOf(CpuId cpu) {
    Topology topology = host.topology();
    return Stream.concat(
            topology.cpusOf(topology.nodeOf(cpu)).stream().map(near -> queues.get(near.value())),
            queues.stream())
        .filter(queue -> host.isOnline(queue.cpu()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no cpu is on line"));
  }

  InterleaveWeights interleaveWeights() {
    return interleaveWeights;
  }

  ShrinkerList shrinkers() {
    return shrinkers;
  }

  OomReports oomReports() {
    return oomReports;
  }

  Host host() {
    return host;
  }

  KmallocCaches kmalloc() {
    return kmalloc;
  }

  /// What is to be done after a grace period, by cpu.
  List<RcuCallbacks> rcuCallbacks() {
    return rcuCallbacks;
  }

  boolean areAllDone() {
    return alive.get() == 0;
  }

  /// A task has ended; after the last one every cpu has a turn to find that out. What its body
  /// threw ends the machine.
  void ended(Task task) {
    if (alive.decrementAndGet() == 0) {
      for (int i = 0; i < queues.size(); i++) {
        host.wake(i);
      }
    }
    switch (task.failure()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(task + " failed", e);
    }
  }
}
