package org.numaslab.deploy.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Surefire runs classes by their name, Failsafe (in deploy) those that it leaves; both pass
/// silently over all others.
class EveryTestIsRunTest {
  private static final Pattern HAS_TESTS =
      Pattern.compile(
          "^\\s*@(Test|ParameterizedTest|RepeatedTest|TestFactory|ArchTest)\\b", Pattern.MULTILINE);
  private static final Pattern RUN_BY_SUREFIRE =
      Pattern.compile("Test\\w*|\\w*(Test|Tests|TestCase)");
  private static final Pattern RUN_BY_FAILSAFE = Pattern.compile("IT\\w*|\\w*(IT|ITCase)");

  @Test
  void classesWithTestsHaveNamesThatAreRun() throws IOException {
    for (String module : List.of("node", "cpu", "coordinator", "deploy")) {
      boolean hasFailsafe = Files.readString(Path.of("..", module, "pom.xml")).contains("failsafe");
      Path tests = Path.of("..", module, "src", "test", "java");
      if (Files.isDirectory(tests)) {
        try (Stream<Path> files = Files.walk(tests)) {
          assertThat(
                  files
                      .filter(file -> file.toString().endsWith(".java"))
                      .filter(EveryTestIsRunTest::hasTests))
              .allMatch(file ->
                  RUN_BY_SUREFIRE.matcher(className(file)).matches()
                      || (hasFailsafe && RUN_BY_FAILSAFE.matcher(className(file)).matches()));
        }
      }
    }
  }

  private static boolean hasTests(Path file) {
    try {
      String source = Files.readString(file);
      return !source.contains("abstract class " + className(file))
          && HAS_TESTS.matcher(source).find();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String className(Path file) {
    return file.getFileName().toString().replace(".java", "");
  }
}
