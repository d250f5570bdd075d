package org.numaslab.coordinator.driver;

import java.util.Map;
import java.util.stream.Collectors;

/// No program of a machine can ever go on: each is finished, or waits for what only another one
/// could do.
public final class StuckMachine extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /// @param waiting what each cpu that is not finished waits for, by number
  public StuckMachine(Map<Integer, String> waiting) {
    super(
        waiting.entrySet().stream()
            .map(cpu -> "cpu " + cpu.getKey() + " waits for " + cpu.getValue())
            .collect(Collectors.joining("; ", "no program can go on: ", "")));
  }
}
