package org.numaslab.coordinator.report;

import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.buddy.BuddyInfo;
import org.numaslab.node.memory.Memory;

/// What the slabs take of the machine's memory at the end.
///
/// @param pages that slabs hold
/// @param liveBytes of objects that somebody still has, by their caches' object size
/// @param utilisation liveBytes / slabBytes
/// @param touchedBytes real memory that emulated pages have used so far
public record MemoryFigures(
    long slabs,
    long pages,
    long slabBytes,
    long liveObjects,
    long liveBytes,
    double utilisation,
    long touchedBytes,
    List<Node> nodes) {

  /// One node's part.
  ///
  /// @param buddyinfo a row for each zone
  /// @param fallbacks page requests for which the lists of their migrate type had nothing
  ///   (mm_page_alloc_extfrag)
  /// @param fallbackClaims those of them for which a pageblock changed its type
  /// @param fallbackSteals those that mixed types in a pageblock
  public record Node(
      int node,
      long slabs,
      long pages,
      long freePages,
      List<Zone> buddyinfo,
      long fallbacks,
      long fallbackClaims,
      long fallbackSteals) {}

  /// A zone's free memory by order.
  ///
  /// @param unusableIndex the part of it that is no use to a request of that order
  /// @param extfragIndex whether a request of that order would fail for fragmentation (towards 1)
  ///   or for lack of memory (towards 0); -1: it would not fail
  public record Zone(
      String zone, List<Long> freeBlocks, List<Double> unusableIndex, List<Double> extfragIndex) {}

  static MemoryFigures of(WholeRun run) {
    List<Node> nodes = run.nodes().stream().map(MemoryFigures::node).toList();
    long liveObjects = 0;
    long liveBytes = 0;
    for (CachePart cache : run.caches()) {
      long live = run.live(cache);
      liveObjects += live;
      liveBytes += live * cache.geometry().objectSize();
    }
    long pages = nodes.stream().mapToLong(Node::pages).sum();
    long slabBytes = pages * Memory.PAGE_BYTES;
    return new MemoryFigures(
        nodes.stream().mapToLong(Node::slabs).sum(),
        pages,
        slabBytes,
        liveObjects,
        liveBytes,
        Share.of(liveBytes, slabBytes),
        run.touchedBytes(),
        nodes);
  }

  private static Node node(NodePart part) {
    return new Node(
        part.node(),
        part.slabs(),
        part.usedPages(),
        part.freePages(),
        part.zones().stream().map(MemoryFigures::zone).toList(),
        part.fallbacks(),
        part.fallbackClaims(),
        part.fallbackSteals());
  }

  private static Zone zone(BuddyInfo info) {
    return new Zone(
        info.zone().kernelName(),
        info.freeBlocks(),
        thousandths(info::unusableIndex),
        thousandths(info::fragmentationIndex));
  }

  private static List<Double> thousandths(IntToLongFunction byOrder) {
    return IntStream.rangeClosed(0, Buddy.ORDER_MAX)
        .mapToObj(order -> byOrder.applyAsLong(order) / 1000.0)
        .toList();
  }
}
