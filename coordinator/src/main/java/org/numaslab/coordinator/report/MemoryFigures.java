package org.numaslab.coordinator.report;

import java.util.List;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.buddy.BuddyInfo;
import org.numaslab.node.cache.KmemCacheNode;
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
  public record Node(int node, long slabs, long pages, long freePages, List<Zone> buddyinfo) {}

  /// Free blocks of a zone by order.
  public record Zone(String zone, List<Long> freeBlocks) {}

  static MemoryFigures of(Experiment experiment) {
    MachineState state = experiment.machine().state();
    List<Node> nodes =
        state.nodes().stream()
            .map(node -> {
              Buddy buddy = experiment.natures().buddy(node.id());
              return new Node(
                  node.id().value(),
                  node.caches().values().stream().mapToLong(KmemCacheNode::nrSlabs).sum(),
                  buddy.usedPages(),
                  buddy.freePages(),
                  buddy.info(node.id()).stream().map(MemoryFigures::zone).toList());
            })
            .toList();
    long liveObjects = 0;
    long liveBytes = 0;
    for (int cache = 0; cache < experiment.caches().size(); cache++) {
      long live = CacheFigures.live(experiment.tally(), cache);
      liveObjects += live;
      liveBytes += live * experiment.caches().get(cache).geometry().objectSize();
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
        state.memory().touchedBytes(),
        nodes);
  }

  private static Zone zone(BuddyInfo info) {
    return new Zone(info.zone().kernelName(), info.freeBlocks());
  }
}
