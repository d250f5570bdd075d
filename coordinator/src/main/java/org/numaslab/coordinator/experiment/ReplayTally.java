package org.numaslab.coordinator.experiment;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.HistogramJson;
import org.numaslab.cpu.cache.AllocPath;

/// What one cpu's replay counted; or the sum over CPUs.
///
/// Owner: the cpu's program until the run is over. Shapes: by [AllocPath] ordinal; by home node; by
/// the trace's cache index.
public final class ReplayTally {
  private static final long[] NO_ROW = {};

  /// Instead of a recorded home.
  static final short NOT_KNOWN = -1;

  /// Instead of a recorded home: the recording does not tell of the allocation at all.
  static final short INFERRED = -2;

  private final long[] paths = new long[AllocPath.values().length];
  private final long[] @Nullable [] homes; // a row for each node that asked
  private final int nodes;
  private final long[] allocations;
  private final long[] frees;
  private final long[] anyNode;
  private final long[] offNode;
  private final long[] recordedAnyNode;
  private final long[] recordedOffNode;
  private final long[] onRecordedNode;
  private final @Nullable Histogram[] latencies = new Histogram[AllocPath.values().length];
  private long failedAllocations;
  private long freesOfFailed;
  private final HandOffCounts handOffs;

  /// The counts as they are, to be sent and kept.
  ///
  /// @param homes a row for each node; empty where its CPUs got nothing
  /// @param latencies of the paths that waited
  public record Sums(
      long[] paths,
      long[][] homes,
      long[] allocations,
      long[] frees,
      long[] anyNode,
      long[] offNode,
      long[] recordedAnyNode,
      long[] recordedOffNode,
      long[] onRecordedNode,
      Map<AllocPath, Histogram> latencies,
      long failedAllocations,
      long freesOfFailed) {

    /// Whether all counts are there for so many nodes and caches.
    public boolean fits(int nodes, int caches) {
      return paths.length == AllocPath.values().length
          && homes.length == nodes
          && Arrays.stream(homes).allMatch(row -> row.length == 0 || row.length == nodes)
          && Stream.of(
                  allocations,
                  frees,
                  anyNode,
                  offNode,
                  recordedAnyNode,
                  recordedOffNode,
                  onRecordedNode)
              .allMatch(counts -> counts.length == caches);
    }
  }

  /// Nothing was counted yet.
  public ReplayTally(int nodes, int caches) {
    this.nodes = nodes;
    homes = new long[nodes][];
    allocations = new long[caches];
    frees = new long[caches];
    anyNode = new long[caches];
    offNode = new long[caches];
    recordedAnyNode = new long[caches];
    recordedOffNode = new long[caches];
    onRecordedNode = new long[caches];
    handOffs = new HandOffCounts(caches);
  }

  /// The counts that were sent.
  public static ReplayTally of(Sums sums) {
    ReplayTally tally = new ReplayTally(sums.homes.length, sums.allocations.length);
    add(tally.paths, sums.paths);
    for (int i = 0; i < sums.homes.length; i++) {
      if (sums.homes[i].length > 0) {
        add(tally.row(i), sums.homes[i]);
      }
    }
    add(tally.allocations, sums.allocations);
    add(tally.frees, sums.frees);
    add(tally.anyNode, sums.anyNode);
    add(tally.offNode, sums.offNode);
    add(tally.recordedAnyNode, sums.recordedAnyNode);
    add(tally.recordedOffNode, sums.recordedOffNode);
    add(tally.onRecordedNode, sums.onRecordedNode);
    sums.latencies.forEach((path, nanos) -> tally.latency(path).add(nanos));
    tally.failedAllocations = sums.failedAllocations;
    tally.freesOfFailed = sums.freesOfFailed;
    return tally;
  }

  /// Counts an allocation that gave an object.
  ///
  /// @param wanted node asked for, -1 for none
  /// @param recordedHome node of the recorded pointer, [#NOT_KNOWN], or [#INFERRED]: then it is not
  ///   one of those for any node, whose share is compared with the recorded one
  void allocated(AllocPath path, int cache, int from, int home, int wanted, int recordedHome) {
    paths[path.ordinal()]++;
    row(from)[home]++;
    allocations[cache]++;
    if (wanted < 0 && recordedHome != INFERRED) {
      anyNode[cache]++;
      offNode[cache] += home == from ? 0 : 1;
    }
    if (recordedHome >= 0) {
      onRecordedNode[cache] += home == recordedHome ? 1 : 0;
      if (wanted < 0) {
        recordedAnyNode[cache]++;
        recordedOffNode[cache] += recordedHome == from ? 0 : 1;
      }
    }
  }

