package org.numaslab.coordinator.swarm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.numaslab.coordinator.mutation.Mutant;

/// In how many random runs mutants are noticed.
final class LoanMutantShares {
  /// A mutant that was noticed so often is run no more: its share is rough then.
  private static final int NOTICED_MAX = 8;

  private static final int SEEDS_MAX = 1000;

  private LoanMutantShares() {}

  /// One line for each: how many of how many runs, and the first seeds.
  static String of(Stream<LoanMutant> mutants) throws IOException, ReflectiveOperationException {
    StringBuilder table = new StringBuilder("| rule | mutant | noticed | seeds | scenarios |\n");
    for (LoanMutant mutant : mutants.toList()) {
      table.append(line(mutant)).append('\n');
    }
    return table.toString();
  }

  private static String line(LoanMutant mutant) throws IOException, ReflectiveOperationException {
    Mutant compiled = mutant.compile();
    List<Long> noticing = new ArrayList<>();
    long seed = 0;
    while (seed < SEEDS_MAX && noticing.size() < NOTICED_MAX) {
      seed++;
      if (!LoanMutant.random(compiled, seed).isEmpty()) {
        noticing.add(seed);
      }
    }
    return String.format(
        Locale.ROOT,
        "| %s | %s%s | %d of %d (%.1f %%) | %s | %s |",
        mutant.rule(),
        mutant.broken(),
        mutant.shows() == LoanMutant.Shows.LEAK ? ", L" : "",
        noticing.size(),
        seed,
        100.0 * noticing.size() / seed,
        noticing,
        mutant.scenarios());
  }
}
