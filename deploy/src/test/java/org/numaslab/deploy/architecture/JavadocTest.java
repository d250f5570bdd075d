package org.numaslab.deploy.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The documentation of the code is pages that people read.
class JavadocTest {
  @TempDir static Path temporary;

  @Test
  void buildsWithoutAWarning() {
    assertThat(javadoc("-Xdoclint:all,-missing", "-subpackages", "org.numaslab")).isEmpty();
  }

  @Test
  void allThatIsPublicInTheApiIsDocumented() {
    assertThat(javadoc("-Xdoclint:all", "org.numaslab.cpu.client").lines())
        .filteredOn(line -> line.contains("no comment"))
        .isEmpty();
  }

  private static String javadoc(String... what) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-quiet",
                "-Xmaxwarns",
                "10000",
                "-d",
                temporary.toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                "--source-path",
                Stream.of("node", "cpu", "coordinator", "deploy")
                    .map(module -> Path.of("..", module, "src", "main", "java").toString())
                    .collect(Collectors.joining(File.pathSeparator))));
    arguments.addAll(List.of(what));
    StringWriter said = new StringWriter();
    PrintWriter to = new PrintWriter(said);
    ToolProvider.findFirst("javadoc").orElseThrow().run(to, to, arguments.toArray(String[]::new));
    return said.toString();
  }
}