  void failed() {
    paths[AllocPath.NO_MEMORY.ordinal()]++;
    failedAllocations++;
  }

  void freed(int cache) {
    frees[cache]++;
  }

  void freeOfFailed() {
    freesOfFailed++;
  }

  void waited(AllocPath path, long nanos) {
    latency(path).recordValue(Math.max(0, nanos));
  }

  private long[] row(int from) {
    long[] row = homes[from];
    if (row == null) {
      row = new long[nodes];
      homes[from] = row;
    }
    return row;
  }

  /// Adds what others have counted, of the same nodes and caches.
  public void add(ReplayTally other) {
    add(paths, other.paths);
    for (int i = 0; i < homes.length; i++) {
      long[] row = other.homes[i];
      if (row != null) {
        add(row(i), row);
      }
    }
    add(allocations, other.allocations);
    add(frees, other.frees);
    add(anyNode, other.anyNode);
    add(offNode, other.offNode);
    add(recordedAnyNode, other.recordedAnyNode);
    add(recordedOffNode, other.recordedOffNode);
    add(onRecordedNode, other.onRecordedNode);
    for (AllocPath path : AllocPath.values()) {
      Histogram histogram = other.latencies[path.ordinal()];
      if (histogram != null) {
        latency(path).add(histogram);
      }
    }
    failedAllocations += other.failedAllocations;
    freesOfFailed += other.freesOfFailed;
    handOffs.add(other.handOffs);
  }

  /// Not a copy: while nobody counts.
  public Sums sums() {
    Map<AllocPath, Histogram> waited = new EnumMap<>(AllocPath.class);
    for (AllocPath path : AllocPath.values()) {
      Histogram histogram = latencies[path.ordinal()];
      if (histogram != null) {
        waited.put(path, histogram);
      }
    }
    return new Sums(
        paths,
        Arrays.stream(homes).map(row -> row == null ? NO_ROW : row).toArray(long[][]::new),
        allocations,
        frees,
        anyNode,
        offNode,
        recordedAnyNode,
        recordedOffNode,
        onRecordedNode,
        waited,
        failedAllocations,
        freesOfFailed);
  }

  private static void add(long[] sum, long[] more) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i];
    }
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /// Allocations served in this way.
  public long count(AllocPath path) {
    return paths[path.ordinal()];
  }

  /// Nanoseconds from asking to having, of the allocations of this path that waited for a node.
  /// Empty where the driver has no clock.
  public Histogram latency(AllocPath path) {
    Histogram histogram = latencies[path.ordinal()];
    if (histogram == null) {
      histogram = new Histogram(HistogramJson.DIGITS);
      latencies[path.ordinal()] = histogram;
    }
    return histogram;
  }

  /// Allocations by CPUs of node `from` whose object lies on `home`.
  public long homes(int from, int home) {
    long[] row = homes[from];
    return row == null ? 0 : row[home];
  }

  public long allocations(int cache) {
    return allocations[cache];
  }

  public long allocations() {
    return sum(allocations);
  }

  public long frees(int cache) {
    return frees[cache];
  }

  public long frees() {
    return sum(frees);
  }

  /// Recorded allocations that name no node.
  public long anyNode(int cache) {
    return anyNode[cache];
  }

  public long anyNode() {
    return sum(anyNode);
  }

  /// Those of them whose object lies on another node than the cpu.
  public long offNode(int cache) {
    return offNode[cache];
  }

  public long offNode() {
    return sum(offNode);
  }

  /// Allocations that name no node and whose recorded home is known.
  public long recordedAnyNode(int cache) {
    return recordedAnyNode[cache];
  }

  public long recordedAnyNode() {
    return sum(recordedAnyNode);
  }

  /// Those of them that lay on another node than the cpu in the recording.
  public long recordedOffNode(int cache) {
    return recordedOffNode[cache];
  }

  public long recordedOffNode() {
    return sum(recordedOffNode);
  }

  /// Allocations whose object lies on the recorded node.
  public long onRecordedNode(int cache) {
    return onRecordedNode[cache];
  }

  public long onRecordedNode() {
    return sum(onRecordedNode);
  }

  /// Allocations that gave NULL.
  public long failedAllocations() {
    return failedAllocations;
  }

  /// What went between tasks of different members, and what was lost with members.
  public HandOffCounts handOffs() {
    return handOffs;
  }

  /// Frees of those, which had nothing to free.
  public long freesOfFailed() {
    return freesOfFailed;
  }
}
