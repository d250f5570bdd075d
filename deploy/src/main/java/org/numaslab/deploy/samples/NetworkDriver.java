package org.numaslab.deploy.samples;

import org.numaslab.cpu.client.Kfifo;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A network card whose interrupts are served on one node while its packets are read on another:
/// each buffer is allocated here and freed there, so that every free is a remote one.
final class NetworkDriver {
  private static final int SKBUFF_BYTES = 232;
  private static final int PACKETS = 5000;
  private static final int RING = 256;

  private NetworkDriver() {}

  static void start(Kthreads kthreads) {
    Topology topology = kthreads.topology();
    CpuId interrupts = new CpuId(0);
    CpuId reader = topology.cpusOf(new NodeId(topology.nodeCount() - 1)).getFirst();
    kthreads.run(interrupts, "ksoftirqd", current -> receive(current, reader));
  }

  private static void receive(Task current, CpuId reader) {
    Slab slab = current.slab();
    KmemCache cache =
        slab.kmemCacheCreate(
            new CacheRequest("skbuff_head_cache", SKBUFF_BYTES, 0, SlabFlags.HWCACHE_ALIGN, false),
            null);
    if (cache == null) {
      current.print("eth0: no cache");
      return;
    }
    Kfifo ring = new Kfifo("the receive ring", RING);
    current.kthreadRun(reader, "iperf", task -> read(task, cache, ring));
    for (int i = 0; i < PACKETS; i++) {
      ring.put(current, slab.kmemCacheAlloc(cache, Gfp.ATOMIC));
    }
  }

  private static void read(Task current, KmemCache cache, Kfifo ring) {
    int read = 0;
    int dropped = 0;
    for (int i = 0; i < PACKETS; i++) {
      long packet = ring.get(current);
      if (packet == Slab.NULL) {
        dropped++;
      } else {
        current.slab().kmemCacheFree(cache, packet);
        read++;
      }
    }
    current.print(
        "eth0: %d packets read on node %d, %d dropped"
            .formatted(read, current.node().value(), dropped));
  }
}
