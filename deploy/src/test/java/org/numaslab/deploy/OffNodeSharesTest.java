package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How far a warm machine puts objects where the recorded kernel put them.
class OffNodeSharesTest {
  private static final Path TRACES =
      Path.of(System.getProperty("numaslab.data", "../../shared/data")).resolve("traces");

  @TempDir Path folder;

  private JsonNode comparison(String trace, String... options) {
    Path file = TRACES.resolve(trace).resolve("trace.txt.gz");
    assumeTrue(
        Files.exists(file),
        () ->
            "skipped: no recording at "
                + file.toAbsolutePath().normalize()
                + " (-Dnumaslab.data=DIR says where)");
    return placement(file.toString(), options).get("comparison");
  }

  private JsonNode placement(String trace, String... options) {
    String[] all = new String[options.length + 2];
    all[0] = "--trace";
    all[1] = trace;
    System.arraycopy(options, 0, all, 2, options.length);
    return FinishedRun.of(folder.resolve("run"), all).result().get("placement");
  }

  @ParameterizedTest
  @ValueSource(strings = {"forkstorm", "tmpfsfiles", "unixsock", "tcp"})
  void theShareIsWithinTwoPointsOfTheRecordedOne(String trace) {
    JsonNode comparison = comparison(trace);

    assertThat(comparison.get("off_node_share").asDouble())
        .isCloseTo(comparison.get("recorded_off_node_share").asDouble(), within(0.02));
  }

  @Test
  void withDebugFlagsThereAreNoCpuSlabsAndHardlyAnythingLiesElsewhere() {
    assertThat(comparison("mixed-debug").get("off_node_share").asDouble()).isLessThan(0.001);
  }

  @Test
  void cachesWhoseFreesFindNoAllocationAreNamedAndNotCompared() {
    JsonNode comparison = comparison("forkstorm");

    assertThat(comparison.get("set_aside").valueStream().map(JsonNode::asText))
        .containsExactlyInAnyOrder("maple_node", "filp");
  }

  @Test
  void inferredAllocationsAreNotAmongThoseThatAreCompared() {
    String scenario = "recordings/traces/scn_01_basic_256/trace.txt.gz";
    JsonNode traced = placement(scenario);
    JsonNode inferred = placement(scenario, "--infer", "bulk");

    assertThat(inferred.get("any_node")).isEqualTo(traced.get("any_node"));
    assertThat(inferred.get("recorded_off_node")).isEqualTo(traced.get("recorded_off_node"));
    JsonNode result =
        FinishedRun.of(folder.resolve("run"), "--trace", scenario, "--infer", "bulk").result();
    assertThat(result.get("trace").get("inferred_allocations").asLong()).isPositive();
    assertThat(result.get("command").asText()).contains("--infer bulk");
  }
}
