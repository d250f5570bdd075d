package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;

class OutputFolderTest {
  private static final Set<String> NAMES = Set.of("result", "extra");

  @TempDir Path folder;

  @Test
  void askingForAFolderLeavesNothingBehind() {
    OutputFolder.at(folder.resolve("a/b/c"), NAMES);

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void foldersAboveAreMadeWithTheFiles() {
    OutputFolder.at(folder.resolve("a/b"), NAMES).write(Map.of("result", "42"));

    assertThat(folder.resolve("a/b/result")).hasContent("42");
  }

  @Test
  void anEarlierRunIsReplacedWhole() throws IOException {
    OutputFolder.at(folder, NAMES).write(Map.of("result", "1", "extra", "1"));
    OutputFolder.at(folder, NAMES).write(Map.of("result", "2"));

    assertThat(folder.resolve("result")).hasContent("2");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void whatIsNotOfARunIsNotTouched() throws IOException {
    Path mine = Files.writeString(folder.resolve("diary"), "dear diary");

    assertThatThrownBy(() -> OutputFolder.at(folder, NAMES))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("holds diary");
    assertThat(mine).hasContent("dear diary");
  }

  @Test
  void whenOneFileCannotBeWrittenNoneIs() throws IOException {
    OutputFolder output = OutputFolder.at(folder.resolve("a"), NAMES);
    Files.createDirectories(folder.resolve("a/result/in the way"));

    assertThatThrownBy(() -> output.write(Map.of("result", "1", "extra", "1")))
        .isInstanceOf(EnvironmentFailure.class);
    assertThat(folder.resolve("a/.extra.draft")).doesNotExist();
    assertThat(folder.resolve("a/.result.draft")).doesNotExist();
  }
}
