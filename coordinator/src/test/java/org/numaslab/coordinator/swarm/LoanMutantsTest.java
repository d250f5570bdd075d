package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.numaslab.coordinator.mutation.Mutant;

/// A swarm that lets a wrong protocol pass proves nothing: each rule, broken, is noticed.
///
/// Each mutant runs the scenario that notices it, and where there is none, the random runs that are
/// known to. Scenarios stay when the simulation changes; seeds may not. `-Dnumaslab.mutants=all`
/// runs each mutant with many seeds, and prints in how many of them it is noticed, and in which.
///
/// Some lines of the protocol can be left out, and nothing comes of it:
///
/// | left out | why it is not noticed |
/// |---|---|
/// | that a member no longer waits, before it lists, for requests to one that is removed | each removal begins a new census, and its number replaces what is waited for |
/// | that a home lists its own open hand-offs | it has waited for those that were open at the count; what it hands off later was not out then, or has come back, and is no candidate |
/// | that a cpu drops its batches of frees for a home that is gone | a batch is sent at the end of the turn that fills it, and nobody is removed within a turn |
/// | that who is not in the lease table is not served | a member asks nothing before its first lease, so it is in the table |
/// | that a grant which waits is offered once, however often it is answered | who takes it ends the request; the second offer finds nothing |
///
/// That an object is out when it comes back, that a member has what it hands off and a lease for
/// it, and that a cpu is its member's, only wrong members can break: no random run notices those,
/// scenarios do.
class LoanMutantsTest {
  private static final List<LoanMutant> MUTANTS =
      Stream.concat(LoanMutants.RULES.stream(), MoreLoanMutants.NOTICED.stream()).toList();
  private static final List<LoanMutant> HARMLESS = MoreLoanMutants.HARMLESS;

  /// Seeds that say enough about something that every run meets.
  private static final int HARMLESS_SEEDS = 3;

  static List<Long> seeds() {
    return all(MUTANTS.stream().flatMap(m -> m.seeds().stream()));
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @MethodSource("seeds")
  void withoutAMutationTheSameRunsAreClean(long seed) throws Exception {
    assertThat(LoanMutant.random(Mutant.none(), seed)).isEmpty();
  }

  @Test
  void withoutAMutationTheSameScenariosAreClean() throws Exception {
    Mutant none = Mutant.none();
    for (LoanMutant.Scenario scenario :
        all(MUTANTS.stream().flatMap(m -> m.scenarios().stream()))) {
      assertThat(scenario.run(none)).as("%s", scenario).isEmpty();
    }
  }

  private static <T> List<T> all(Stream<T> some) {
    return some.distinct().toList();
  }

  @ParameterizedTest(name = "{0}")
  @Execution(ExecutionMode.CONCURRENT)
  @FieldSource("MUTANTS")
  void itIsNoticed(LoanMutant mutant) throws Exception {
    Mutant compiled = mutant.compile();
    for (LoanMutant.Scenario scenario : mutant.scenarios()) {
      assertThat(scenario.run(compiled)).as("%s", scenario).isNotEmpty();
    }
    assertThat(mutant.scenarios().isEmpty() && noticing(mutant, compiled).isEmpty())
        .as("no seed of %s notices it any more: -Dnumaslab.mutants=all", mutant.seeds())
        .isFalse();
  }

  private static String noticing(LoanMutant mutant, Mutant compiled) throws Exception {
    for (long seed : mutant.seeds()) {
      String noticed = LoanMutant.random(compiled, seed);
      if (!noticed.isEmpty()) {
        return noticed;
      }
    }
    return "";
  }

  @ParameterizedTest(name = "{0}")
  @Execution(ExecutionMode.CONCURRENT)
  @FieldSource("HARMLESS")
  void itIsHarmless(LoanMutant mutant) throws Exception {
    Mutant compiled = mutant.compile();
    for (long seed = 1; seed <= HARMLESS_SEEDS; seed++) {
      assertThat(LoanMutant.random(compiled, seed)).as("seed %d", seed).isEmpty();
    }
    for (LoanMutant.Scenario scenario :
        all(MUTANTS.stream().flatMap(m -> m.scenarios().stream()))) {
      assertThat(scenario.run(compiled)).as("%s", scenario).isEmpty();
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "numaslab.mutants", matches = "all")
  void shares() throws IOException, ReflectiveOperationException {
    System.out.print(LoanMutantShares.of(Stream.concat(MUTANTS.stream(), HARMLESS.stream())));
  }
}
