package org.numaslab.coordinator.client;

import java.util.List;
import java.util.function.Consumer;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;

/// What the tests of hotplug have in common.
final class HotplugRun {
  static final int EBUSY = -16;
  static final int EINVAL = -22;

  private HotplugRun() {}

  static void kthread(Task current, int cpu, Task.Body body) {
    current.kthreadRun(new CpuId(cpu), "on-" + cpu, body);
  }

  static KmemCache widget(Task current) {
    return created(current, new CacheRequest("widget", 200, 0, 0, false));
  }

  static KmemCache created(Task current, CacheRequest request) {
    KmemCache cache = current.slab().kmemCacheCreate(request, null);
    if (cache == null) {
      throw new AssertionError(request + " was refused");
    }
    return cache;
  }

  static int nodeOf(long address) {
    return Machines.TWO_NODES.nodeIndexOfFrame(address >>> 12);
  }

  static List<String> run(Machines machines, List<Task.Body> bodies) {
    return run(machines, bodies, machine -> {});
  }

  /// @param then looks at the machine when all tasks have ended
  static List<String> run(Machines machines, List<Task.Body> bodies, Consumer<Machine> then) {
    try (Machine machine = machines.start(Machines.TWO_NODES)) {
      Kthreads kthreads = machine.boot(GeometryOptions.forCpus(4), false);
      for (int cpu = 0; cpu < bodies.size(); cpu++) {
        kthreads.run(new CpuId(cpu), "test-" + cpu, bodies.get(cpu));
      }
      machine.run(kthreads);
      then.accept(machine);
      return machine.kernelLog().take();
    }
  }
}
