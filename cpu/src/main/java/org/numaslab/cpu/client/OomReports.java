package org.numaslab.cpu.client;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.Shortage;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.buddy.GfpNames;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply.Counted;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What the kernel's log says of allocations that found no memory: not with NOWARN, and not too
/// often.
///
/// For all tasks of the machine. Models `warn_alloc` of mm/page_alloc.c, of which the stack and the
/// state of memory are left out, and `slab_out_of_memory` of mm/slub.c, v6.1.
final class OomReports {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final RateLimit ofPages = new RateLimit("warn_alloc", 10 * SECOND_NANOS, 1);
  private final RateLimit ofSlabs = new RateLimit("slab_out_of_memory", 5 * SECOND_NANOS, 10);

  /// Reports an allocation that is given up.
  void report(Task current, Shortage shortage) {
    if (!shortage.isInjected()
        && (shortage.pageGfp() & Gfp.NOWARN) == 0
        && isAllowed(ofPages, current)) {
      reportPages(current, shortage);
    }
    KmemCache cache = shortage.cache();
    if (cache != null && (shortage.gfp() & Gfp.NOWARN) == 0 && isAllowed(ofSlabs, current)) {
      reportSlabs(current, shortage, cache);
    }
  }

  private static boolean isAllowed(RateLimit limit, Task current) {
    return limit.allows(current.host().uptimeNanos(), current.log());
  }

  private static void reportPages(Task current, Shortage shortage) {
    Cpu cpu = current.enter();
    List<NodeId> allowed =
        withMemory(current.kthreads().topology()).stream().filter(cpu::hasMemory).toList();
    List<NodeId> nodemask = shortage.nodemask();
    current.print(
        "%s: page allocation failure: order:%d, mode:%s, nodemask=%s,cpuset=/,mems_allowed=%s"
            .formatted(
                current.name(),
                shortage.order(),
                GfpNames.print(current.asAsked(shortage.pageGfp())),
                nodemask == null ? "(null)" : runs(nodemask),
                runs(allowed)));
  }

  private static void reportSlabs(Task current, Shortage shortage, KmemCache cache) {
    CacheGeometry geometry = cache.geometry();
    current.print(
        "SLUB: Unable to allocate memory on node %d, gfp=%s"
            .formatted(shortage.node(), GfpNames.print(current.asAsked(shortage.gfp()))));
    current.print(
        "  cache: %s, object size: %d, buffer size: %d, default order: %d, min order: %d"
            .formatted(
                cache.name(),
                geometry.objectSize(),
                geometry.size(),
                geometry.ooOrder(),
                geometry.minOrder()));
    if (geometry.minOrder() > orderOf(geometry.objectSize())) {
      current.print(
          "  " + cache.name() + " debugging increased min order, use slub_debug=O to disable.");
    }
    for (NodeId node : withMemory(current.kthreads().topology())) {
      Cpu cpu = current.enter();
      current.await(cpu, cpu.ask(node, r -> new NodeProtocol.Count(cpu.caller(), r, cache.id())));
      if (cpu.answer() instanceof Counted counted) { // it is not gone
        current.print(
            "  node %d: slabs: %d, objs: %d, free: %d"
                .formatted(node.value(), counted.slabs(), counted.objects(), counted.free()));
      }
    }
  }

  /// `get_order`.
  private static int orderOf(int bytes) {
    int pages = (bytes + Topology.PAGE_BYTES - 1) / Topology.PAGE_BYTES;
    return Integer.SIZE - Integer.numberOfLeadingZeros(pages - 1);
  }

  private static List<NodeId> withMemory(Topology topology) {
    return IntStream.range(0, topology.nodeCount())
        .mapToObj(NodeId::new)
        .filter(topology::hasMemory)
        .toList();
  }

  /// As `%*pbl` prints a nodemask: `0-1,4`.
  private static String runs(List<NodeId> nodes) {
    BitSet bits = new BitSet();
    nodes.forEach(node -> bits.set(node.value()));
    List<String> runs = new ArrayList<>();
    for (int from = bits.nextSetBit(0); from >= 0; ) {
      int end = bits.nextClearBit(from);
      runs.add(end - from == 1 ? Integer.toString(from) : from + "-" + (end - 1));
      from = bits.nextSetBit(end);
    }
    return String.join(",", runs);
  }
}
