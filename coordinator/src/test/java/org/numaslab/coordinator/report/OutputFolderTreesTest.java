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

/// Folders inside the folder of a run.
class OutputFolderTreesTest {
  private static final Set<String> NAMES = Set.of("result", "proc/");

  @TempDir Path folder;

  private void write(Map<String, String> texts) {
    OutputFolder.at(folder, NAMES).write(texts);
  }

  @Test
  void aFolderIsReplacedWithAllThatIsInIt() {
    write(Map.of("result", "1", "proc/a/one", "1", "proc/two", "1"));
    write(Map.of("result", "2", "proc/two", "2"));

    assertThat(folder.resolve("proc/two")).hasContent("2");
    assertThat(folder.resolve("proc/a")).doesNotExist();
    assertThat(folder).isDirectoryNotContaining(file -> file.toString().contains("draft"));
  }

  @Test
  void linksLeadWhereTheySayAndAreReplacedWithTheirFolder() throws IOException {
    OutputFolder.at(folder, NAMES)
        .write(
            Map.of("result", "1", "proc/:0000064/size", "64"),
            Map.of("proc/vmap_area", ":0000064", "proc/nowhere", "gone"));

    assertThat(folder.resolve("proc/vmap_area")).isSymbolicLink();
    assertThat(Files.readSymbolicLink(folder.resolve("proc/vmap_area")))
        .isEqualTo(Path.of(":0000064"));
    assertThat(folder.resolve("proc/vmap_area/size")).hasContent("64");

    write(Map.of("result", "2", "proc/:0000064/size", "65"));
    assertThat(folder.resolve("proc").toFile().list()).containsExactly(":0000064");
  }

  @Test
  void whatALinkLeadsToOutsideIsNotTouched() throws IOException {
    Path outside = Files.createDirectory(folder.resolveSibling(folder.getFileName() + "-mine"));
    Path mine = Files.writeString(outside.resolve("mine"), "mine");
    OutputFolder.at(folder, NAMES)
        .write(Map.of("result", "1"), Map.of("proc/link", outside.toString()));
    write(Map.of("result", "2"));

    assertThat(folder.resolve("proc")).doesNotExist();
    assertThat(mine).hasContent("mine");
    Files.delete(mine);
    Files.delete(outside);
  }

  @Test
  void aFolderThatIsNotWrittenAgainIsRemoved() {
    write(Map.of("result", "1", "proc/two", "1"));
    write(Map.of("result", "2"));

    assertThat(folder.resolve("proc")).doesNotExist();
  }

  @Test
  void aFolderOfTheSameNameAloneIsSomebodys() throws IOException {
    Files.createDirectories(folder.resolve("proc"));

    assertThatThrownBy(() -> OutputFolder.at(folder, NAMES))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("holds proc/");
  }

  @Test
  void aFileWhereAFolderGoesIsSomebodys() throws IOException {
    Files.writeString(folder.resolve("result"), "1");
    Files.writeString(folder.resolve("proc"), "mine");

    assertThatThrownBy(() -> OutputFolder.at(folder, NAMES)).isInstanceOf(BadInput.class);
  }

  @Test
  void whatALinkInAnEarlierRunLeadsToIsLeftAlone(@TempDir Path elsewhere) throws IOException {
    Path mine = Files.writeString(elsewhere.resolve("diary"), "dear diary");
    write(Map.of("result", "1", "proc/two", "1"));
    Files.createSymbolicLink(folder.resolve("proc/link"), elsewhere);

    write(Map.of("result", "2", "proc/two", "2"));

    assertThat(mine).hasContent("dear diary");
    assertThat(folder.resolve("proc/link")).doesNotExist();
  }
}
