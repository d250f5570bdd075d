package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run on the machine of a kernel that was booted with slub_debug=FZPU.
class RunDebugCachesTest {
  private static final String DEBUG_KERNEL = "recordings/machine/setB-4node-8cpu";

  @TempDir Path folder;

  private FinishedRun run(String out, String kernel, String... options) throws IOException {
    Path trace = withDebugSlots(TraceText.small().in(folder.resolve("trace.txt")));
    List<String> all = new ArrayList<>(List.of("--trace", trace.toString(), "--kernel", kernel));
    all.addAll(List.of(options));
    return FinishedRun.of(folder.resolve(out), all.toArray(String[]::new));
  }

  /// A dentry has a slot of 288 bytes there.
  private static Path withDebugSlots(Path trace) throws IOException {
    String text = Files.readString(trace);
    return Files.writeString(trace, text.replace("bytes_alloc=192", "bytes_alloc=288"));
  }

  private static long objects(String traces) {
    return traces.lines().mapToLong(line -> Long.parseLong(line.strip().split(" ")[0])).sum();
  }

  @Test
  void eachLiveObjectIsInTheTracesOfItsCache() throws IOException {
    FinishedRun run = run("a", DEBUG_KERNEL);
    long live = run.sum(cache -> cache.get("live").asLong());
    String allocations = run.text("sys/kernel/debug/slab/dentry/alloc_traces");
    String frees = run.text("sys/kernel/debug/slab/dentry/free_traces");

    assertThat(live).isEqualTo(50);
    assertThat(objects(allocations)).isEqualTo(live);
    assertThat(objects(frees)).isEqualTo(live);
    assertThat(allocations.lines())
        .allMatch(line -> line.matches(" *\\d+ \\S+ age=\\d+/\\d+/\\d+ pid=\\d+ cpus=0-1 nodes=0"));
    assertThat(allocations.lines())
        .as("who the trace says")
        .allMatch(line -> line.contains(" f+0x1/0x9 ") && line.contains(" pid=1 "));
    assertThat(frees).contains("<not-available> age=429").contains(" pid=0 cpus=0 nodes=0");
  }

  /// Without a clock an operation is a jiffy: the first allocation is as old as the trace is long.
  @Test
  void agesCountOperationsWhereThereIsNoClock() throws IOException {
    assertThat(run("a", DEBUG_KERNEL).text("sys/kernel/debug/slab/dentry/alloc_traces"))
        .contains("/100 pid=");
  }

  @Test
  void withTheEmbeddedDriverThereAreTracesToo() throws IOException {
    FinishedRun run = run("a", DEBUG_KERNEL, "--driver", "embedded");

    assertThat(objects(run.text("sys/kernel/debug/slab/dentry/alloc_traces"))).isEqualTo(50);
  }

  @Test
  void kernelsWithoutUserTrackingHaveNoTraces() throws IOException {
    FinishedRun run = run("a", "recordings/machine/setC-4node-8cpu");

    assertThat(run.folder().resolve("sys/kernel/debug/slab")).doesNotExist();
  }

  @Test
  void debugCachesCanBeValidatedAndTakeNoCpuPartial() throws IOException {
    run("a", DEBUG_KERNEL, "--write-after", "*/validate=1");

    CommandCall call =
        CommandCall.of(
            "run",
            "--trace",
            folder.resolve("trace.txt").toString(),
            "--kernel",
            DEBUG_KERNEL,
            "--write",
            "dentry/cpu_partial=1",
            "--out",
            folder.resolve("b").toString());
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err()).contains("write error: Invalid argument", "FZPUT");
    assertThat(folder.resolve("b")).doesNotExist();
  }

  @Test
  void showKnowsFullListsOfDebugCaches() throws IOException {
    TraceText text = new TraceText();
    for (int i = 0; i < 100; i++) {
      text.alloc(0, i, -1);
    }
    text.free(0, 99);
    Path trace = withDebugSlots(text.in(folder.resolve("full/trace.txt")));
    FinishedRun run =
        FinishedRun.of(
            folder.resolve("out"), "--trace", trace.toString(), "--kernel", DEBUG_KERNEL);

    CommandCall call = CommandCall.of("show", run.folder().toString(), "dentry");

    assertThat(call.out()).contains("node full 0", "node partial 0").doesNotContain("nowhere");
    assertThat(Files.readString(run.folder().resolve("state.json"))).contains("\"full\":[");
  }
}
