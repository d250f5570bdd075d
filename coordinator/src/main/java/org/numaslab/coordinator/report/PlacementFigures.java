package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.ReplayTally;
import org.numaslab.coordinator.trace.Trace;

/// Where objects came from, seen from the cpu that asked.
///
/// @param byCpuNodeAndHome allocations by CPUs of node i whose object lies on node j
/// @param anyNode allocations that name no node
/// @param offNode those of them whose object lies on another node than the cpu
/// @param recordedAnyNode the same of the recording, of objects whose recorded home is known
/// @param recordedOffNodeShare null when no recorded home is known
/// @param onRecordedNode allocations whose object lies on the recorded node
/// @param comparison the shares without the caches that cannot be compared; null when no recorded
///   home is known
public record PlacementFigures(
    long[][] byCpuNodeAndHome,
    long anyNode,
    long offNode,
    double offNodeShare,
    long recordedAnyNode,
    long recordedOffNode,
    @Nullable Double recordedOffNodeShare,
    long onRecordedNode,
    @Nullable Comparison comparison) {

  /// A cache of whose frees more than this share find no allocation is used by functions that emit
  /// no events: the replay cannot follow it.
  static final double UNMATCHED_MAX = 0.05;

  /// Off-node shares of the caches that a replay can follow.
  ///
  /// @param anyNode their recorded allocations that name no node
  /// @param setAside the other caches: more than [#UNMATCHED_MAX] of their frees found no
  ///   allocation
  public record Comparison(
      long anyNode, double offNodeShare, double recordedOffNodeShare, List<String> setAside) {

    static @Nullable Comparison of(Trace trace, ReplayTally tally) {
      long any = 0;
      long off = 0;
      long recordedAny = 0;
      long recordedOff = 0;
      List<String> setAside = new ArrayList<>();
      for (int cache = 0; cache < trace.caches().size(); cache++) {
        if (trace.unmatchedShare(cache) > UNMATCHED_MAX) {
          setAside.add(trace.caches().get(cache).name());
        } else {
          any += tally.anyNode(cache);
          off += tally.offNode(cache);
          recordedAny += tally.recordedAnyNode(cache);
          recordedOff += tally.recordedOffNode(cache);
        }
      }
      return tally.recordedAnyNode() == 0
          ? null
          : new Comparison(
              any, Share.of(off, any), Share.of(recordedOff, recordedAny), List.copyOf(setAside));
    }
  }

  static PlacementFigures of(@Nullable Trace trace, ReplayTally tally, int nodes) {
    long[][] homes = new long[nodes][nodes];
    for (int from = 0; from < nodes; from++) {
      for (int home = 0; home < nodes; home++) {
        homes[from][home] = tally.homes(from, home);
      }
    }
    return new PlacementFigures(
        homes,
        tally.anyNode(),
        tally.offNode(),
        Share.of(tally.offNode(), tally.anyNode()),
        tally.recordedAnyNode(),
        tally.recordedOffNode(),
        Share.ofKnown(tally.recordedOffNode(), tally.recordedAnyNode()),
        tally.onRecordedNode(),
        trace == null ? null : Comparison.of(trace, tally));
  }
}
