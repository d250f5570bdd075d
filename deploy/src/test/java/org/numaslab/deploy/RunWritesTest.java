package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `numaslab run --write`: what if the kernel had been tuned.
class RunWritesTest {
  private static final String SCENARIO = "recordings/traces/scn_01_basic_256/trace.txt.gz";

  @TempDir Path folder;

  private FinishedRun run(String out, String... options) {
    String[] all = new String[options.length + 2];
    all[0] = "--trace";
    all[1] = SCENARIO;
    System.arraycopy(options, 0, all, 2, options.length);
    return FinishedRun.of(folder.resolve(out), all);
  }

  private static long counter(FinishedRun run, String name) {
    return run.sum(cache -> cache.get("counters").get(name).asLong());
  }

  @Test
  void withoutCpuPartialListsSlabsStayWithTheirNodes() {
    FinishedRun before = run("before");
    FinishedRun after = run("after", "--write", "*/cpu_partial=0");

    assertThat(counter(before, "cpu_partial_node")).isPositive();
    // A list of at most 0 slabs still takes one, and with it one more of the node.
    assertThat(counter(after, "cpu_partial_drain"))
        .isGreaterThan(counter(before, "cpu_partial_drain"));
    for (JsonNode cache : after.caches()) {
      String file = "sys/kernel/slab/" + cache.get("name").asText() + "/cpu_partial";
      assertThat(after.text(file)).isEqualTo("0\n");
    }
  }

  @Test
  void filesShowWhatWasWritten() {
    FinishedRun run =
        run(
            "a",
            "--write",
            "sp_c0/min_partial=9223372036854775807",
            "--write",
            "sp_c0/cpu_partial=+004294967295",
            "--write",
            "sp_c0/remote_node_defrag_ratio=7");

    assertThat(run.text("sys/kernel/slab/sp_c0/min_partial")).isEqualTo("9223372036854775807\n");
    assertThat(run.text("sys/kernel/slab/sp_c0/cpu_partial")).isEqualTo("4294967295\n");
    assertThat(run.text("sys/kernel/slab/sp_c0/remote_node_defrag_ratio")).isEqualTo("7\n");
  }

  @Test
  void theLastOfSeveralWritesHolds() {
    FinishedRun run = run("a", "--write", "*/min_partial=9", "--write", "sp_c0/min_partial=3");

    assertThat(run.text("sys/kernel/slab/sp_c0/min_partial")).isEqualTo("3\n");
    assertThat(run.text("sys/kernel/slab/kmalloc-64/min_partial")).isEqualTo("9\n");
  }

  @Test
  void anyNameOfAMergedCacheWritesToIt() {
    FinishedRun run =
        FinishedRun.of(
            folder.resolve("a"),
            "--driver",
            "simulate",
            "--limit",
            "500",
            "--write",
            "fs_cache/min_partial=77");

    assertThat(run.text("sys/kernel/slab/anon_vma_chain/min_partial")).isEqualTo("77\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulate", "embedded"})
  void afterTheTraceCachesCanBeShrunkAndCountersCleared(String driver) {
    FinishedRun before = run("before", "--driver", driver);
    FinishedRun run =
        run(
            "after",
            "--driver",
            driver,
            "--write-after",
            "*/shrink=1",
            "--write-after",
            "sp_c0/alloc_fastpath=0");

    assertThat(before.sum(c -> emptySlabs(before, c))).isPositive();
    for (JsonNode cache : run.caches()) {
      assertThat(emptySlabs(run, cache)).as(cache.get("name").asText()).isZero();
      assertThat(run.text("sys/kernel/slab/" + cache.get("name").asText() + "/cpu_slabs"))
          .isEqualTo("0\n");
    }
    assertThat(run.text("sys/kernel/slab/sp_c0/alloc_fastpath")).isEqualTo("0\n");
    assertThat(run.text("sys/kernel/slab/sp_c0/free_fastpath")).isNotEqualTo("0\n");
    assertThat(run.result().get("audit").get("clean").asBoolean()).isTrue();
  }

  /// Slabs in which nobody has an object.
  private static long emptySlabs(FinishedRun run, JsonNode cache) {
    CommandCall show = CommandCall.of("show", run.folder().toString(), cache.get("name").asText());
    return show.out().lines().filter(line -> line.matches("  0x.* 0/\\d+ .*")).count();
  }

  @Test
  void theResultSaysWhatWasWrittenAndItsCommandRepeatsIt() {
    FinishedRun run =
        run(
            "a",
            "--write",
            "sp_c0/cpu_partial=0",
            "--write",
            "kmalloc-64/min_partial=2",
            "--write-after",
            "sp_c0/shrink=1");

    JsonNode setup = run.result().get("setup");
    assertThat(setup.get("writes"))
        .hasToString("[\"sp_c0/cpu_partial=0\",\"kmalloc-64/min_partial=2\"]");
    assertThat(setup.get("writes_after")).hasToString("[\"sp_c0/shrink=1\"]");
    assertThat(run.text("summary.txt")).contains("sp_c0/cpu_partial=0", "sp_c0/shrink=1");
    String command = run.result().get("command").asText();
    assertThat(command).contains("--write sp_c0/cpu_partial=0", "--write-after sp_c0/shrink=1");

    FinishedRun again =
        FinishedRun.of(
            folder.resolve("b"),
            List.of(command.replaceFirst("numaslab run ", "").split(" ")).toArray(String[]::new));
    assertThat(again.text("result.json")).isEqualTo(run.text("result.json"));
  }

  @Test
  void aLoadCanBeTunedToo() {
    FinishedRun run =
        FinishedRun.of(
            folder.resolve("load"),
            "--workload",
            "random:20000ops",
            "--write",
            "*/min_partial=3",
            "--write-after",
            "*/alloc_fastpath=0");

    for (JsonNode cache : run.caches()) {
      String files = "sys/kernel/slab/" + cache.get("name").asText();
      assertThat(run.text(files + "/min_partial")).isEqualTo("3\n");
      assertThat(run.text(files + "/alloc_fastpath")).isEqualTo("0\n");
    }
    assertThat(run.result().get("command").asText()).contains("--write '*/min_partial=3'");
  }

  @Test
  void patternsAreQuotedInTheCommand() {
    FinishedRun run = run("a", "--write", "*/cpu_partial=0");

    assertThat(run.result().get("command").asText()).contains("--write '*/cpu_partial=0'");
  }

  @ParameterizedTest
  @CsvSource({
    "--write, sp_c9/cpu_partial=0, --write sp_c9/cpu_partial=0: no such cache: got sp_c9",
    "--write-after, sp_c0/cpu_partial=many, --write-after sp_c0/cpu_partial=many: write error: Invalid argument: cache sp_c0",
    "--order, exact, unknown option '--order'",
    "--driver, simulate, unknown option '--driver'",
  })
  void onProcessesTheSameIsRefusedBeforeThereAreAny(String option, String value, String why) {
    Path out = folder.resolve("refused");
    CommandCall call =
        CommandCall.of(
            "cluster", "run", "--trace", SCENARIO, option, value, "--out", out.toString());
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err()).contains(why);
    assertThat(out.resolve("nodes")).doesNotExist();
  }
}
