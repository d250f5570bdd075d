package org.numaslab.coordinator.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.node.topology.BadInput;

/// Histories that are wrong in one place: each is refused with one line that names it.
class BadHistoriesTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final String HEADER =
      "numaslab history 1 seed=7 version=0.1.0 nodes=2 cpus=0,0,1,1\n";
  private static final String ALLOCATED =
      "12.345678\tALLOCATED\tnode=1.1\tcpu=3\thome=0.1\tobject=0xffff888000123000\tnumber=-\n";

  private static final String LONG = "-9223372036854775808..9223372036854775807";
  private static final String KINDS =
      "JOINED, DIED, REMOVED, LEASED, EXECUTED, ALLOCATED, FREED, PASSED, HANDED, TAKEN, RETURNED,"
          + " LOST, DAMAGED, RECLAIMED, CENSUS, FAULT, OVER, HEALED";

  @TempDir Path folder;

  private void refused(byte[] content, String name, String message) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, content);
    assertThatThrownBy(() -> read(file)).isExactlyInstanceOf(BadInput.class).hasMessage(message);
  }

  private void refused(String content, String message) throws IOException {
    refused(
        content.getBytes(StandardCharsets.ISO_8859_1),
        "f",
        message
            .replace("f:", folder.resolve("f") + ":")
            .replace("HEADER", HeaderText.ALLOWED)
            .replace("KINDS", KINDS)
            .replace("LONG", LONG)
            .replace("TIMES", "milliseconds with six decimals, as 12.345678")
            .replace("MEMBER", "NODE.LIFE, or - for none")
            .replace("OBJECT", "hexadecimal as 0xffff888000123000, or - for none"));
  }

  private static void read(Path file) {
    try (HistoryReader reader = HistoryFile.open(file)) {
      reader.readTo(event -> {});
    }
  }

  /// A file with one event, as it is written.
  private static byte[] good(Path file) throws IOException {
    try (HistoryWriter writer =
        HistoryFile.create(file, new HistoryHeader(7, "0.1.0", 2, List.of(0, 0, 1, 1)))) {
      writer.add(
          new Event(12_345_678, Kind.ALLOCATED, 1, 1, 3, 0, 1, 0xffff888000123000L, Event.NONE));
      writer.end();
    }
    return Files.readAllBytes(file);
  }

  // ---- the first line

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          `` => f:1: header: got '', allowed: HEADER
          `numaslab state 2` => f:1: header: got 'numaslab state 2', allowed: HEADER
          `numaslab history ` => f:1: format: got '', allowed: 1
          `numaslab history 2 seed=7` => f:1: format: got '2', allowed: 1
          `numaslab history 1` => f:1: header: got 'numaslab history 1', allowed: HEADER
          `numaslab history 1 seed=7 version=x nodes=2` => f:1: header: got 'numaslab history 1 seed=7 version=x nodes=2', allowed: HEADER
          `numaslab history 1 seed=7 nodes=2 version=x cpus=0` => f:1: header: got 'nodes=2', allowed: version=
          `numaslab history 1  seed=7 version=x nodes=2` => f:1: header: got '', allowed: seed=
          `numaslab history 1 seed= version=x nodes=2 cpus=0` => f:1: seed: got '', allowed: LONG
          `numaslab history 1 seed=x version=x nodes=2 cpus=0` => f:1: seed: got 'x', allowed: LONG
          `numaslab history 1 seed=07 version=x nodes=2 cpus=0` => f:1: seed: got '07', allowed: LONG
          `numaslab history 1 seed=9223372036854775808 version=x nodes=2 cpus=0` => f:1: seed: got '9223372036854775808', allowed: LONG
          `numaslab history 1 seed=7 version= nodes=2 cpus=0` => f:1: version: got '', allowed: 1 to 64 characters
          `numaslab history 1 seed=7 version=x nodes=0 cpus=0` => f:1: nodes: got '0', allowed: 1..1024
          `numaslab history 1 seed=7 version=x nodes=1025 cpus=0` => f:1: nodes: got '1025', allowed: 1..1024
          `numaslab history 1 seed=7 version=x nodes=-1 cpus=0` => f:1: nodes: got '-1', allowed: 1..1024
          `numaslab history 1 seed=7 version=x nodes=2 cpus=` => f:1: cpus: got '', allowed: 0..1
          `numaslab history 1 seed=7 version=x nodes=2 cpus=0,2` => f:1: cpus: got '2', allowed: 0..1
          `numaslab history 1 seed=7 version=x nodes=2 cpus=0,,1` => f:1: cpus: got '', allowed: 0..1
          `numaslab history 1 seed=7 version=x nodes=2 cpus=0,1,` => f:1: cpus: got '', allowed: 0..1
          """)
  void aFirstLineThatIsNone(String line, String message) throws IOException {
    refused(line + "\n", message);
  }

  // ---- an event

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          1.000000 FAULT => f:2: line: got '1.000000 FAULT', allowed: LINE
          1.000000 FAULT node=- cpu=- peer=- object=- number=- more => f:2: line: got '1.000000 FAULT node=- cpu=- peer=- object=- number=- more', allowed: LINE
          1.000000 FAULT node=- cpu=- peer=- number=- object=- => f:2: field 6: got 'number=-', allowed: object=
          1.000000 FAULT node=- cpu=- home=- object=- number=- => f:2: field 5: got 'home=-', allowed: peer=
          1.000000 FREED node=0.1 cpu=0 peer=0.1 object=0x1 number=- => f:2: field 5: got 'peer=0.1', allowed: home=
          1 FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got '1', allowed: TIMES
          1.0 FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got '1.0', allowed: TIMES
          1.0000000 FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got '1.0000000', allowed: TIMES
          01.000000 FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got '01.000000', allowed: TIMES
          -1.000000 FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got '-1.000000', allowed: TIMES
          1.00000x FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got '1.00000x', allowed: TIMES
          .000000 FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got '.000000', allowed: TIMES
          NaN FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got 'NaN', allowed: TIMES
          9223372036854.775808 FAULT node=- cpu=- peer=- object=- number=- => f:2: time: got '9223372036854.775808', allowed: TIMES
          1.000000 FAIL node=- cpu=- peer=- object=- number=- => f:2: kind: got 'FAIL', allowed: KINDS
          1.000000 fault node=- cpu=- peer=- object=- number=- => f:2: kind: got 'fault', allowed: KINDS
          1.000000  node=- cpu=- peer=- object=- number=- => f:2: kind: got '', allowed: KINDS
          1.000000 DIED node=2.1 cpu=- peer=- object=- number=- => f:2: node: got '2.1', allowed: NODE.LIFE with a node of 0..1
          1.000000 DIED node=- cpu=- peer=- object=- number=- => f:2: node: got '-', allowed: NODE.LIFE with a node of 0..1
          1.000000 DIED node=0 cpu=- peer=- object=- number=- => f:2: node: got '0', allowed: MEMBER
          1.000000 DIED node=0. cpu=- peer=- object=- number=- => f:2: node: got '0.', allowed: MEMBER
          1.000000 DIED node=0.- cpu=- peer=- object=- number=- => f:2: node: got '0.-', allowed: NODE.LIFE with a node of 0..1
          1.000000 FAULT node=-.- cpu=- peer=- object=- number=- => f:2: node: got '-.-', allowed: MEMBER
          1.000000 DIED node=0.2147483648 cpu=- peer=- object=- number=- => f:2: node: got '0.2147483648', allowed: MEMBER
          1.000000 DIED node=0.1.1 cpu=- peer=- object=- number=- => f:2: node: got '0.1.1', allowed: MEMBER
          1.000000 FREED node=0.1 cpu=4 home=0.1 object=0x1 number=- => f:2: cpu: got '4', allowed: 0..3
          1.000000 FREED node=0.1 cpu=- home=0.1 object=0x1 number=- => f:2: cpu: got '-', allowed: 0..3
          1.000000 DIED node=0.1 cpu=4 peer=- object=- number=- => f:2: cpu: got '4', allowed: 0..3, or - for none
          1.000000 FREED node=0.1 cpu=-1 home=0.1 object=0x1 number=- => f:2: cpu: got '-1', allowed: a number, or - for none
          1.000000 FREED node=0.1 cpu=+1 home=0.1 object=0x1 number=- => f:2: cpu: got '+1', allowed: a number, or - for none
          1.000000 FREED node=0.1 cpu= home=0.1 object=0x1 number=- => f:2: cpu: got '', allowed: a number, or - for none
          1.000000 FREED node=0.1 cpu=0 home=2.1 object=0x1 number=- => f:2: home: got '2.1', allowed: NODE.LIFE with a node of 0..1
          1.000000 FREED node=0.1 cpu=0 home=- object=0x1 number=- => f:2: home: got '-', allowed: NODE.LIFE with a node of 0..1
          1.000000 REMOVED node=0.1 cpu=- peer=- object=- number=- => f:2: peer: got '-', allowed: NODE.LIFE with a node of 0..1
          1.000000 FAULT node=- cpu=- peer=2.0 object=- number=- => f:2: peer: got '2.0', allowed: NODE.LIFE with a node of 0..1, or - for none
          1.000000 FREED node=0.1 cpu=0 home=0.1 object=1 number=- => f:2: object: got '1', allowed: OBJECT
          1.000000 FREED node=0.1 cpu=0 home=0.1 object=0x number=- => f:2: object: got '0x', allowed: OBJECT
          1.000000 FREED node=0.1 cpu=0 home=0.1 object=0x01 number=- => f:2: object: got '0x01', allowed: OBJECT
          1.000000 FREED node=0.1 cpu=0 home=0.1 object=0xA number=- => f:2: object: got '0xA', allowed: OBJECT
          1.000000 FREED node=0.1 cpu=0 home=0.1 object=0xffffffffffffffff number=- => f:2: object: got '0xffffffffffffffff', allowed: OBJECT
          1.000000 FREED node=0.1 cpu=0 home=0.1 object=0x10000000000000000 number=- => f:2: object: got '0x10000000000000000', allowed: OBJECT
          1.000000 EXECUTED node=0.1 cpu=- peer=1.1 object=0x2 number=7 => f:2: object: got '0x2', allowed: a node of 0x0..0x1, with a life in the upper half
          1.000000 FAULT node=- cpu=- peer=- object=- number=-1 => f:2: number: got '-1', allowed: LONG, or - for none
          1.000000 FAULT node=- cpu=- peer=- object=- number=-0 => f:2: number: got '-0', allowed: LONG, or - for none
          1.000000 FAULT node=- cpu=- peer=- object=- number=1e3 => f:2: number: got '1e3', allowed: LONG, or - for none
          1.000000 FAULT node=- cpu=- peer=- object=- number=9223372036854775808 => f:2: number: got '9223372036854775808', allowed: LONG, or - for none
          1.000000 FAULT node=- cpu=- peer=- object=- number=-9223372036854775809 => f:2: number: got '-9223372036854775809', allowed: LONG, or - for none
          1.000000 ALLOCATED node=0.1 cpu=0 home=0.1 object=0x1 number=2 => f:2: number: got '2', allowed: 0..1, or - for none
          1.000000 PASSED node=0.1 cpu=0 home=0.1 object=0x1 number=- => f:2: number: got '-', allowed: 0..3
          1.000000 HANDED node=0.1 cpu=0 home=0.1 object=0x1 number=4 => f:2: number: got '4', allowed: 0..3
          """)
  void aLineThatIsNoEvent(String line, String message) throws IOException {
    refused(
        HEADER + line.replace(' ', '\t') + "\n",
        message.replace(
            "LINE",
            "TIME, KIND, node=, cpu=, home= or peer=, object=, number= with a tab between"));
  }

  @Test
  void timeThatGoesBack() throws IOException {
    refused(
        HEADER + ALLOCATED + ALLOCATED.replace("12.345678", "12.345677"),
        "f:3: time: got '12.345677', allowed: 12.345678 or later: time does not go back");
  }

  // ---- the end

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          `end` => f:3: end: got 'end', allowed: end events=N hash=H
          `end events=1` => f:3: end: got 'end events=1', allowed: end events=N hash=H
          `end hash=0 events=1` => f:3: end: got 'end hash=0 events=1', allowed: end events=N hash=H
          `end events=0 hash=HASH` => f:3: events: got '0', allowed: 1, as many as there are
          `end events=01 hash=HASH` => f:3: events: got '01', allowed: 1, as many as there are
          `end events=1 hash=0000000000000000` => f:3: hash: got '0000000000000000', allowed: HASH, that of the events
          `end events=1 hash=` => f:3: hash: got '', allowed: HASH, that of the events
          `end events=1 hash=HASH more` => f:3: hash: got 'HASH more', allowed: HASH, that of the events
          """)
  void anEndThatDoesNotFit(String line, String message) throws IOException {
    String hash = "cfbb29adbd965ce7";
    refused(HEADER + ALLOCATED + line.replace("HASH", hash) + "\n", message.replace("HASH", hash));
  }

  @Test
  void moreBehindTheEnd() throws IOException {
    String whole = new String(good(folder.resolve("f")), StandardCharsets.US_ASCII);
    refused(
        whole + ALLOCATED,
        "f:4: line: got '12.345678 ALLOCATED node=1.1 cpu=3 home=0.1 object=0xffff888...', allowed:"
            + " nothing behind the end");
    refused(whole + "\n", "f:4: line: got '', allowed: nothing behind the end");
  }

  @Test
  void anEventThatWasChanged() throws IOException {
    String whole = new String(good(folder.resolve("f")), StandardCharsets.US_ASCII);
    String hash = whole.substring(whole.indexOf("hash=") + 5).strip();
    assertThatThrownBy(() -> refused(whole.replace("cpu=3", "cpu=2"), ""))
        .hasMessageContaining("f:3: hash: got '" + hash + "', allowed: ");
  }

  // ---- what is no text

  @Test
  void bytesThatAreNoText() throws IOException {
    refused("\0\0\0\n", "f:1: byte 1: got '0x00', allowed: text in ASCII");
    refused("\u00ef\u00bb\u00bf" + HEADER, "f:1: byte 1: got '0xef', allowed: text in ASCII");
    refused(HEADER.replace("\n", "\r\n"), "f:1: byte 61: got '0x0d', allowed: text in ASCII");
    refused(
        HEADER + ALLOCATED.replace("\n", "\r\n"),
        "f:2: byte 79: got '0x0d', allowed: text in ASCII");
    refused(HEADER + "1.0\0\n", "f:2: byte 4: got '0x00', allowed: text in ASCII");
    refused(
        HEADER + "\n",
        "f:2: line: got '', allowed: TIME, KIND, node=, cpu=, home= or peer=, object=, number= with a tab between");
  }

  @Test
  void linesThatAreTooLong() throws IOException {
    refused("x".repeat(100_000), "f:1: line: got 'more than 65536 bytes', allowed: up to that");
    refused(
        HEADER + "1".repeat(1 << 20), "f:2: line: got 'more than 192 bytes', allowed: up to that");
    refused(HEADER + "\0".repeat(1 << 20), "f:2: byte 1: got '0x00', allowed: text in ASCII");
    refused(
        "numaslab history 1 seed=7 version=x nodes=2 cpus=" + "0,".repeat(9000) + "0\n",
        "f:1: cpus: got '9001 cpus', allowed: 1..8192");
  }

  // ---- what was cut

  @Test
  void whereverItWasCut() throws IOException {
    Path file = folder.resolve("f");
    byte[] whole = good(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> read(file)).as("cut at " + length).isInstanceOf(BadInput.class);
    }
    refused(
        HEADER + ALLOCATED,
        "f:3: end: got 'the end of the file', allowed: end events=N hash=H; the file was cut");
    refused(
        HEADER + "12.3", "f:2: line: got '12.3', allowed: a line end behind it; the file was cut");
  }

  @Test
  void whereverAPackedOneWasCut() throws IOException {
    Path file = folder.resolve("f.gz");
    byte[] whole = good(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> read(file)).as("cut at " + length).isInstanceOf(BadInput.class);
    }
    refused(
        Arrays.copyOf(whole, 5),
        "f.gz",
        file + ":1: gzip: got 'a file that was cut', allowed: a whole one");
    refused(
        HEADER.getBytes(StandardCharsets.US_ASCII),
        "f.gz",
        file + ":1: gzip: got 'a broken file', allowed: a whole one");
  }

  @Test
  void aPackedFileOfZerosEndsAtOnce() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      for (int i = 0; i < 1000; i++) {
        out.write(new byte[1 << 16]);
      }
    }
    refused(
        packed.toByteArray(),
        "f.gz",
        folder.resolve("f.gz") + ":1: byte 1: got '0x00', allowed: text in ASCII");
  }

  @Test
  void whatIsNoFile() {
    assertThatThrownBy(() -> read(folder))
        .hasMessage(folder + ": got a folder, allowed: a history as a run wrote it");
    assertThatThrownBy(() -> read(folder.resolve("no")))
        .hasMessage(folder.resolve("no") + ": no such file, allowed: a history as a run wrote it");
  }

  // ---- by chance

  @Test
  void whateverByteChangesItIsRefused() throws IOException {
    Path file = folder.resolve("f");
    byte[] whole = good(file);
    // The words of the first line are under no hash.
    int begin = HEADER.length();
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 3000; i++) {
      byte[] changed = whole.clone();
      int at = begin + random.nextInt(whole.length - begin);
      changed[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, changed);
      assertThatThrownBy(() -> read(file))
          .as("seed " + SEED + ", byte " + at)
          .isExactlyInstanceOf(BadInput.class)
          .message()
          .startsWith(file + ":")
          .doesNotContain("\n");
    }
  }

  // ---- the writer

  @Test
  void whatCouldNotBeReadIsNotWritten() {
    Event good = new Event(5, Kind.FREED, 0, 1, 0, 0, 1, 64, Event.NONE);
    try (HistoryWriter writer =
        HistoryFile.create(folder.resolve("f"), new HistoryHeader(7, "x", 1, List.of(0, 0)))) {
      writer.add(good);
      assertThatThrownBy(() -> writer.add(new Event(4, Kind.FREED, 0, 1, 0, 0, 1, 64, Event.NONE)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("time goes back from 5 ns");
      assertThatThrownBy(() -> writer.add(new Event(6, Kind.FREED, 0, 1, 2, 0, 1, 64, Event.NONE)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cpu, allowed: 0..1");
    }
    assertThatThrownBy(() -> new HistoryHeader(7, "x y", 1, List.of(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aHistoryThatWasNotEndedIsRefused() {
    Path file = folder.resolve("f.gz");
    HistoryFile.create(file, new HistoryHeader(7, "x", 1, List.of(0))).close();

    assertThatThrownBy(() -> read(file)).hasMessageContaining("the file was cut");
    assertThat(file).exists();
  }
}
