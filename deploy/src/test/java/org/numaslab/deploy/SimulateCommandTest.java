package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `numaslab simulate`: what it writes, what it refuses, and that a seed decides everything.
class SimulateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temporary;

  private CommandCall simulate(String... words) {
    return in(temporary.resolve("out"), words);
  }

  private static CommandCall in(Path out, String... words) {
    List<String> all = new ArrayList<>(List.of("simulate", "--out", out.toString()));
    all.addAll(Arrays.asList(words));
    return CommandCall.of(all.toArray(String[]::new));
  }

  private JsonNode result() throws IOException {
    return JSON.readTree(temporary.resolve("out/result.json").toFile());
  }

  @Test
  void oneSeedLeavesAHistoryThatTheAuditFindsClean() throws IOException {
    CommandCall call = simulate("--seed", "7", "--operations", "3000");
    assertThat(call.err()).isEmpty();
    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(call.out()).contains("clean: nothing was lost, nothing had two holders");
    assertThat(result().at("/total/operations").asLong()).isEqualTo(3000);
    assertThat(result().get("basis").asText()).isEqualTo("modelled");
    CommandCall audit = CommandCall.of("audit", temporary.resolve("out").toString());
    assertThat(audit.exitCode()).as(audit.out() + audit.err()).isEqualTo(ExitCode.OK);
    assertThat(audit.out()).contains("hash " + result().at("/total/history_hash").asText());
  }

  @Test
  void theScheduleThatItWritesGivesTheSameHistory() throws IOException {
    assertThat(simulate("--seed", "11", "--operations", "2000").exitCode()).isEqualTo(ExitCode.OK);
    Path schedule = Files.copy(temporary.resolve("out/schedule.txt"), temporary.resolve("faults"));
    String first = result().at("/total/history_hash").asText();
    CommandCall again =
        simulate("--seed", "11", "--operations", "2000", "--faults", schedule.toString());
    assertThat(again.exitCode()).as(again.err()).isEqualTo(ExitCode.OK);
    assertThat(result().at("/total/history_hash").asText()).isEqualTo(first);
  }

  @Test
  void twoProcessesAgreeOnAHundredHistories() throws Exception {
    String one = inAnotherProcess(temporary.resolve("one"));
    String other = inAnotherProcess(temporary.resolve("other"));
    assertThat(one).isEqualTo(other);
    assertThat(JSON.readTree(one).at("/total/runs").asLong()).isEqualTo(100);
  }

  private static String inAnotherProcess(Path out) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Numaslab.class.getName(),
                "simulate",
                "--seeds",
                "100",
                "--operations",
                "500",
                "--out",
                out.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.resolveSibling(out.getFileName() + ".log").toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ExitCode.OK);
    return Files.readString(out.resolve("result.json"));
  }

  @Test
  void faultsOfAFileAreThoseThatHappen() throws IOException {
    Path faults =
        Files.writeString(
            temporary.resolve("faults.txt"),
            "at 0s for end loss 10%\nat 20ms kill node=1 restart=300ms\n");
    CommandCall call =
        simulate(
            "--seed",
            "3",
            "--topology",
            "4x2:2M",
            "--operations",
            "4000",
            "--faults",
            faults.toString(),
            "--load",
            "think=500000,passed=30");
    assertThat(call.err()).isEmpty();
    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(result().at("/faults/kill").asLong()).isEqualTo(1);
    assertThat(result().at("/faults/loss").asLong()).isEqualTo(1);
    assertThat(
            result().at("/rejections/removed-sender").isNumber()
                || result().at("/total/reclaimed").asLong() > 0)
        .isTrue();
  }

  @Test
  void theScalingTableSaysThatItIsModelled() throws IOException {
    CommandCall call = simulate("--scaling", "4");
    assertThat(call.err()).isEmpty();
    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(call.out()).contains("Throughput by number of nodes [modelled]", "assumed");
    assertThat(result().get("rows")).hasSize(6);
    assertThat(result().at("/rows/2/nodes").asInt()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --seeds 0                        | --seeds: got '0', allowed: 1..10000000
          --seeds -5                       | --seeds: got '-5', allowed: 1..10000000
          --operations 0                   | --operations: got '0', allowed: 1..1000000000
          --parallel 0 --seeds 3           | --parallel: got '0', allowed: 1..256
          --seed 1 --seeds 2               | --seed: got it with --seeds or --campaign, allowed: one of them
          --seeds 2 --campaign quick       | --seeds: got it with --campaign, allowed: one of them
          --first-seed 3                   | --first-seed: got it without --seeds, allowed: with it or --campaign
          --seeds 2 --topology 2x2:4M      | --topology and --load: got them with many seeds, allowed: with --seed only
          --faults only:kil                | --faults: got the kind 'kil' (did you mean kill?), allowed: *
          --faults pair:kill               | --faults: got 'pair:kill', allowed: pair:KIND,KIND
          --faults no-such-file            | no-such-file: *
          --seeds 2 --faults no-such-file  | --faults: got 'no-such-file' with many seeds, allowed: none, random, only:KIND, pair:KIND,KIND
          --load kept=0                    | --load: kept: got '0', allowed: 1..65536
          --load passed=101                | --load: passed: got '101', allowed: 0..100
          --load think                     | --load: got 'think', allowed: *
          --scaling 0                      | --scaling: got '0', allowed: 1..1024
          --scaling 2 --costs fast=-1      | --costs: fast: got '-1', allowed: 0..1000000000
          --scaling 2 --costs quick=1      | --costs: got 'quick=1', allowed: *
          --calibrate                      | --calibrate: got it without --scaling, allowed: with it
          --costs fast=1 --seeds 2         | --costs: got them with many seeds, allowed: with --seed or --scaling
          --costs wire=x                   | --costs: wire: got 'x', allowed: 0..1000000000
          --scaling 2 --seeds 4            | --scaling: got it with --seeds, --campaign, --topology or --load, allowed: without
          """)
  void whatCannotBeIsRefusedInOneLine(String words, String message) {
    CommandCall call = simulate(words.split(" "));
    assertThat(call.out()).isEmpty();
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    if (message.endsWith("*")) {
      assertThat(call.err())
          .startsWith("numaslab: error: " + message.substring(0, message.length() - 1));
    } else {
      assertThat(call.err()).isEqualTo("numaslab: error: " + message + "\n");
    }
    assertThat(call.err().lines()).hasSize(1);
    assertThat(temporary.resolve("out")).doesNotExist();
  }
}
