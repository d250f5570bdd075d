package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.deploy.CommandCall;
import org.numaslab.deploy.ExitCode;

/// Caches are tuned and shrunk on processes, as in one process.
class WritesIT {
  private static final String SLAB = "sys/kernel/slab/";
  private static final String ATTRIBUTES =
      "min_partial|cpu_partial|remote_node_defrag_ratio|aliases|align|ctor|object_size|slab_size"
          + "|objs_per_slab|order|usersize|cpu_slabs|slabs_cpu_partial|alloc_refill";

  @TempDir Path folder;

  @Test
  void whatWasWrittenIsSeenOnAllProcessesAndShrinkingLeavesNoEmptySlab() throws IOException {
    Path processes = run("processes", "cluster", "run");
    Path one = run("one", "run", "--driver=embedded");

    Map<String, String> files = files(processes);
    assertThat(files).isEqualTo(files(one)).hasSizeGreaterThan(100);
    assertThat(files).containsEntry("dentry/min_partial", "7\n");
    assertThat(files).containsEntry("dentry/cpu_partial", "0\n");
    assertThat(files).containsEntry("dentry/cpu_slabs", "0\n");
    assertThat(files).containsEntry("dentry/alloc_refill", "0\n");
    CommandCall show = CommandCall.of("show", processes.toString(), "dentry");
    assertThat(show.out().lines().filter(line -> line.matches("  0x.* 0/\\d+ .*"))).isEmpty();
  }

  private Path run(String name, String... command) {
    Path out = folder.resolve(name);
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(
        List.of(
            "--limit=2500",
            "--write=*/cpu_partial=0",
            "--write=dentry/min_partial=7",
            "--write-after=*/shrink=1",
            "--write-after=*/alloc_refill=0",
            "--quiet",
            "--out=" + out));
    CommandCall call = CommandCall.of(words.toArray(String[]::new));
    assertThat(call.exitCode()).as(call.out() + call.err()).isEqualTo(ExitCode.OK);
    assertThat(call.out()).contains("Audit: clean");
    return out;
  }

  /// Files of caches whose text does not depend on who came first.
  private static Map<String, String> files(Path run) throws IOException {
    Map<String, String> files = new TreeMap<>();
    Path caches = run.resolve(SLAB);
    try (Stream<Path> all = Files.walk(caches)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (file.getFileName().toString().matches(ATTRIBUTES)) {
          files.put(caches.relativize(file).toString(), Files.readString(file));
        }
      }
    }
    return files;
  }
}
