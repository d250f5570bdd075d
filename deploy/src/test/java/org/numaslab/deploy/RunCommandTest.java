package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.Memory;

/// `numaslab run`: what it takes when nothing is said, what it prints, what it leaves behind.
class RunCommandTest {
  private static final String SCENARIO = "recordings/traces/scn_01_basic_256/trace.txt.gz";

  @TempDir Path folder;

  @Test
  void withoutOptionsTheDemoIsReplayedByActorsOnTheMachineThatRecordedIt() throws Exception {
    CommandCall call = CommandCall.of("run", "--out", folder.toString());

    assertThat(call.exitCode()).as(call.err()).isEqualTo(ExitCode.OK);
    assertThat(call.err()).isEmpty();
    assertThat(call.out()).contains("Audit: clean", "5.92 % recorded");
    JsonNode setup = result(folder).get("setup");
    assertThat(setup.get("trace").asText()).endsWith("recordings/demo/trace.txt.gz");
    assertThat(setup.get("kernel").asText()).endsWith("recordings/demo/kernel");
    assertThat(setup.get("driver").asText()).isEqualTo("embedded");
    assertThat(setup.get("order").asText()).isEqualTo("causal");
    assertThat(setup.get("topology").get("nodes")).hasSize(4);
    assertThat(setup.get("topology").get("cpus").asInt()).isEqualTo(8);
    assertThat(setup.get("limit_touched_bytes").asLong()).isEqualTo(4L << 30);
    assertThat(Memory.openCount()).as("machines left open").isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exact", "causal"})
  void theSameSeedGivesTheSameBytes(String order) throws Exception {
    String[] run = {"--trace", SCENARIO, "--driver", "simulate", "--order", order, "--seed", "7"};
    run("a", run);
    run("b", run);

    for (String file : List.of("result.json", "slabinfo")) {
      assertThat(folder.resolve("a").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("b").resolve(file));
    }
  }

  @Test
  void theCommandInTheResultRepeatsIt() throws Exception {
    run("a", "--trace", SCENARIO, "--driver", "simulate", "--cpus", "0-3", "--repeat", "2");
    String command = result(folder.resolve("a")).get("command").asText();
    assertThat(command).startsWith("numaslab run ").doesNotContain("--out");

    run("b", command.substring("numaslab run ".length()).split(" "));

    assertThat(folder.resolve("a/result.json"))
        .hasSameBinaryContentAs(folder.resolve("b/result.json"));
  }

  @Test
  void aLoadNeedsNoTrace() throws Exception {
    CommandCall call = run("a", "--workload", "random:50000ops", "--topology", "2x2");
    run("b", "--workload", "random:50000ops", "--topology", "2x2", "--driver", "simulate");
    String command = result(folder.resolve("b")).get("command").asText();
    run("c", command.substring("numaslab run ".length()).split(" "));

    assertThat(call.out()).contains("50,000 operations on 32 caches", "Audit: clean");
    JsonNode result = result(folder.resolve("a"));
    assertThat(result.get("trace").isNull()).isTrue();
    assertThat(result.get("workload").get("operations").asLong()).isEqualTo(50_000);
    assertThat(result.get("command").asText())
        .startsWith("numaslab run --workload random:50000ops");
    assertThat(folder.resolve("b/result.json"))
        .hasSameBinaryContentAs(folder.resolve("c/result.json"));
  }

  @Test
  void bothOrdersAndBothDriversLeaveTheSameObjectsAlive() throws Exception {
    run("exact", "--trace", SCENARIO, "--driver", "simulate", "--order", "exact");
    run("causal", "--trace", SCENARIO, "--driver", "simulate", "--order", "causal");
    run("embedded", "--trace", SCENARIO);

    Map<String, Long> exact = live(folder.resolve("exact"));
    assertThat(exact).isNotEmpty();
    assertThat(live(folder.resolve("causal"))).isEqualTo(exact);
    assertThat(live(folder.resolve("embedded"))).isEqualTo(exact);
  }

  @Test
  void withEveryRemoteDrawWonTheScenariosObjectsLieWhereTheKernelPutThem() throws Exception {
    run("a", "--trace", SCENARIO, "--driver", "simulate", "--remote-draw", "won");

    JsonNode cache = cache(folder.resolve("a"), "sp_c0");
    assertThat(cache.get("in_kernel_folder").asBoolean()).isFalse();
    assertThat(cache.get("allocations").asLong()).isEqualTo(1200);
    assertThat(cache.get("on_recorded_node").asLong()).isEqualTo(1200);
  }

  @Test
  void theSummaryFitsAPageAndIsAlsoAFile() throws Exception {
    CommandCall call = run("a", "--trace", SCENARIO);

    String summary = Files.readString(folder.resolve("a/summary.txt"));
    assertThat(call.out()).startsWith(summary);
    assertThat(summary.lines().count()).isLessThanOrEqualTo(70);
    assertThat(summary.lines()).allMatch(line -> line.length() <= 100);
    assertThat(summary)
        .contains(
            "set aside",
            "fast",
            "refill",
            "cpu partial",
            "node partial",
            "remote partial",
            "new slab",
            "order fallback",
            "off-node share",
            "list_lock",
            "cross-node",
            "buddyinfo",
            "Audit: clean",
            "Not modelled",
            "[measured]",
            "[modelled]");
  }

  @Test
  void timesAreInAFileOfTheirOwn() throws Exception {
    run("a", "--trace", SCENARIO);

    JsonNode timing = new ObjectMapper().readTree(folder.resolve("a/timing.json").toFile());
    assertThat(timing.get("operations_per_second").asDouble()).isPositive();
    assertThat(timing.get("decode_seconds").asDouble())
        .isPositive()
        .isLessThan(timing.get("read_seconds").asDouble());
    assertThat(timing.get("decoded_events_per_second").asDouble()).isPositive();
    JsonNode newSlab = timing.get("latencies").get(timing.get("latencies").size() - 1);
    assertThat(newSlab.get("path").asText()).isEqualTo("new_slab");
    assertThat(newSlab.get("p50_nanos").asLong()).isPositive();
    assertThat(newSlab.get("max_nanos").asLong())
        .isGreaterThanOrEqualTo(newSlab.get("p99_nanos").asLong());
    assertThat(Files.readString(folder.resolve("a/result.json"))).doesNotContain("nanos");
  }

  @Test
  void whatIsDoneAfterTheFirstRoundIsTimedByItself() throws Exception {
    run("a", "--trace", SCENARIO, "--repeat", "50");
    run("b", "--trace", SCENARIO);

    JsonNode repeated = new ObjectMapper().readTree(folder.resolve("a/timing.json").toFile());
    assertThat(repeated.get("operations_after_first_round").asLong())
        .isPositive()
        .isLessThan(repeated.get("operations").asLong());
    assertThat(repeated.get("operations_after_first_round_per_second").asDouble()).isPositive();
    assertThat(Files.readString(folder.resolve("a/summary.txt"))).contains("after the first round");
    JsonNode once = new ObjectMapper().readTree(folder.resolve("b/timing.json").toFile());
    assertThat(once.get("operations_after_first_round").asLong()).isZero();
    assertThat(Files.readString(folder.resolve("b/summary.txt")))
        .doesNotContain("after the first round");
  }

  @Test
  void eachCacheHasAllCountersOfTheKernel() throws Exception {
    run("a", "--trace", SCENARIO, "--driver", "simulate");

    for (JsonNode cache : result(folder.resolve("a")).get("caches")) {
      List<String> names = new ArrayList<>();
      cache.get("counters").fieldNames().forEachRemaining(names::add);
      assertThat(names)
          .hasSize(26)
          .containsExactlyElementsOf(Arrays.stream(Stat.values()).map(Stat::fileName).toList());
      long allocated =
          cache.get("counters").get("alloc_fastpath").asLong()
              + cache.get("counters").get("alloc_slowpath").asLong();
      assertThat(allocated)
          .as(cache.get("name").asText())
          .isEqualTo(cache.get("allocations").asLong());
    }
  }

  @Test
  void slabinfoReadsAsTheKernelsYoungestCacheFirst() throws Exception {
    run("a", "--trace", SCENARIO, "--driver", "simulate");

    List<String> lines = Files.readAllLines(folder.resolve("a/slabinfo"));
    assertThat(lines.get(0)).isEqualTo("slabinfo - version: 2.1");
    assertThat(lines.get(1))
        .isEqualTo(
            "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> :"
                + " tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs>"
                + " <num_slabs> <sharedavail>");
    assertThat(lines.subList(2, lines.size()))
        .allMatch(line ->
            line.matches(
                "\\S+ +\\d+ +\\d+ +\\d+ +\\d+ +\\d+ : tunables    0    0    0 : slabdata +\\d+ +\\d+"
                    + "      0"));
    List<String> caches = new ArrayList<>();
    result(folder.resolve("a")).get("caches").forEach(c -> caches.add(c.get("name").asText()));
    assertThat(lines.subList(2, lines.size()).stream().map(l -> l.split(" ")[0]).toList())
        .isEqualTo(caches.reversed());
  }

  @Test
  void lostEventsAreSaidFirstAndTheRunGoesOn() throws Exception {
    Path trace =
        TraceText.small().line("CPU:1 [LOST 12 EVENTS]").alloc(1, 500, -1).in(folder.resolve("t"));

    CommandCall call = run("a", "--trace", trace.toString());

    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(call.out().lines().findFirst().orElseThrow()).startsWith("LOST: 12 events lost");
    assertThat(result(folder.resolve("a")).get("trace").get("lost_events").asLong()).isEqualTo(12);
  }

  @Test
  void withoutAKernelFolderTheMachineIsAssumedAndSaysSo() throws Exception {
    Path trace = TraceText.small().in(folder.resolve("t/trace.txt"));

    CommandCall call = run("a", "--trace", trace.toString());

    assertThat(call.out()).contains("assumed", "2x1, since the trace has 2 cpus", "not known");
    JsonNode result = result(folder.resolve("a"));
    assertThat(result.get("setup").get("kernel").asText()).isEqualTo("none");
    assertThat(result.get("placement").get("recorded_off_node_share").isNull()).isTrue();
  }

  @Test
  void aKernelFolderBesideTheTraceIsNotUsedWhereNoneIsAskedFor() throws Exception {
    run("a", "--trace", SCENARIO, "--kernel", "none", "--topology", "4x2:2G");

    JsonNode setup = result(folder.resolve("a")).get("setup");
    assertThat(setup.get("kernel").asText()).isEqualTo("none");
    assertThat(setup.get("topology").get("nodes").get(0).get("distances").toString())
        .isEqualTo("[10,20,20,20]");
  }

  @Test
  void aTopologyThatSaysTheSameAsTheKernelFolderIsFine() {
    assertThat(run("a", "--trace", SCENARIO, "--topology", "4x2").exitCode())
        .isEqualTo(ExitCode.OK);
  }

  @Test
  void whatFiltersLeaveOutIsSetAside() throws Exception {
    run("a", "--trace", SCENARIO, "--caches", "sp_*", "--driver", "simulate");

    JsonNode result = result(folder.resolve("a"));
    assertThat(result.get("caches")).hasSize(1);
    assertThat(result.get("trace").get("set_aside").get("filtered").asLong()).isPositive();
  }

  @Test
  void anEarlierRunsFolderIsReplacedFileByFile() throws Exception {
    run("a", "--trace", SCENARIO, "--driver", "simulate", "--seed", "1");
    String first = Files.readString(folder.resolve("a/result.json"));
    run("a", "--trace", SCENARIO, "--driver", "simulate", "--seed", "2");

    assertThat(folder.resolve("a")).isDirectoryNotContaining(f -> f.toString().contains("draft"));
    assertThat(Files.readString(folder.resolve("a/result.json"))).isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "simulate"})
  void moreMemoryThanAllowedIsOneLineAndExitCode3(String driver) {
    CommandCall call =
        CommandCall.of(
            "run",
            "--trace",
            SCENARIO,
            "--driver",
            driver,
            "--limit-touched",
            "64K",
            "--out",
            folder.resolve("a").toString());

    assertThat(call.exitCode()).isEqualTo(ExitCode.FAILURE);
    assertThat(call.err().lines()).hasSize(1);
    assertThat(call.err()).contains("--limit-touched");
    assertThat(folder).isEmptyDirectory();
    assertThat(Memory.openCount()).as("machines left open").isZero();
  }

  private CommandCall run(String out, String... arguments) {
    List<String> all = new ArrayList<>(List.of("run"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--out", folder.resolve(out).toString()));
    CommandCall call = CommandCall.of(all.toArray(String[]::new));
    assertThat(call.exitCode()).as(call.err()).isEqualTo(ExitCode.OK);
    assertThat(call.err()).isEmpty();
    return call;
  }

  private static JsonNode result(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("result.json").toFile());
  }

  private static JsonNode cache(Path folder, String name) throws IOException {
    for (JsonNode cache : result(folder).get("caches")) {
      if (cache.get("name").asText().equals(name)) {
        return cache;
      }
    }
    throw new AssertionError("no cache " + name);
  }

  private static Map<String, Long> live(Path folder) throws IOException {
    Map<String, Long> live = new HashMap<>();
    result(folder)
        .get("caches")
        .forEach(cache -> live.put(cache.get("name").asText(), cache.get("live").asLong()));
    return live;
  }
}
