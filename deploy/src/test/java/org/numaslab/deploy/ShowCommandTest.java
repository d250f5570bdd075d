package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.report.StateFile;

/// `numaslab show`: one cache of a finished run.
class ShowCommandTest {
  @TempDir Path folder;

  private FinishedRun small() throws IOException {
    Path trace = TraceText.small().in(folder.resolve("trace.txt"));
    return FinishedRun.of(folder.resolve("out"), "--trace", trace.toString());
  }

  private CommandCall show(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "show";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return CommandCall.of(all);
  }

  @Test
  void eachSlabOfEachCacheIsALine() {
    FinishedRun run = FinishedRun.of(folder.resolve("demo"));
    for (JsonNode cache : run.caches()) {
      CommandCall call = show(run.folder().toString(), cache.get("name").asText());

      assertThat(call.exitCode()).as(call.err()).isEqualTo(ExitCode.OK);
      assertThat(call.out().lines().filter(line -> line.startsWith("  0x")))
          .as(cache.get("name").asText())
          .hasSize(cache.get("slabs").asInt())
          .noneMatch(line -> line.contains("nowhere"));
      assertThat(call.out()).contains("= " + cache.get("live").asText() + " live");
    }
  }

  @Test
  void asJsonEachCacheHasItsSlabsAndObjects() throws IOException {
    FinishedRun run = FinishedRun.of(folder.resolve("demo"));
    for (JsonNode cache : run.caches()) {
      CommandCall call = show("--json", run.folder().toString(), cache.get("name").asText());

      JsonNode shown = new ObjectMapper().readTree(call.out());
      assertThat(shown.get("live")).isEqualTo(cache.get("live"));
      long objects = 0;
      long live = 0;
      for (JsonNode node : shown.get("nodes")) {
        for (JsonNode slab : node.get("slabs")) {
          objects += slab.get("objects").asLong();
          live += slab.get("in_use").asLong() - slab.get("free_on_cpu").size();
          assertThat(slab.get("in_use").asInt() + slab.get("free").size())
              .isEqualTo(slab.get("objects").asInt());
        }
      }
      assertThat(objects).isEqualTo(cache.get("objects").asLong());
      assertThat(live).isEqualTo(cache.get("live").asLong());
    }
  }

  @Test
  void theStateOfARunPassesTheAuditAgain() throws IOException {
    FinishedRun run = small();

    Audit audit = Audit.of(StateFile.read(run.folder()));

    assertThat(audit.findings()).isEmpty();
    JsonNode before = run.result().get("audit");
    assertThat(audit.checkedSlabs()).isEqualTo(before.get("checked_slabs").asLong());
    assertThat(audit.checkedObjects()).isEqualTo(before.get("checked_objects").asLong());
    assertThat(audit.checkedPages()).isEqualTo(before.get("checked_pages").asLong());
  }

  @Test
  void aFolderThatIsNoRunsIsOneLine() throws IOException {
    assertBad(show(folder.toString(), "dentry"), "a folder without state.json");
    assertBad(show(folder.resolve("nowhere").toString(), "dentry"), "no folder");
    assertBad(show(), "DIR");
    assertBad(show(folder.toString()), "CACHE");
  }

  @Test
  void anUnknownCacheIsOneLineWithTheNearest() throws IOException {
    String out = small().folder().toString();
    String known = CommandCall.of("show", out, "?").err();
    assertThat(known).contains("one of the 1 caches of this run");
    String name =
        Files.readString(folder.resolve("out/slabinfo")).lines().toList().getLast().split(" ")[0];
    assertBad(show(out, name + "x"), "did you mean " + name + "?");
  }

  @Test
  void aDamagedStateIsOneLine() throws IOException {
    Path state = small().folder().resolve("state.json");
    Files.writeString(state, Files.readString(state).substring(0, 300));

    assertBad(show(folder.resolve("out").toString(), "dentry"), "damaged");
  }

  private static void assertBad(CommandCall call, String what) {
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.out()).isEmpty();
    assertThat(call.err().lines()).hasSize(1);
    assertThat(call.err()).startsWith("numaslab: error: ").contains(what);
  }
}
