package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.deploy.CommandCall;
import org.numaslab.deploy.ExitCode;

/// Nothing goes wrong.
class SunnyWeatherIT {
  /// Of the demo: as much as four processes replay in a few seconds.
  private static final String SOME = "--limit=8000";

  @TempDir Path folder;

  @Test
  void theDemoOnFourProcessesCountsWhatOneProcessCounts() throws IOException {
    JsonNode processes = run("processes", "cluster", "run");
    JsonNode one = run("one", "run", "--driver", "embedded");

    assertThat(objects(processes)).isEqualTo(objects(one)).hasSizeGreaterThan(10);
    assertThat(allocators("processes")).isEqualTo(allocators("one")).isNotEmpty();
    assertThat(processes.get("audit").get("clean").asBoolean()).isTrue();
    JsonNode members = processes.get("cluster").get("processes");
    assertThat(members).hasSize(4);
    for (int from = 0; from < 4; from++) {
      for (int to = 0; to < 4; to++) {
        long bytes = members.get(from).get("bytes").get(to).asLong();
        assertThat(bytes > 0).as("bytes from %d to %d: %d", from, to, bytes).isEqualTo(from != to);
      }
    }
  }

  private JsonNode run(String name, String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(
        List.of(SOME, "--slub-debug=U,dentry", "--quiet", "--out=" + folder.resolve(name)));
    CommandCall call = CommandCall.of(words.toArray(String[]::new));
    assertThat(call.exitCode()).as(call.out() + call.err()).isEqualTo(ExitCode.OK);
    assertThat(call.out()).contains("Audit: clean");
    return new ObjectMapper()
        .readTree(Files.readString(folder.resolve(name).resolve("result.json")));
  }

  /// How many dentries are live, and where in the kernel they were allocated.
  private List<String> allocators(String run) throws IOException {
    Path traces = folder.resolve(run).resolve("sys/kernel/debug/slab/dentry/alloc_traces");
    return Files.readAllLines(traces).stream()
        .map(line -> line.substring(0, line.indexOf(" age=")))
        .toList();
  }

  /// Of each cache: objects handed out, freed and kept.
  private static Map<String, List<Long>> objects(JsonNode result) {
    Map<String, List<Long>> objects = new TreeMap<>();
    for (JsonNode cache : result.get("caches")) {
      objects.put(
          cache.get("name").asText(),
          List.of(
              cache.get("allocations").asLong(),
              cache.get("frees").asLong(),
              cache.get("live").asLong()));
    }
    return objects;
  }

  @Test
  void aSwarmOnThreeProcessesPassesObjectsAndGivesAllOfThemBack() throws IOException {
    Swarmed run = Swarmed.clean(folder, "", "--workload=swarm:6000ops");

    assertThat(run.losses()).isEmpty();
    assertThat(run.number("remote")).isPositive();
    assertThat(run.number("hand_offs")).isPositive();
    assertThat(run.number("operations")).isGreaterThanOrEqualTo(6000);
    assertThat(run.bytes()).allMatch(bytes -> bytes > 0);
  }
}
