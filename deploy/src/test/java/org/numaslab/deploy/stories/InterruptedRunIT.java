package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.deploy.ExitCode;
import org.numaslab.deploy.Started;

/// The process that has started the others ends in the middle of a run.
class InterruptedRunIT {
  /// A test that runs in the background of a shell has it ignored, and so have its children.
  private static final List<String> HEARS_INT = List.of("env", "--default-signal=INT");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"INT", "KILL"})
  void theOthersEndWithIt(String signal) throws InterruptedException {
    try (Started started = new Started(folder)) {
      Started.One run =
          started.numaslab(
              "run",
              HEARS_INT,
              "cluster",
              "run",
              "--nodes=3",
              "--workload=swarm:50000000ops",
              "--quiet",
              "--out=" + folder.resolve("run"));
      Swarmed.awaitBegun(folder.resolve("run"), 3);
      List<Long> nodes =
          ProcessHandle.of(run.pid()).orElseThrow().children().map(ProcessHandle::pid).toList();
      assertThat(nodes).hasSize(3);

      run.signal(signal);

      assertThat(run.awaitExit(Duration.ofSeconds(30))).isNotEqualTo(ExitCode.OK);
      assertThat(Processes.alive(nodes, Duration.ofSeconds(20))).isEmpty();
    }
  }
}
