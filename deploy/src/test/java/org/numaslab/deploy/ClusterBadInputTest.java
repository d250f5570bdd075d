package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// What commands of clusters refuse before there is a process.
class ClusterBadInputTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cluster nemesis --cpus 0                                | --cpus: got 0, allowed: 1 or more
          cluster nemesis --nodes 2                               | --nodes: got 2, allowed: 3..16, so that a majority can go on
          cluster nemesis --seeds 0                               | --seeds: got 0, allowed: 1 or more
          cluster nemesis --operations 0                          | --operations: got 0, allowed: 1 or more
          cluster nemesis --kinds flood                           | --kinds: got 'flood', allowed: none, kill, pause, partition, one-way, bridge, loss, duplicate, delay, down, leave, coordinator-kill
          cluster run --nodes 0                                   | --nodes, --cpus: got 0 x -, allowed: none, as the trace's or the kernel's machine is known: 4 nodes with 8 cpus in all; or a --workload
          cluster run --workload swarm:0ops                       | --workload: got swarm:0ops, allowed: random, random:SECONDS up to 604800, or random:Nops; of processes also swarm, swarm:Nops or calibrate
          cluster run --workload calibrate --nodes 1              | --workload calibrate: got a machine of 1 nodes, one with 2 cpus, allowed: two nodes with two cpus or more: one has traffic while another one measures
          simulate --topology 1x1:4M --operations 10              | --faults: got random with a machine of one node, allowed: none, or two nodes or more
          simulate --topology 1x1:4M --faults only:kill --seed 2  | --faults: got only:kill with a machine of one node, allowed: none, or two nodes or more
          """)
  void isRefusedInOneLine(String words, String why) {
    CommandCall call = CommandCall.of((words + " --out " + folder.resolve("out")).split(" "));

    assertThat(call.err()).isEqualTo("numaslab: error: " + why + "\n");
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cluster nemesis",
        "cluster up",
        "cluster run",
        "geometry --size 64",
        "conform recordings/scenarios"
      })
  void aFolderThatIsSomebodysIsNotTouched(String words) throws IOException {
    Path mine = Files.writeString(folder.resolve("mine.txt"), "mine");
    Files.writeString(folder.resolve("result.json"), "mine too");
    CommandCall call = CommandCall.of((words + " --out " + folder).split(" "));

    assertThat(call.exitCode()).as(call.out() + call.err()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err()).contains("--out " + folder + ": got a folder that holds ");
    assertThat(mine).hasContent("mine");
    assertThat(folder.resolve("result.json")).hasContent("mine too");
    assertThat(folder.toFile().list()).hasSize(2);
  }

  @Test
  void theCommandOfAResultCanBeTypedAgain() {
    CommandLine line = Numaslab.commandLine();
    CommandLine.ParseResult parsed =
        line.parseArgs(
            "cluster",
            "run",
            "--calibrate",
            "--write=a/min_partial=3",
            "--write",
            "b*/cpu_partial=0",
            "--slub-debug=-",
            "--quiet",
            "--out=x");
    CommandLine.ParseResult run = parsed.subcommand().subcommand();

    assertThat(RunLine.typed(run.commandSpec()).split(" "))
        .startsWith("numaslab", "cluster", "run")
        .containsOnlyOnce(
            "--calibrate",
            "--write=a/min_partial=3",
            "'--write=b*/cpu_partial=0'",
            "--slub-debug=-")
        .hasSize(7);
  }
}
