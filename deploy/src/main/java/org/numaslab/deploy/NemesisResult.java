package org.numaslab.deploy;

import java.util.List;
import org.numaslab.coordinator.swarm.Nemesis;

/// What the trials of `numaslab cluster nemesis` came to, as result.json has it. All of it is
/// *measured*.
record NemesisResult(int clean, List<Trial> trials) {
  /// One trial; its own folder has the rest.
  ///
  /// @param name of its folder
  /// @param seconds with the start and the end of all processes
  /// @param said its audit, or why it did not come to one
  record Trial(
      String name, Nemesis kind, int nodes, long seed, int exitCode, double seconds, String said) {
    boolean isClean() {
      return exitCode == ExitCode.OK;
    }

    String line() {
      return "%-28s %s in %.0f s  %s"
          .formatted(name, isClean() ? "clean" : "exit code " + exitCode, seconds, said);
    }
  }

  static NemesisResult of(List<Trial> trials) {
    return new NemesisResult(
        (int) trials.stream().filter(Trial::isClean).count(), List.copyOf(trials));
  }

  boolean isClean() {
    return clean == trials.size();
  }

  /// 1 where an invariant was broken, else the worst.
  int exitCode() {
    return trials.stream().anyMatch(trial -> trial.exitCode == ExitCode.DIFFERENT)
        ? ExitCode.DIFFERENT
        : trials.stream().mapToInt(Trial::exitCode).max().orElse(ExitCode.OK);
  }

  String line() {
    return isClean()
        ? "All %d trials are clean".formatted(clean)
        : "FAILED: "
            + String.join(
                ", ", trials.stream().filter(trial -> !trial.isClean()).map(Trial::name).toList());
  }
}
