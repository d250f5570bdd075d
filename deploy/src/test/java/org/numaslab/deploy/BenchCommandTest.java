package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.deploy.bench.Row;

/// `numaslab bench`, as far as it does not measure.
class BenchCommandTest {
  @Test
  void listNamesEveryRowAndItsLimit() {
    CommandCall call = CommandCall.of("bench", "--list");
    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(call.out().lines()).hasSize(Row.values().length);
    assertThat(call.out()).contains("batch-256").contains("round trip of a tell");
  }

  @Test
  void unknownRowIsBadInput() {
    CommandCall call = CommandCall.of("bench", "pair", "hot");
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err().strip())
        .isEqualTo(
            "numaslab: error: ROW: got 'hot', allowed: pair batch-32 batch-256 batch-4096 cross-cpu"
                + " node decode prepare replay");
  }

  @Test
  void someonesFolderIsNotTouched(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("letter"), "dear");
    CommandCall call = CommandCall.of("bench", "pair", "--out", folder.toString());
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(folder).isDirectoryContaining(file -> file.endsWith("letter"));
  }
}
