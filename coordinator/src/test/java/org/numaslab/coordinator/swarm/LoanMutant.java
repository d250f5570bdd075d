package org.numaslab.coordinator.swarm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.numaslab.coordinator.mutation.Mutant;

/// A rule of the loan protocol, broken on purpose.
///
/// @param rule which one
/// @param broken how
/// @param shows what becomes of it
/// @param edits all places where it is broken
/// @param seeds of random runs that notice it, each by itself; none where a scenario does
/// @param scenarios that notice it
record LoanMutant(
    String rule,
    String broken,
    Shows shows,
    List<Mutant.Edit> edits,
    List<Long> seeds,
    List<Scenario> scenarios) {
  private static final String NODE = "node/src/main/java/org/numaslab/node/";
  private static final String CPU = "cpu/src/main/java/org/numaslab/cpu/";

  /// Everything that knows of loans.
  private static final List<String> WITH_LOANS =
      List.of(
          "org.numaslab.node.loan.",
          "org.numaslab.coordinator.wire.",
          "org.numaslab.coordinator.control.",
          "org.numaslab.coordinator.registry.",
          "org.numaslab.coordinator.driver.Member",
          "org.numaslab.coordinator.driver.simulate.",
          "org.numaslab.coordinator.swarm.");

  /// A method that says what went wrong.
  record Scenario(Class<?> of, String name) {
    String run(Mutant compiled) throws ReflectiveOperationException {
      return (String) compiled.call(of, name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  enum Shows {
    /// Something is handed out twice, used without a lease, or taken from who has it.
    UNSAFE,
    /// Something is never free again, or work never ends.
    LEAK
  }

  static LoanMutant unsafe(String rule, String broken) {
    return new LoanMutant(rule, broken, Shows.UNSAFE, List.of(), List.of(), List.of());
  }

  static LoanMutant leak(String rule, String broken) {
    return new LoanMutant(rule, broken, Shows.LEAK, List.of(), List.of(), List.of());
  }

  LoanMutant inLoan(String type, String snippet, String replacement) {
    return in(NODE + "loan/" + type + ".java", snippet, replacement);
  }

  LoanMutant inCpu(String type, String snippet, String replacement) {
    return in(CPU + "cache/" + type + ".java", snippet, replacement);
  }

  private LoanMutant in(String source, String snippet, String replacement) {
    List<Mutant.Edit> all = new ArrayList<>(edits);
    all.add(new Mutant.Edit(source, snippet, replacement));
    return new LoanMutant(rule, broken, shows, List.copyOf(all), seeds, scenarios);
  }

  LoanMutant seeds(long... noticing) {
    List<Long> all = Arrays.stream(noticing).boxed().toList();
    return new LoanMutant(rule, broken, shows, edits, all, scenarios);
  }

  LoanMutant scenario(Class<?> of, String name) {
    return new LoanMutant(rule, broken, shows, edits, seeds, List.of(new Scenario(of, name)));
  }

  Mutant compile() throws IOException {
    return edits.stream().allMatch(edit -> edit.source().startsWith(NODE + "loan/"))
        ? Mutant.of(edits, WITH_LOANS)
        : Mutant.of(edits);
  }

  /// What the random run of a seed notices.
  static String random(Mutant compiled, long seed) throws ReflectiveOperationException {
    return (String) compiled.call(LoanMutantRuns.class, "random", seed);
  }

  @Override
  public String toString() {
    return rule + ": " + broken;
  }
}
