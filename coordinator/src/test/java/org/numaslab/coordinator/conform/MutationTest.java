package org.numaslab.coordinator.conform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.numaslab.coordinator.mutation.Mutant;

/// A judge that lets a wrong rule pass proves nothing: each of these rules, made wrong, is noticed.
class MutationTest {
  private static final String NODE =
      "node/src/main/java/org/numaslab/node/cache/KmemCacheNode.java";
  private static final String SLOW = "cpu/src/main/java/org/numaslab/cpu/cache/SlowAlloc.java";

  private static final String REMOTE_LISTS = "1 listed: node 0, list 1; 2 listed: node 1, list 0; ";
  private static final String EMPTY_LISTS = "1 1 2 ";

  /// Short recordings first.
  private static List<String> recordings() {
    return CommittedRecordingsTest.files().stream()
        .map(Object::toString)
        .filter(f -> !f.contains("debug") && !f.contains("hexdump") && !f.contains("corruption"))
        .sorted(java.util.Comparator.comparing(f -> f.contains("08_") || f.contains("18_")))
        .toList();
  }

  @Test
  void withoutAMutationEverythingIsEqual() throws Exception {
    assertThat(Mutant.none().call(MutantRuns.class, "firstUnequal", recordings())).isEqualTo("");
    assertThat(Mutant.none().call(MutantRuns.class, "remoteMinPartial")).isEqualTo(REMOTE_LISTS);
    assertThat(Mutant.none().call(MutantRuns.class, "emptyDeactivated")).isEqualTo(EMPTY_LISTS);
  }

  @ParameterizedTest(name = "{0}")
  @Execution(ExecutionMode.CONCURRENT)
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          drain threshold              | cpu/src/main/java/org/numaslab/cpu/cache/SlowFree.java         | c.partial.size() >= c.cache.cpuPartialSlabs()                       | c.partial.size() > c.cache.cpuPartialSlabs()
          half of cpu_partial_slabs    | node/src/main/java/org/numaslab/node/cache/KmemCacheNode.java  | extras > cache.cpuPartialSlabs() / 2                                | extras >= cache.cpuPartialSlabs() / 2
          nr_partial when freed        | node/src/main/java/org/numaslab/node/cache/KmemCacheNode.java  | } else if (inUse == 0 && partial.size() >= cache.minPartial())      | } else if (inUse == 0 && partial.size() > cache.minPartial())
          nr_partial when drained      | node/src/main/java/org/numaslab/node/cache/KmemCacheNode.java  | if (SlabWord.inUse(word) == 0 && partial.size() >= cache.minPartial()) | if (SlabWord.inUse(word) == 0 && partial.size() > cache.minPartial())
          deactivation to tail         | node/src/main/java/org/numaslab/node/cache/KmemCacheNode.java  | addPartial(slab, remoteFrees);                                      | addPartial(slab, true);
          bulk free order, current     | cpu/src/main/java/org/numaslab/cpu/cache/KmemCacheCpu.java     | for (int i = length - 1; i >= 0; i--) {                             | for (int i = 0; i < length; i++) {
          bulk free order, other slab  | cpu/src/main/java/org/numaslab/cpu/cache/Cpu.java              | slowFree.free(c, Arrays.copyOf(run, length));                       | slowFree.free(c, Arrays.stream(Arrays.copyOf(run, length)).sorted().toArray());
          constructor per allocation   | cpu/src/main/java/org/numaslab/cpu/cache/Operation.java        | long handOut(KmemCacheCpu c, long object, int wantedNode, int gfpFlags) { | long handOut(KmemCacheCpu c, long object, int wantedNode, int gfpFlags) { if (object != Cpu.NULL && c.cache.constructor() != null) { c.cache.constructor().construct(null, object); }
          """)
  void theRecordingsNoticeIt(String rule, String source, String snippet, String wrong)
      throws Exception {
    Mutant mutant = Mutant.of(source, snippet, wrong);
    assertThat((String) mutant.call(MutantRuns.class, "firstUnequal", recordings()))
        .as("the first recording that is not equal with a wrong %s", rule)
        .isNotEmpty();
  }

  /// The recordings show an empty slab that is deactivated while the node has exactly as many as it
  /// keeps too seldom.
  @Test
  void exactListsNoticeAWrongComparisonWhenDeactivated() throws Exception {
    Mutant mutant =
        Mutant.of(
            NODE,
            "    if (inUse == 0 && partial.size() >= cache.minPartial()) {",
            "    if (inUse == 0 && partial.size() > cache.minPartial()) {");
    assertThat(mutant.call(MutantRuns.class, "emptyDeactivated")).isNotEqualTo(EMPTY_LISTS);
  }

  /// In the recordings no other node ever has exactly min_partial slabs while a draw is won.
  @Test
  void exactListsNoticeThatAnotherNodeGivesTooMuch() throws Exception {
    Mutant mutant =
        Mutant.of(
            SLOW,
            "long minPartial = c.cache().minPartial();",
            "long minPartial = c.cache().minPartial() - 1;");
    assertThat(mutant.call(MutantRuns.class, "remoteMinPartial")).isNotEqualTo(REMOTE_LISTS);
  }

  @Test
  void exactListsNoticeThatAnotherNodeGivesTooLittle() throws Exception {
    Mutant mutant =
        Mutant.of(
            SLOW,
            "long minPartial = c.cache().minPartial();",
            "long minPartial = c.cache().minPartial() + 1;");
    assertThat(mutant.call(MutantRuns.class, "remoteMinPartial")).isNotEqualTo(REMOTE_LISTS);
  }
}
