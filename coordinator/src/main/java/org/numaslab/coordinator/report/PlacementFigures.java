package org.numaslab.coordinator.report;

import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.ReplayTally;

/// Where objects came from, seen from the cpu that asked.
///
/// @param byCpuNodeAndHome allocations by CPUs of node i whose object lies on node j
/// @param anyNode allocations that name no node
/// @param offNode those of them whose object lies on another node than the cpu
/// @param recordedAnyNode the same of the recording, of objects whose recorded home is known
/// @param recordedOffNodeShare null when no recorded home is known
/// @param onRecordedNode allocations whose object lies on the recorded node
public record PlacementFigures(
    long[][] byCpuNodeAndHome,
    long anyNode,
    long offNode,
    double offNodeShare,
    long recordedAnyNode,
    long recordedOffNode,
    @Nullable Double recordedOffNodeShare,
    long onRecordedNode) {

  static PlacementFigures of(ReplayTally tally, int nodes) {
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
        tally.recordedAnyNode() == 0
            ? null
            : Double.valueOf(Share.of(tally.recordedOffNode(), tally.recordedAnyNode())),
        tally.onRecordedNode());
  }
}
