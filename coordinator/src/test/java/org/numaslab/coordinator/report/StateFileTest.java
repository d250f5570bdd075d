package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.node.topology.BadInput;

class StateFileTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);

  private final MachineDump machine = CacheViewTest.machine();
  private final String text = StateFile.of(machine).orElseThrow();

  @TempDir Path folder;

  private MachineDump read(String content) throws IOException {
    Files.writeString(folder.resolve(StateFile.NAME), content);
    return StateFile.read(folder);
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    assertThat(read(text)).usingRecursiveComparison().isEqualTo(machine);
  }

  @Test
  void itIsOneLine() {
    assertThat(text.lines()).hasSize(1);
    assertThat(text).endsWith("\n");
  }

  @Test
  void aStateThatIsTooLargeIsNotWritten() {
    assertThat(StateFile.of(machine, StateFile.estimatedBytes(machine) - 1)).isEmpty();
    assertThat(StateFile.of(machine, StateFile.estimatedBytes(machine))).isPresent();
  }

  @Test
  void aFolderWithoutStateIsNoRuns() {
    assertThatThrownBy(() -> StateFile.read(folder))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("a folder without state.json")
        .hasMessageContaining("allowed: the --out folder of a finished run");
    assertThatThrownBy(() -> StateFile.read(folder.resolve("nowhere")))
        .hasMessageContaining("got no folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "[]", "42", "{\"format\":null,\"machine\":null}"})
  void otherJsonIsBadInput(String content) {
    assertThatThrownBy(() -> read(content)).isInstanceOf(BadInput.class);
  }

  @Test
  void anotherFormatIsNamed() {
    assertThatThrownBy(() -> read(text.replace("state 3", "state 1")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("\"numaslab state 1\"");
  }

  @Test
  void aFileThatWasCutIsDamagedAndSaysWhere() throws IOException {
    for (int length = 0; length < text.length() - 2; length += 7) {
      String cut = text.substring(0, length);
      assertThatThrownBy(() -> read(cut)).as("cut at " + length).isInstanceOf(BadInput.class);
    }
    assertThatThrownBy(() -> read(text.substring(0, 100))).hasMessageContaining("column 101");
  }

  @Test
  void whateverCharacterChangesItIsBadInputOrAMachine() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 500; i++) {
      StringBuilder changed = new StringBuilder(text);
      changed.setCharAt(random.nextInt(text.length()), (char) (' ' + random.nextInt(95)));
      assertThatCode(() -> showQuietly(changed.toString()))
          .as("seed " + SEED + ", " + changed)
          .doesNotThrowAnyException();
    }
  }

  private void showQuietly(String content) throws IOException {
    try {
      CacheView.of(CacheState.of(read(content), "dentry"), true);
    } catch (BadInput expected) {
      assertThat(expected).message().doesNotContain("\n");
    }
  }
}
