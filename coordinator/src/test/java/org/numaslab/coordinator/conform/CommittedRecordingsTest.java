package org.numaslab.coordinator.conform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.numaslab.coordinator.topologies.KernelDirectory;

/// Every recording of the real kernel comes out equal: every state, every step, every line of its
/// log.
class CommittedRecordingsTest {
  static final Path RECORDINGS = Path.of("../deploy/recordings");

  static Judge judge() {
    return new Judge(
        KernelDirectory.read(RECORDINGS.resolve("machine/setC-4node-8cpu")).topology());
  }

  static List<Path> files() {
    try (Stream<Path> files = Files.list(RECORDINGS.resolve("scenarios/recorded"))) {
      return files.filter(f -> f.toString().endsWith(".tsv.gz")).sorted().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyStateAndStepIsEqual() {
    Judge judge = judge();
    return files().stream()
        .map(file -> DynamicTest.dynamicTest(name(file), () -> isEqual(judge, file)));
  }

  private static void isEqual(Judge judge, Path file) {
    Verdict verdict = judge.judge(Recording.read(file));
    assertThat(verdict.first()).as("first difference").isNull();
    assertThat(verdict.notJudged()).isEmpty();
    assertThat(verdict.statesEqual()).isEqualTo(verdict.statesTotal());
    assertThat(verdict.stepsEqual()).isEqualTo(verdict.stepsTotal());
    assertThat(verdict.isEqual()).isTrue();
  }

  @Test
  void theTracedRecordingIsEqualOnItsOwnMachine() {
    Path folder = RECORDINGS.resolve("traces/scn_01_basic_256");
    Judge judge = new Judge(KernelDirectory.read(folder.resolve("kernel")).topology());
    isEqual(judge, folder.resolve("scenario.tsv"));
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(".tsv.gz", "");
  }
}
