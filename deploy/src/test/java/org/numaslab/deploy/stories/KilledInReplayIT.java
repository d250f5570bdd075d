package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.deploy.CommandCall;
import org.numaslab.deploy.ExitCode;
import org.numaslab.deploy.Started;

/// `kill -9` of a node of a standing cluster in the middle of a trace.
class KilledInReplayIT {
  private static final int VICTIM = 2;
  private static final Duration RUN_MAX = Duration.ofMinutes(2);
  private static final Duration BEGIN_MAX = Duration.ofSeconds(90);

  /// Of a node, when it has done some thousands of operations.
  private static final Pattern AT_WORK =
      Pattern.compile("(?m)^node %d: run \\d+ running.* (\\d{4,}) of about ".formatted(VICTIM));

  private static final Pattern PROCESS =
      Pattern.compile("(?m)^node %d: process (\\d+) is there".formatted(VICTIM));

  @TempDir Path folder;

  @BeforeEach
  void up() {
    CommandCall up =
        CommandCall.of("cluster", "up", "--kernel=recordings/demo/kernel", "--out=" + cluster());
    assertThat(up.exitCode()).as(up.out() + up.err()).isEqualTo(ExitCode.OK);
  }

  @AfterEach
  void down() {
    CommandCall.of("cluster", "down", "--out=" + cluster());
  }

  @Test
  void theOthersReplayTheRestAndTakeBackWhatItHad() throws IOException, InterruptedException {
    long victim = Long.parseLong(awaitStatus(PROCESS).group(1));
    try (Started started = new Started(folder)) {
      Started.One run =
          started.numaslab(
              "run",
              "run",
              "--attach=" + cluster(),
              "--repeat=3",
              "--out=" + folder.resolve("run"));
      run.awaitSaid("4 of 4 nodes are there"); // to ask for the status takes long: a process joins
      awaitStatus(AT_WORK);
      ProcessHandle.of(victim).orElseThrow().destroyForcibly();

      assertThat(run.awaitExit(RUN_MAX)).as(run.out() + run.err()).isEqualTo(ExitCode.OK);
      assertThat(run.out())
          .contains("Audit: clean")
          .containsPattern("(?m)^ *node %d ".formatted(VICTIM));
      JsonNode result =
          new ObjectMapper().readTree(Files.readString(folder.resolve("run/result.json")));
      assertThat(result.get("audit").get("clean").asBoolean()).isTrue();
      JsonNode cluster = result.get("cluster");
      assertThat(cluster.get("processes")).hasSize(3);
      assertThat(cluster.get("lost")).hasSize(1);
      assertThat(cluster.get("lost").get(0).get("node").asInt()).isEqualTo(VICTIM);
      assertThat(cluster.get("reclaimed").asLong()).as("objects that it had borrowed").isPositive();
    }
  }

  private MatchResult awaitStatus(Pattern line) throws InterruptedException {
    long until = System.nanoTime() + BEGIN_MAX.toNanos();
    while (true) {
      CommandCall status = CommandCall.of("cluster", "status", "--out=" + cluster());
      Matcher found = line.matcher(status.out());
      if (found.find()) {
        return found;
      }
      assertThat(System.nanoTime()).as(status.out()).isLessThan(until);
      Thread.sleep(100);
    }
  }

  private Path cluster() {
    return folder.resolve("cluster");
  }
}
