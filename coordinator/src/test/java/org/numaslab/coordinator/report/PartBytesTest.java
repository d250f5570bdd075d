package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.experiment.RandomLoad;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.node.topology.BadInput;

/// Parts of runs as bytes: whatever comes, it is a part or bad input.
class PartBytesTest {
  private final SmallRuns runs = new SmallRuns();

  @AfterEach
  void close() {
    runs.close();
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    for (RunPart part :
        SplitRun.of(runs.load(Driver.EMBEDDED), List.of(List.of(0, 2), List.of(1, 3)))) {
      RunPart full = SmallRuns.crossing(part, 5, 100, 7);
      assertThat(PartBytes.read(PartBytes.of(full)))
          .usingRecursiveComparison()
          .ignoringFieldsMatchingRegexes(".*\\.identity")
          .isEqualTo(full);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "[]", "42", "{\"format\":null,\"part\":null}", "{"})
  void otherJsonIsNoPart(String json) throws IOException {
    assertThatThrownBy(() -> PartBytes.read(zip(json.getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("part: ");
    assertThatThrownBy(() -> PartBytes.read(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(BadInput.class);
  }

  @Test
  void garbageIsRefusedOrAPart() throws IOException {
    RandomLoad load = runs.load(Driver.EMBEDDED);
    RunPart part = SmallRuns.crossing(SplitRun.of(load, List.of(List.of(0))).get(1), 1, 1, 1);
    byte[] bytes = PartBytes.of(part);
    for (int length = 0; length < bytes.length; length += 1 + bytes.length / 50) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> PartBytes.read(cut)).isInstanceOf(BadInput.class);
    }
    byte[] json = unzip(bytes);
    SplittableRandom random = new SplittableRandom(SmallRuns.SEED);
    for (int i = 0; i < 150; i++) {
      byte[] changed = json.clone();
      int at = random.nextInt(1 + random.nextInt(json.length)); // more of them in the front
      changed[at] = (byte) (' ' + random.nextInt(95));
      assertThatCode(() -> readQuietly(zip(changed)))
          .as("seed " + SmallRuns.SEED + ", byte " + at)
          .doesNotThrowAnyException();
    }
  }

  /// What is read can be shown.
  private static void readQuietly(byte[] bytes) {
    List<LostMember> lost = List.of(LostMember.of(1, 1), LostMember.of(2, 1), LostMember.of(3, 1));
    try {
      WholeRun run = WholeRun.of(SmallRuns.TOPOLOGY, List.of(PartBytes.read(bytes)), lost);
      RunFiles.of(run, SmallRuns.result(run), SmallRuns.timing(run));
    } catch (BadInput expected) {
      assertThat(expected).message().doesNotContain("\n");
    }
  }

  @Test
  void aPartThatIsLongerThanAllowedIsRefused() {
    byte[] bytes = PartBytes.of(SplitRun.of(runs.load(Driver.SIMULATE), List.of()).getFirst());
    assertThatThrownBy(() -> PartBytes.read(bytes, 10_000))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("longer than a part can be");
  }

  private static byte[] zip(byte[] json) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(json);
    }
    return bytes.toByteArray();
  }

  private static byte[] unzip(byte[] bytes) throws IOException {
    try (GZIPInputStream zip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return zip.readAllBytes();
    }
  }
}
