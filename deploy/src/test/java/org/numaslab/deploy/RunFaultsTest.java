package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `numaslab run` where allocations are made to fail.
class RunFaultsTest {
  @TempDir Path temporary;

  @Test
  void anObjectThatIsMadeToFailIsCountedAndNothingIsLost() {
    FinishedRun run =
        FinishedRun.of(
            temporary.resolve("out"), "--failslab", "1,1,0,-1,ignore-gfp-wait=N,verbose=0");

    JsonNode point = run.result().get("faults").get(0);
    assertThat(point.get("name").asText()).isEqualTo("failslab");
    long failures = point.get("failures").asLong();
    assertThat(failures)
        .isBetween(point.get("calls").asLong() / 200, point.get("calls").asLong() / 50);
    assertThat(run.result().get("audit").get("clean").asBoolean()).isTrue();
    assertThat(run.text("summary.txt")).contains("Allocations made to fail").contains("failslab: ");
    assertThat(run.result().get("command").asText())
        .contains("--failslab 1,1,0,-1,ignore-gfp-wait=N,verbose=0");
  }

  @Test
  void pagesThatAreMadeToFailGiveSmallerSlabs() {
    FinishedRun run =
        FinishedRun.of(
            temporary.resolve("out"), "--fail-page-alloc", "1,100,0,-1,ignore-gfp-wait=N");

    assertThat(run.sum(cache -> cache.get("counters").get("order_fallback").asLong())).isPositive();
    assertThat(run.text("dmesg")).contains("name fail_page_alloc, interval 1, probability 100");
    assertThat(run.result().get("audit").get("clean").asBoolean()).isTrue();
  }

  @Test
  void theKernelsDefaultsSpareWhoMayWait() {
    FinishedRun run = FinishedRun.of(temporary.resolve("out"), "--failslab", "1,100,0,5");

    assertThat(run.result().get("faults").get(0).get("failures").asLong()).isEqualTo(5);
  }

  @Test
  void failNthFailsOneCallOfEachCpu() {
    FinishedRun run =
        FinishedRun.of(
            temporary.resolve("out"),
            "--failslab",
            "1,0,0,-1,ignore-gfp-wait=N,fail-nth=2,verbose=2");

    JsonNode point = run.result().get("faults").get(0);
    assertThat(point.get("failures").asLong()).isPositive();
    assertThat(run.text("dmesg").lines().filter(line -> line.contains("Comm: swapper/")))
        .hasSize(point.get("failures").asInt())
        .doesNotHaveDuplicates();
    assertThat(run.text("dmesg")).contains("ReplayProgram.");
    assertThat(run.result().get("audit").get("clean").asBoolean()).isTrue();
  }

  @Test
  void aPatternThatIsMissingIsBadInput() {
    CommandCall call = CommandCall.of("run", "--fail-page-alloc", "1,10,0,-1,require=");
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err())
        .isEqualTo(
            "numaslab: error: --fail-page-alloc: got '1,10,0,-1,require=', allowed:"
                + " require=PATTERN as in *.Mempools.*\n");
  }

  @Test
  void nonsenseIsBadInput() {
    CommandCall call = CommandCall.of("run", "--failslab", "often");
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err())
        .isEqualTo(
            "numaslab: error: --failslab: got 'often', allowed: INTERVAL,PROBABILITY,SPACE,TIMES as"
                + " in 1,10,0,-1\n");
  }
}
