package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// sys/devices/system/node in the folder of a run, beside what a real kernel said in the same
/// files.
class RunNodeViewsTest {
  /// The machine that recorded the demo, with less memory: the demo's has fewer files of its nodes.
  private static final Path BOOTED = Path.of("recordings/machine/setA-4node-8cpu");

  private static final int MEMINFO_COLUMNS = 34;

  @TempDir static Path temporary;

  private static FinishedRun run;

  @BeforeAll
  static void runTheDemo() {
    run = FinishedRun.of(temporary.resolve("demo"));
  }

  @Test
  void distancesAndCpusAreTheRecordedMachines() throws IOException {
    for (int node = 0; node < 4; node++) {
      for (String name : List.of("distance", "cpulist")) {
        assertThat(nodeFile(node, name)).isEqualTo(recordedNodeFile(node, name));
      }
    }
  }

  @Test
  void meminfoHasOnlyLinesOfTheKernelInItsOrder() throws IOException {
    for (int node = 0; node < 4; node++) {
      List<String> names = shapes(nodeFile(node, "meminfo"), ": +\\d+", ":");
      assertThat(names).contains("Node " + node + " MemFree: kB", "Node " + node + " Slab: kB");
      assertThat(shapes(recordedNodeFile(node, "meminfo"), ": +\\d+", ":"))
          .containsSubsequence(names);
      assertThat(nodeFile(node, "meminfo").lines())
          .allMatch(line -> line.length() == MEMINFO_COLUMNS);
    }
    assertThat(recordedNodeFile(0, "meminfo").lines().limit(5))
        .allMatch(line -> line.length() == MEMINFO_COLUMNS);
  }

  @Test
  void meminfoSaysWhatTheSlabsTake() {
    long slab = 0;
    for (int node = 0; node < 4; node++) {
      Map<String, Long> kib = new HashMap<>();
      for (String line : nodeFile(node, "meminfo").lines().toList()) {
        String[] words = line.split("[: ]+");
        kib.put(words[2], Long.parseLong(words[3]));
      }
      assertThat(kib)
          .containsEntry("MemTotal", sum(kib, "MemFree", "MemUsed"))
          .containsEntry("Slab", sum(kib, "SReclaimable", "SUnreclaim"));
      slab += sum(kib, "Slab") << 10;
    }
    assertThat(slab).isEqualTo(run.result().get("memory").get("slab_bytes").asLong());
  }

  private static long sum(Map<String, Long> lines, String... names) {
    return Arrays.stream(names).mapToLong(name -> lines.getOrDefault(name, -1L)).sum();
  }

  @Test
  void numastatCountsEachSlabOnce() throws IOException {
    assertThat(shapes(nodeFile(0, "numastat"), "\\d+", "#"))
        .isEqualTo(shapes(recordedNodeFile(0, "numastat"), "\\d+", "#"));

    // A warm start's slabs get pages too, before the cache counters begin.
    FinishedRun cold = FinishedRun.of(temporary.resolve("cold"), "--cold");
    Map<String, Long> sums = numastat(cold);
    long slabs = cold.sum(cache -> cache.get("counters").get("alloc_slab").asLong());
    assertThat(sums.get("numa_hit")).isEqualTo(slabs);
    assertThat(sums.get("local_node")).isEqualTo(slabs);
    assertThat(sums.get("numa_miss")).isZero();
  }

  @Test
  void whereANodeIsFullNumastatSaysWhoHelpedOut() throws IOException {
    TraceText text = new TraceText();
    for (int i = 0; i < 21 * 600; i++) {
      text.alloc(0, i, -1);
    }
    Path trace = text.in(temporary.resolve("full/trace.txt"));
    FinishedRun full =
        FinishedRun.of(
            temporary.resolve("full/out"), "--trace", trace.toString(), "--topology", "2x1:2M");

    // Each node keeps 38 of its pages above the low watermark; node 1 gave what node 0 had not.
    assertThat(full.text("sys/devices/system/node/node0/numastat"))
        .isEqualTo(
            """
            numa_hit 473
            numa_miss 0
            numa_foreign 127
            interleave_hit 0
            local_node 473
            other_node 0
            """);
    assertThat(full.text("sys/devices/system/node/node1/numastat"))
        .isEqualTo(
            """
            numa_hit 0
            numa_miss 127
            numa_foreign 0
            interleave_hit 0
            local_node 0
            other_node 127
            """);
  }

  private static Map<String, Long> numastat(FinishedRun run) {
    Map<String, Long> sums = new HashMap<>();
    for (int node = 0; node < 4; node++) {
      run.text("sys/devices/system/node/node" + node + "/numastat")
          .lines()
          .map(line -> line.split(" "))
          .forEach(words -> sums.merge(words[0], Long.valueOf(words[1]), Long::sum));
    }
    return sums;
  }

  private static List<String> shapes(String text, String number, String mark) {
    return text.lines().map(line -> line.replaceAll(number, mark)).toList();
  }

  private static String nodeFile(int node, String name) {
    return run.text("sys/devices/system/node/node" + node + "/" + name);
  }

  private static String recordedNodeFile(int node, String name) throws IOException {
    return Files.readString(BOOTED.resolve("node/node" + node + "." + name));
  }
}
