package org.numaslab.coordinator.conform;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far an emulated machine was equal to a recording.
///
/// @param statesTotal state and statex commands
/// @param stepsTotal all commands
/// @param first the first difference, null when there is none
/// @param ordersTaken states whose equally full slabs stood in another order after a shrink, which was taken from the recording
/// @param unjudged why the recording was not run, null when it was
public record Verdict(
    String name,
    int statesEqual,
    int statesTotal,
    int stepsEqual,
    int stepsTotal,
    int ordersTaken,
    @Nullable Difference first,
    @Nullable String unjudged) {

  /// One step that came out differently.
  ///
  /// @param line of the step in the recording
  /// @param recorded rows, from the first one that differs
  /// @param emulated the same of the emulated machine
  public record Difference(
      int step, int line, String command, List<String> recorded, List<String> emulated) {}

  public boolean isEqual() {
    return unjudged == null && statesEqual == statesTotal && stepsEqual == stepsTotal;
  }
}
