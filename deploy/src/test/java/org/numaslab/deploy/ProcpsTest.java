package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// slabtop and vmstat of procps read our slabinfo for the kernel's: it is mounted over
/// /proc/slabinfo where only they see it. Skipped where root's rights for that are missing.
class ProcpsTest {
  private static final String MOUNTED = "mount --bind \"$0\" /proc/slabinfo && exec ";
  private static final long SECONDS_MAX = 60;

  /// What a tool left: its exit code and all that it printed.
  private record Call(int exitCode, String text) {}

  @TempDir static Path folder;

  private static FinishedRun run;

  @BeforeAll
  static void runTheDemo() throws Exception {
    for (String tool : new String[] {"unshare", "mount", "slabtop", "vmstat"}) {
      boolean there = call("sh", "-c", "command -v " + tool).exitCode == 0;
      assumeTrue(there, tool + " is not installed (procps, util-linux): skipped");
    }
    Path empty = Files.writeString(folder.resolve("empty"), "");
    Call trial = call("unshare", "-m", "sh", "-c", MOUNTED + "true", empty.toString());
    assumeTrue(
        trial.exitCode == 0,
        "a private mount over /proc/slabinfo is not permitted here: skipped: " + trial.text);
    run = FinishedRun.of(folder.resolve("demo"));
  }

  @Test
  void slabtopsTotalsAreTheResults() throws Exception {
    String top = reading("slabtop -o");

    assertThat(figures(top, "Objects"))
        .containsExactly(
            run.sum(cache -> cache.get("active").asLong()),
            run.sum(cache -> cache.get("objects").asLong()));
    long slabs = run.sum(cache -> cache.get("slabs").asLong());
    assertThat(slabs).isEqualTo(run.result().get("memory").get("slabs").asLong());
    assertThat(figures(top, "Slabs")).containsExactly(slabs, slabs);
    assertThat(figures(top, "Caches")[1]).isEqualTo(run.caches().size());
    Matcher size = Pattern.compile("Total Size .*: ([\\d.]+)K / ([\\d.]+)K").matcher(top);
    assertThat(size.find()).as(top).isTrue();
    assertThat(Double.parseDouble(size.group(1))).isCloseTo(slotKib("active"), within(0.01));
    assertThat(Double.parseDouble(size.group(2))).isCloseTo(slotKib("objects"), within(0.01));
  }

  @Test
  void vmstatHasARowForEachCacheOfTheResult() throws Exception {
    Map<String, String> rows = new HashMap<>();
    reading("vmstat -m")
        .lines()
        .map(line -> line.strip().split(" +", 2))
        .forEach(words -> rows.put(words[0], words[1]));

    assertThat(rows.remove("Cache")).matches("Num +Total +Size +Pages");
    assertThat(rows).hasSize(run.caches().size());
    for (JsonNode cache : run.caches()) {
      // vmstat calls objects of a slab "pages".
      assertThat(rows.getOrDefault(cache.get("name").asText(), "").split(" +"))
          .containsExactly(
              cache.get("active").asText(),
              cache.get("objects").asText(),
              cache.get("slot_bytes").asText(),
              cache.get("objects_per_slab").asText());
    }
  }

  private static double slotKib(String count) {
    return run.sum(c -> c.get(count).asLong() * c.get("slot_bytes").asLong()) / 1024.0;
  }

  private static long[] figures(String top, String what) {
    Matcher line = Pattern.compile("Active / Total " + what + " .*: (\\d+) / (\\d+) ").matcher(top);
    assertThat(line.find()).as(top).isTrue();
    return new long[] {Long.parseLong(line.group(1)), Long.parseLong(line.group(2))};
  }

  private static String reading(String tool) throws Exception {
    String slabinfo = run.folder().resolve("proc/slabinfo").toString();
    Call call = call("unshare", "-m", "sh", "-c", MOUNTED + tool, slabinfo);
    assertThat(call.exitCode).as(call.text).isZero();
    return call.text;
  }

  private static Call call(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", "");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("TERM", "dumb");
    Process process = builder.redirectOutput(output.toFile()).start();
    process.getOutputStream().close();
    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", command) + " does not end");
    }
    return new Call(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8).strip());
  }
}
