package org.numaslab.coordinator.conform;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How far an emulated machine was equal to a recording.
///
/// @param statesTotal state and statex commands
/// @param stepsTotal all commands
/// @param ordersTaken states whose equally full slabs stood in another order after a shrink, which
///   was taken from the recording
/// @param notJudged why steps were not judged, and how many
/// @param first the first difference, null when there is none
public record Verdict(
    String name,
    int statesEqual,
    int statesTotal,
    int stepsEqual,
    int stepsTotal,
    int ordersTaken,
    Map<String, Integer> notJudged,
    @Nullable Difference first) {

  /// One step that came out differently.
  ///
  /// @param line of the step in the recording
  /// @param at the first row that differs
  public record Difference(
      int step, int line, String command, List<String> recorded, List<String> emulated, int at) {}

  public int stepsNotJudged() {
    return notJudged.values().stream().mapToInt(Integer::intValue).sum();
  }

  public boolean isEqual() {
    return statesEqual == statesTotal && stepsEqual == stepsTotal;
  }
}
