package org.numaslab.deploy.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The table of the slab API names tests that there are.
class FeatureTableTest {
  private static final Path TABLE =
      Path.of("../cpu/src/main/java/org/numaslab/cpu/client/package-info.java");
  private static final Path TESTS =
      Path.of("../coordinator/src/test/java/org/numaslab/coordinator/client");
  private static final Pattern NAME = Pattern.compile("(\\w+Test)\\.(\\w+)");

  @Test
  void everyRowHasATestThatThereIs() throws IOException {
    List<String> rows =
        Files.readAllLines(TABLE).stream()
            .filter(line -> line.startsWith("/// | "))
            .skip(1)
            .toList();
    assertThat(rows.size()).isGreaterThan(40);
    for (String row : rows) {
      Matcher name = NAME.matcher(row);
      assertThat(name.find()).as(row).isTrue();
      do {
        assertThat(TESTS.resolve(name.group(1) + ".java"))
            .content()
            .contains("void " + name.group(2) + "(");
      } while (name.find());
    }
  }

  @Test
  void everyTestClassOfTheApiIsInTheTable() throws IOException {
    String table = Files.readString(TABLE);
    try (Stream<Path> files = Files.list(TESTS)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.endsWith("Test.java"))
          .allMatch(name -> table.contains(name.replace(".java", ".")));
    }
  }
}
