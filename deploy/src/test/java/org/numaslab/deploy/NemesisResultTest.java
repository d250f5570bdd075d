package org.numaslab.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.swarm.Nemesis;
import org.numaslab.deploy.NemesisResult.Trial;

/// What a matrix makes of the results of its trials.
class NemesisResultTest {
  @TempDir Path folder;

  private Trial trial(String name, Nemesis kind, int exitCode, String result) throws IOException {
    Path of = Files.createDirectories(folder.resolve(name));
    if (!result.isEmpty()) {
      Files.writeString(of.resolve("result.json"), result);
    }
    return Trial.of(of, kind, 3, 1, exitCode, 20, "Audit: clean");
  }

  private static String worked(long operations, double seconds, String... losses) {
    return "{\"operations\": %d, \"seconds\": %s, \"losses\": [%s]}"
        .formatted(operations, seconds, String.join(",", losses));
  }

  private static String loss(int died, int removed, int reclaimed) {
    return "{\"died_millis\": %d, \"removed_millis\": %d, \"reclaimed_millis\": %d}"
        .formatted(died, removed, reclaimed);
  }

  @Test
  void lostMessagesAreHeldAgainstNone() throws IOException {
    NemesisResult result =
        NemesisResult.of(
            List.of(
                trial("n1", Nemesis.NONE, 0, worked(1000, 1)),
                trial("l1", Nemesis.LOSS, 0, worked(1000, 4)),
                trial("l2", Nemesis.LOSS, 0, worked(1500, 2)),
                trial("l3", Nemesis.LOSS, 0, worked(9000, 1))));

    assertThat(result.lossToNone()).isEqualTo(0.75);
    assertThat(result.killToReclaim()).isNull();
    assertThat(result.text())
        .isEqualTo(
            "Throughput with 10 % of the messages lost: 0.75 of that without (goal: at least 0.5)\n"
                + "All 4 trials are clean");
    assertThat(result.trials().get(1).line())
        .isEqualTo("l1                           clean in 20 s, 1,000 operations  Audit: clean");
  }

  @Test
  void killsAreHeldAgainstDetectionLeaseAndOneSecond() throws IOException {
    NemesisResult result =
        NemesisResult.of(
            List.of(
                trial(
                    "k1",
                    Nemesis.KILL,
                    0,
                    worked(
                        1000,
                        1,
                        loss(1000, 9000, 9500),
                        loss(-1, 500, 700), // nobody saw it die
                        loss(2000, 9000, -1))), // it had nothing
                trial("k2", Nemesis.KILL, 0, worked(1000, 1, loss(2000, 8000, 8400))),
                trial("p1", Nemesis.PAUSE, 0, worked(1000, 1, loss(1000, 2000, 90000)))));

    var reclaims = requireNonNull(result.killToReclaim());
    assertThat(reclaims.kills()).isEqualTo(2);
    assertThat(reclaims.maxMillis()).isEqualTo(8500);
    assertThat(reclaims.allowedMillis()).isEqualTo(11000);
    assertThat(result.text())
        .startsWith("From 2 kills until all was reclaimed: 8.5 s (6.4..8.5; allowed: 11.0)\n");
  }

  @Test
  void aTrialWithoutAResultHasItsExitCode() throws IOException {
    NemesisResult result =
        NemesisResult.of(
            List.of(trial("a", Nemesis.DOWN, 3, ""), trial("b", Nemesis.DOWN, 1, worked(1000, 1))));

    assertThat(result.exitCode()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(result.text()).isEqualTo("FAILED: a, b");
    assertThat(result.trials().getFirst().operations()).isZero();
  }
}
