package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `run --slub-debug`: the same trace on a kernel that was booted with other debugging.
class RunSlubDebugTest {
  private static final String PART = "20000";

  @TempDir Path folder;

  private FinishedRun run(String... options) {
    String[] all = new String[options.length + 2];
    all[0] = "--limit";
    all[1] = PART;
    System.arraycopy(options, 0, all, 2, options.length);
    return FinishedRun.of(folder.resolve("out"), all);
  }

  private static JsonNode cache(FinishedRun run, String name) {
    return run.caches().stream()
        .filter(cache -> cache.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String attribute(FinishedRun run, String cache, String name) {
    return run.text("sys/kernel/slab/" + cache + "/" + name).strip();
  }

  @Test
  void everyCacheWorksWithoutCpuSlabsAndKeepsItsObjectsSize() {
    FinishedRun run = run("--slub-debug");

    assertThat(run.sum(cache -> cache.get("counters").get("alloc_fastpath").asLong())).isZero();
    assertThat(run.sum(cache -> cache.get("counters").get("alloc_slowpath").asLong()))
        .isEqualTo(run.sum(cache -> cache.get("allocations").asLong()))
        .isPositive();
    for (JsonNode cache : run.caches()) {
      String name = cache.get("name").asText();
      assertThat(attribute(run, name, "red_zone")).as(name).isEqualTo("1");
      assertThat(cache.get("slot_bytes").asInt())
          .as(name)
          .isGreaterThanOrEqualTo(cache.get("object_bytes").asInt() + 8 + 8 + 64);
    }
    // As recorded on the same kernel with slub_debug=FZPU.
    assertThat(cache(run, "kmalloc-64").get("slot_bytes").asInt()).isEqualTo(256);
    assertThat(cache(run, "kmalloc-512").get("slot_bytes").asInt()).isEqualTo(1536);
    assertThat(run.folder().resolve("dmesg")).as("it had nothing to print").doesNotExist();
  }

  @Test
  void onlyTheCachesOfAListGetItsFlagsAndTheSetupSaysSo() {
    FinishedRun run = run("--slub-debug=FZ,kmalloc-*;-");
    JsonNode setup = run.result().get("setup");

    assertThat(setup.get("slub_debug").asText()).isEqualTo("FZ,kmalloc-*");
    assertThat(setup.get("assumed").toString())
        .contains(
            "slub_debug=FZ,kmalloc-* in place of no debugging in the traced kernel; what was"
                + " merged there stays merged");
    assertThat(run.result().get("command").asText()).contains(" '--slub-debug=FZ,kmalloc-*' ");
    assertThat(run.text("summary.txt").replaceAll("\\s+", " "))
        .contains(", slub_debug=FZ,kmalloc-*");

    assertThat(attribute(run, "kmalloc-64", "red_zone")).isEqualTo("1");
    assertThat(attribute(run, "kmalloc-64", "poison")).isEqualTo("0");
    assertThat(attribute(run, "filp", "red_zone")).isEqualTo("0");
    assertThat(cache(run, "filp").get("counters").get("alloc_fastpath").asLong()).isPositive();
    assertThat(run.folder().resolve("sys/kernel/slab/filp")).isSymbolicLink();
  }

  @Test
  void letterTPrintsEachAllocationAndFreeIntoDmesg() {
    FinishedRun run = run("--slub-debug=T,filp;U,kmalloc-*");
    JsonNode filp = cache(run, "filp");
    List<String> lines = run.text("dmesg").lines().toList();

    assertThat(lines)
        .filteredOn(line -> line.startsWith("TRACE filp alloc 0xffff"))
        .hasSize(filp.get("allocations").asInt());
    assertThat(lines)
        .filteredOn(line -> line.startsWith("TRACE filp free 0xffff"))
        .hasSize(filp.get("frees").asInt());
    assertThat(lines).noneMatch(line -> line.startsWith("TRACE") && !line.contains(" filp "));
    assertThat(lines.getFirst())
        .matches("TRACE filp alloc 0xffff[0-9a-f]{12} inuse=\\d+ fp=0x[0-9a-f]{16}");

    // Merged in the trace, and now with a flag that forbids it: its own folder, links lead there.
    Path slab = run.folder().resolve("sys/kernel/slab");
    assertThat(Files.isSymbolicLink(slab.resolve("filp"))).isFalse();
    assertThat(slab.resolve("io_kiocb")).isSymbolicLink();
    assertThat(attribute(run, "io_kiocb", "trace")).isEqualTo("1");
  }

  @Test
  void aLetterThatDoesNotExistIsSkippedWithTheKernelsMessage() throws IOException {
    String message = "slub_debug option 'q' unknown. skipped";
    CommandCall call =
        CommandCall.of(
            "run",
            "--driver",
            "simulate",
            "--trace",
            TraceText.small().in(folder.resolve("trace.txt")).toString(),
            "--slub-debug=Zq",
            "--out",
            folder.resolve("out").toString());
    FinishedRun run = new FinishedRun(folder.resolve("out"));

    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(call.err().lines()).containsExactly(message);
    assertThat(run.text("dmesg")).isEqualTo(message + "\n");
    for (JsonNode cache : run.caches()) {
      assertThat(attribute(run, cache.get("name").asText(), "red_zone")).isEqualTo("1");
    }
  }

  @Test
  void debuggingOfTheTracedKernelCanBeSwitchedOff() throws IOException {
    TraceText text = new TraceText();
    for (int i = 0; i < 40; i++) {
      text.line(
          "  t-1 [000] ..... %d.0: kmalloc: call_site=f ptr=ffff8881000%02x000 bytes_req=64"
              .formatted(i + 9, i)
              .concat(" bytes_alloc=256 gfp_flags=GFP_KERNEL node=-1"));
    }
    Path trace = text.in(folder.resolve("trace.txt"));
    String[] traced = {
      "--trace", trace.toString(), "--kernel", "recordings/machine/setB-4node-8cpu"
    };
    FinishedRun as = FinishedRun.of(folder.resolve("as"), traced);
    assertThat(as.result().get("setup").get("slub_debug").asText()).isEqualTo("as recorded");
    assertThat(attribute(as, "kmalloc-64", "red_zone")).isEqualTo("1");

    String[] other = Arrays.copyOf(traced, traced.length + 1);
    other[traced.length] = "--slub-debug=-";
    FinishedRun off = FinishedRun.of(folder.resolve("off"), other);
    assertThat(attribute(off, "kmalloc-64", "red_zone")).isEqualTo("0");
    JsonNode cache = cache(off, "kmalloc-64");
    assertThat(cache.get("slot_bytes").asInt()).isEqualTo(64);
    assertThat(cache.get("counters").get("alloc_fastpath").asLong()).isPositive();
    assertThat(off.result().get("setup").get("assumed").toString())
        .contains("slub_debug=- in place of the debug flags that 212 of 212 caches");
  }

  @Test
  void aLoadWithoutATraceIsDebuggedToo() {
    FinishedRun run =
        FinishedRun.of(
            folder.resolve("load"), "--workload", "random:20000ops", "--slub-debug=Z,load-0-*;F");

    assertThat(run.sum(cache -> cache.get("counters").get("alloc_fastpath").asLong())).isZero();
    for (JsonNode cache : run.caches()) {
      String name = cache.get("name").asText();
      boolean named = name.startsWith("load-0-");
      assertThat(attribute(run, name, "red_zone")).as(name).isEqualTo(named ? "1" : "0");
      assertThat(attribute(run, name, "sanity_checks")).as(name).isEqualTo(named ? "0" : "1");
    }
  }
}
