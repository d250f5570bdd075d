package org.numaslab.deploy.samples;

import org.numaslab.cpu.client.Completion;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// What fork does for each new task: a task_struct of the node that it will run on. Without that
/// cache there is no kernel, so its creation panics rather than fails.
final class Fork {
  private static final int TASK_STRUCT_BYTES = 2880;
  private static final int CACHE_LINE = 64;
  private static final int CHILDREN_PER_CPU = 8;

  private Fork() {}

  static void start(Kthreads kthreads) {
    kthreads.run(new CpuId(0), "swapper", current -> run(current, kthreads.topology()));
  }

  private static void run(Task current, Topology topology) {
    CacheRequest request =
        new CacheRequest(
            "task_struct",
            TASK_STRUCT_BYTES,
            CACHE_LINE,
            SlabFlags.PANIC | SlabFlags.ACCOUNT,
            false);
    KmemCache cache = current.slab().kmemCacheCreate(request, null);
    if (cache == null) {
      throw new IllegalStateException("a cache with PANIC is made, or the machine ends");
    }
    int children = CHILDREN_PER_CPU * topology.cpuCount();
    for (int i = 0; i < children; i++) {
      CpuId on = new CpuId(i % topology.cpuCount());
      fork(current, cache, on, topology.nodeOf(on).value());
    }
    current.slab().kmemCacheShrink(cache);
    current.print("fork: " + children + " children came and went");
  }

  /// The parent allocates on the child's node; the child frees where it runs.
  private static void fork(Task current, KmemCache cache, CpuId on, int node) {
    long taskStruct = current.slab().kmemCacheAllocNode(cache, Gfp.KERNEL, node);
    if (taskStruct == Slab.NULL) {
      current.print("fork: -ENOMEM");
      return;
    }
    Completion exited = new Completion("its child");
    current.kthreadRun(
        on,
        "child",
        child -> {
          child.slab().kmemCacheFree(cache, taskStruct);
          exited.completeAll();
        });
    exited.waitForCompletion(current);
  }
}
