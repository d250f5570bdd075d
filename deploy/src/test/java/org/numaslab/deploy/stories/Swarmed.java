package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.numaslab.coordinator.audit.MappedHistory;
import org.numaslab.deploy.CommandCall;
import org.numaslab.deploy.ExitCode;

/// What came of a swarm on processes, for stories to look at.
record Swarmed(Path folder, String summary, JsonNode result) {
  private static final Duration BEGIN_MAX = Duration.ofSeconds(90);
  private static final int LOOK_MILLIS = 100;

  /// `numaslab cluster run` of a swarm on three processes: everything that it audits must hold.
  ///
  /// @param schedule of what goes wrong; empty for nothing
  static Swarmed clean(Path folder, String schedule, String... options) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("cluster", "run", "--nodes=3", "--cpus=2", "--quiet"));
    words.addAll(List.of(options));
    if (!schedule.isEmpty()) {
      words.add("--faults=" + Files.writeString(folder.resolve("faults.txt"), schedule));
    }
    words.add("--out=" + folder.resolve("run"));
    CommandCall call = CommandCall.of(words.toArray(String[]::new));
    assertThat(call.exitCode()).as(call.out() + call.err()).isEqualTo(ExitCode.OK);
    assertThat(call.err()).isEmpty();
    return of(folder.resolve("run"));
  }

  /// The same of a run that is over, audited without a finding.
  static Swarmed of(Path folder) {
    try {
      Swarmed run =
          new Swarmed(
              folder,
              Files.readString(folder.resolve("summary.txt")),
              new ObjectMapper().readTree(Files.readString(folder.resolve("result.json"))));
      assertThat(run.result.get("violations")).as(run.summary).isEmpty();
      assertThat(run.summary).contains("Audit: clean");
      return run;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// Waits until so many nodes have something to say of their histories.
  ///
  /// @param folder of the results that are to come
  static void awaitBegun(Path folder, int nodes) throws InterruptedException {
    long until = System.nanoTime() + BEGIN_MAX.toNanos();
    while (begun(folder.resolve("nodes")) < nodes) {
      assertThat(System.nanoTime()).as("the run does not begin").isLessThan(until);
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static long begun(Path histories) {
    return Files.isDirectory(histories)
        ? MappedHistory.in(histories).stream()
            .filter(file -> !MappedHistory.read(file).isEmpty())
            .count()
        : 0;
  }

  /// Members that were lost, one after the other.
  List<JsonNode> losses() {
    return StreamSupport.stream(result.get("losses").spliterator(), false).toList();
  }

  /// The only one.
  JsonNode loss() {
    assertThat(losses()).as(summary).hasSize(1);
    return losses().getFirst();
  }

  long number(String name) {
    return result.get(name).asLong();
  }

  /// Bytes from each node to each other.
  List<Long> bytes() {
    List<Long> bytes = new ArrayList<>();
    JsonNode rows = result.get("bytes");
    for (int from = 0; from < rows.size(); from++) {
      for (int to = 0; to < rows.size(); to++) {
        if (from != to) {
          bytes.add(rows.get(from).get(to).asLong());
        }
      }
    }
    return bytes;
  }

  /// Whether what a node has sent was counted: it was there at the end, in whichever life.
  boolean hasAtEnd(int node) {
    JsonNode sent = result.get("messages").get(node);
    return StreamSupport.stream(sent.spliterator(), false).anyMatch(each -> each.asLong() > 0);
  }
}
