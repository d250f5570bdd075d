package org.numaslab.coordinator.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.fault.FaultKind.Driver;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// Schedules that are wrong in one place: each is refused with one line that names it.
@Tag("long")
class BadSchedulesTest {
  private static final Topology FOUR = Topology.uniform(4, 2, 64 << 20);

  private static final String KEYWORDS =
      "kill, leave, down, pause, partition, cut, bridge, ring, loss, duplicate, delay, reorder, clog, "
          + "clock-jump, drift, no-pages, churn, coordinator-kill, "
          + "cpu-crash, node-crash, queue-bound, corrupt, cpu-offline, memory-offline, preempt, failslab, fail-page-alloc";

  @TempDir Path folder;

  private static void refused(String text, String message) {
    assertThatThrownBy(() -> ScheduleText.parse("f", text, FOUR))
        .isExactlyInstanceOf(BadInput.class)
        .hasMessage(message.replace("KEYWORDS", KEYWORDS));
  }

  /// A line of a table as a file.
  private static String unescaped(String text) {
    return text.replace("\\n", "\n")
        .replace("\\0", "\0")
        .replace("\\xef\\xbb\\xbf", "\u00ef\u00bb\u00bf")
        .replace("\\xef", "\u00ef");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          pause node=2 => f:1: line: got 'pause node=2', allowed: at TIME [for TIME] FAULT, as in at 1.5s for 500ms pause node=2
          at => f:1: line: got 'at', allowed: at TIME [for TIME] FAULT, as in at 1.5s for 500ms pause node=2
          at 1s => f:1: line: got 'at 1s', allowed: at TIME [for TIME] FAULT, as in at 1.5s for 500ms pause node=2
          at 1s for => f:1: line: got 'at 1s for', allowed: at TIME [for TIME] FAULT, as in at 1.5s for 500ms pause node=2
          at 1s for 2s => f:1: line: got 'at 1s for 2s', allowed: at TIME [for TIME] FAULT, as in at 1.5s for 500ms pause node=2
          from 1s pause node=2 => f:1: line: got 'from 1s pause node=2', allowed: at TIME [for TIME] FAULT, as in at 1.5s for 500ms pause node=2
          AT 1s kill node=1 restart=1s => f:1: line: got 'AT 1s kill node=1 restart=1s', allowed: at TIME [for TIME] FAULT, as in at 1.5s for 500ms pause node=2
          at 1 kill node=1 restart=1s => f:1: at: got '1', allowed: 0s..3600s, as in 1.5s
          at -1s kill node=1 restart=1s => f:1: at: got '-1s', allowed: 0s..3600s, as in 1.5s
          at -0s kill node=1 restart=1s => f:1: at: got '-0s', allowed: 0s..3600s, as in 1.5s
          at NaN kill node=1 restart=1s => f:1: at: got 'NaN', allowed: 0s..3600s, as in 1.5s
          at 1e400 kill node=1 restart=1s => f:1: at: got '1e400', allowed: 0s..3600s, as in 1.5s
          at 1e3s kill node=1 restart=1s => f:1: at: got '1e3s', allowed: 0s..3600s, as in 1.5s
          at Infinity kill node=1 restart=1s => f:1: at: got 'Infinity', allowed: 0s..3600s, as in 1.5s
          at 9223372036854775808ns kill node=1 restart=1s => f:1: at: got '9223372036854775808ns', allowed: 0s..3600s, as in 1.5s
          at 3601s kill node=1 restart=1s => f:1: at: got '3601s', allowed: 0s..3600s, as in 1.5s
          at 1.5ns kill node=1 restart=1s => f:1: at: got '1.5ns', allowed: 0s..3600s, as in 1.5s
          at 1m kill node=1 restart=1s => f:1: at: got '1m', allowed: 0s..3600s, as in 1.5s
          at 1s puase node=2 => f:1: fault: got 'puase', allowed: KEYWORDS; did you mean pause?
          at 1s xyzzy node=2 => f:1: fault: got 'xyzzy', allowed: KEYWORDS
          at 1s Pause node=2 => f:1: fault: got 'Pause', allowed: KEYWORDS; did you mean pause?
          at 0s failslap 1,10,0,-1 => f:1: fault: got 'failslap', allowed: KEYWORDS; did you mean failslab?
          \\0\\0\\0 => f:1: byte 1: got '0x00', allowed: text in ASCII, comments also in UTF-8
          at 1s for 1s ring\\0 => f:1: byte 18: got '0x00', allowed: text in ASCII, comments also in UTF-8
          \\xef\\xbb\\xbfat 1s for 1s ring => f:1: byte 1: got '0xef', allowed: text in ASCII, comments also in UTF-8
          at 1s for 1s pause node=\\xef => f:1: byte 25: got '0xef', allowed: text in ASCII, comments also in UTF-8
          """)
  void aLineThatIsNoFault(String text, String message) {
    refused(unescaped(text), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          at 1s for 1s pause nod=2 => f:1: pause: got 'nod=2', allowed: node=; did you mean node?
          at 1s for 1s pause cpu=2 => f:1: pause: got 'cpu=2', allowed: node=
          at 1s for 1s pause 2 => f:1: pause: got '2', allowed: node=
          at 1s for 1s pause => f:1: pause node=: got '', allowed: 0..3
          at 1s for 1s pause node => f:1: pause: got 'node', allowed: node=
          at 1s for 1s pause node= => f:1: pause node=: got '', allowed: 0..3
          at 1s for 1s pause node=4 => f:1: pause node=: got '4', allowed: 0..3
          at 1s for 1s pause node=-1 => f:1: pause node=: got '-1', allowed: 0..3
          at 1s for 1s pause node=-0 => f:1: pause node=: got '-0', allowed: 0..3
          at 1s for 1s pause node=+1 => f:1: pause node=: got '+1', allowed: 0..3
          at 1s for 1s pause node=01 => f:1: pause node=: got '01', allowed: 0..3
          at 1s for 1s pause node=1.5 => f:1: pause node=: got '1.5', allowed: 0..3
          at 1s for 1s pause node=9223372036854775808 => f:1: pause node=: got '9223372036854775808', allowed: 0..3
          at 1s for 1s pause node=1 node=2 => f:1: pause: got 'node=2', allowed: node= once
          at 1s pause node=1 => f:1: pause for: got '', allowed: 1ns..3600s, or end, as in 1.5s
          at 1s for 0s pause node=1 => f:1: pause for: got '0s', allowed: 1ns..3600s, or end, as in 1.5s
          at 1s for -1s pause node=1 => f:1: pause for: got '-1s', allowed: 1ns..3600s, or end, as in 1.5s
          at 1s for 2h pause node=1 => f:1: pause for: got '2h', allowed: 1ns..3600s, or end, as in 1.5s
          at 1s for ever pause node=1 => f:1: pause for: got 'ever', allowed: 1ns..3600s, or end, as in 1.5s
          at 1s for 1s kill node=1 restart=1s => f:1: kill for: got '1s', allowed: none: it happens at one moment
          at 1s for end kill node=1 restart=1s => f:1: kill for: got 'end', allowed: none: it happens at one moment
          at 1s kill node=1 => f:1: kill restart=: got '', allowed: 0s..3600s, or never, as in 1.5s
          at 1s kill node=1 restart= => f:1: kill restart=: got '', allowed: 0s..3600s, or never, as in 1.5s
          at 1s kill node=1 restart=-1 => f:1: kill restart=: got '-1', allowed: 0s..3600s, or never, as in 1.5s
          at 1s kill node=1 restart=always => f:1: kill restart=: got 'always', allowed: 0s..3600s, or never, as in 1.5s
          at 1s kill node=1 restart=1e400 => f:1: kill restart=: got '1e400', allowed: 0s..3600s, or never, as in 1.5s
          at 1s leave node=1 restart=1s => f:1: leave: got 'restart=1s', allowed: node= rejoin=
          at 1s leave node=1 rejoin=2h => f:1: leave rejoin=: got '2h', allowed: 0s..3600s, or never, as in 1.5s
          at 1s down node=1 unaware=never => f:1: down unaware=: got 'never', allowed: 0s..3600s, as in 1.5s
          at 1s for 1s ring 3 => f:1: ring: got '3', allowed: nothing more
          at 1s for 1s ring node=1 => f:1: ring: got 'node=1', allowed: nothing more
          at 1s for 1s bridge node=7 => f:1: bridge node=: got '7', allowed: 0..3
          at 1s for 1s loss => f:1: loss: got '', allowed: 0%..100%
          at 1s for 1s loss 101% => f:1: loss: got '101%', allowed: 0%..100%
          at 1s for 1s loss -1% => f:1: loss: got '-1%', allowed: 0%..100%
          at 1s for 1s loss 10 => f:1: loss: got '10', allowed: 0%..100%
          at 1s for 1s loss NaN% => f:1: loss: got 'NaN%', allowed: 0%..100%
          at 1s for 1s loss % => f:1: loss: got '%', allowed: 0%..100%
          at 1s for 1s loss 10% 20% => f:1: loss: got '20%', allowed: PERCENT% from= to=
          at 1s for 1s loss 9223372036854775808% => f:1: loss: got '9223372036854775808%', allowed: 0%..100%
          at 1s for 1s loss 10% from=4 => f:1: loss from=: got '4', allowed: 0..3
          at 1s for 1s loss 10% from=1 to=1 => f:1: loss to=: got '1', allowed: another node than from=1
          at 1s for 1s cut from=1 => f:1: cut to=: got '', allowed: 0..3
          at 1s for 1s cut to=1 => f:1: cut from=: got '', allowed: 0..3
          at 1s for 1s cut from=1 to=1 => f:1: cut to=: got '1', allowed: another node than from=1
          at 1s for 1s delay 10% min=20ms max=10ms => f:1: delay min=: got '20ms', allowed: 0s..max=10ms
          at 1s for 1s delay 10% min=20ms => f:1: delay max=: got '', allowed: 0s..3600s, as in 1.5s
          at 1s for 1s delay min=20ms max=30ms => f:1: delay: got '', allowed: 0%..100%
          at 1s for 1s reorder 10% => f:1: reorder max=: got '', allowed: 0s..3600s, as in 1.5s
          at 1s for 1s reorder 10% max=2h => f:1: reorder max=: got '2h', allowed: 0s..3600s, as in 1.5s
          at 1s for 1s duplicate 1e400% => f:1: duplicate: got '1e400%', allowed: 0%..100%
          at 1s for 1s clog from=1 from=2 => f:1: clog: got 'from=2', allowed: from= once
          at 1s clock-jump node=1 by=-2h => f:1: clock-jump by=: got '-2h', allowed: -3600s..3600s, as in 1.5s
          at 1s for 1s clock-jump node=1 by=1s => f:1: clock-jump for: got '1s', allowed: none: it happens at one moment
          at 1s for 1s drift node=1 ppm=100001 => f:1: drift ppm=: got '100001', allowed: -100000..100000
          at 1s for 1s drift node=1 ppm=NaN => f:1: drift ppm=: got 'NaN', allowed: -100000..100000
          at 1s for 1s churn every=1us => f:1: churn every=: got '1us', allowed: 1ms..3600s, as in 1.5s
          at 1s coordinator-kill restart=never => f:1: coordinator-kill restart=: got 'never', allowed: 0s..3600s, as in 1.5s
          at 1s cpu-crash cpu=8 send=1 => f:1: cpu-crash cpu=: got '8', allowed: 0..7
          at 1s cpu-crash cpu=1 send=0 => f:1: cpu-crash send=: got '0', allowed: 1..1000000000
          at 1s cpu-crash cpu=1 at=1 => f:1: cpu-crash: got 'at=1', allowed: cpu= send=
          at 1s node-crash node=1 answer=2147483648 => f:1: node-crash answer=: got '2147483648', allowed: 1..1000000000
          at 1s for 1s queue-bound messages=0 => f:1: queue-bound messages=: got '0', allowed: 1..1000000000
          at 1s for 1s queue-bound from=0 to=1 => f:1: queue-bound messages=: got '', allowed: 1..1000000000
          at 1s corrupt node=1 bytes=0 => f:1: corrupt bytes=: got '0', allowed: 1..4194304
          at 1s corrupt node=1 bytes=9999999 => f:1: corrupt bytes=: got '9999999', allowed: 1..4194304
          at 1s for 1s cpu-offline cpu=-1 => f:1: cpu-offline cpu=: got '-1', allowed: 0..7
          at 1s for 1s cpu-offline node=1 => f:1: cpu-offline: got 'node=1', allowed: cpu=
          at 1s for 1s memory-offline node=4 => f:1: memory-offline node=: got '4', allowed: 0..3
          at 1s for 1s preempt cpu=99999999999999999999 => f:1: preempt cpu=: got '99999999999999999999', allowed: 0..7
          at 1s for 1s partition => f:1: partition: got '', allowed: two sides or more, as in 0,1|2,3
          at 1s for 1s partition 0,1 => f:1: partition: got '0,1', allowed: two sides or more, as in 0,1|2,3
          at 1s for 1s partition 0,1| => f:1: partition: got '0,1|', allowed: a node on each side, as in 0,1|2,3
          at 1s for 1s partition |0 => f:1: partition: got '|0', allowed: a node on each side, as in 0,1|2,3
          at 1s for 1s partition 0||1 => f:1: partition: got '0||1', allowed: a node on each side, as in 0,1|2,3
          at 1s for 1s partition 0,1|1,2 => f:1: partition node: got '1', allowed: each node once
          at 1s for 1s partition 0,0|1 => f:1: partition node: got '0', allowed: each node once
          at 1s for 1s partition 0,4|1 => f:1: partition node: got '4', allowed: 0..3
          at 1s for 1s partition 0,|1 => f:1: partition node: got '', allowed: 0..3
          at 1s for 1s partition 0|x => f:1: partition node: got 'x', allowed: 0..3
          at 1s for 1s partition 0 | 1 => f:1: partition: got '|', allowed: NODES|NODES
          at 1s for 1s partition sides=0|1 => f:1: partition: got 'sides=0|1', allowed: NODES|NODES
          at 1s failslab 1,10,0,-1 => f:1: failslab at: got '1s', allowed: 0s
          at 0s for 1s failslab 1,10,0,-1 => f:1: failslab for: got '1s', allowed: none: it lasts to the end
          at 0s failslab => f:1: failslab: got '', allowed: INTERVAL,PROBABILITY,SPACE,TIMES as in 1,10,0,-1
          at 0s failslab 1,10,0,-1 verbose=1 => f:1: failslab: got '1,10,0,-1 verbose=1', allowed: INTERVAL,PROBABILITY,SPACE,TIMES as in 1,10,0,-1
          at 0s failslab 1,101,0,-1 => f:1: failslab: got '1,101,0,-1', allowed: PROBABILITY 0..100
          at 0s failslab 1,10,0,-1\\nat 0s failslab 1,10,0,-1 => f:2: failslab: got '1,10,0,-1', allowed: failslab once
          at 0s fail-page-alloc 1,10,0,-1,min-order=99 => f:1: fail-page-alloc: got '1,10,0,-1,min-order=99', allowed: min-order 0..10
          """)
  void aFaultWithWordsOrValuesThatItCannotHave(String text, String message) {
    refused(unescaped(text), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          at 1s for 1s pause node=2\\nat 1.5s for 1s pause node=2 => f:2: pause at: got '1500ms', allowed: from 2s on: line 1 is not over: at 1s for 1s pause node=2
          at 1.5s for 1s pause node=2\\nat 1s for 1s pause node=2 => f:1: pause at: got '1500ms', allowed: from 2s on: line 2 is not over: at 1s for 1s pause node=2
          at 1s for end ring\\nat 2s for 1s ring => f:2: ring at: got '2s', allowed: none: line 1 is not over: at 1s for end ring
          at 1s kill node=1 restart=never\\nat 2s kill node=1 restart=never => f:2: kill at: got '2s', allowed: none: line 1 is not over: at 1s kill node=1 restart=never
          at 1s kill node=1 restart=never\\nat 2s for 1s pause node=1 => f:2: pause at: got '2s', allowed: none: line 1 is not over: at 1s kill node=1 restart=never
          at 1s kill node=1 restart=never\\n\\n\\nat 2s leave node=1 rejoin=1s => f:4: leave at: got '2s', allowed: none: line 1 is not over: at 1s kill node=1 restart=never
          at 1s kill node=1 restart=2s\\nat 2s down node=1 unaware=1s => f:2: down at: got '2s', allowed: from 3s on: line 1 is not over: at 1s kill node=1 restart=2s
          at 1s leave node=1 rejoin=never\\nat 2s leave node=1 rejoin=1s => f:2: leave at: got '2s', allowed: none: line 1 is not over: at 1s leave node=1 rejoin=never
          at 1s for 1s loss 10%\\nat 1s for 1s loss 10% from=1 to=2 => f:2: loss at: got '1s', allowed: from 2s on: line 1 is not over: at 1s for 1s loss 10%
          at 1s for 1s loss 10% from=1 to=2\\nat 1s for 1s loss 20% => f:2: loss at: got '1s', allowed: from 2s on: line 1 is not over: at 1s for 1s loss 10% from=1 to=2
          at 1s for 1s loss 10% from=1\\nat 1s for 1s loss 20% to=2 => f:2: loss at: got '1s', allowed: from 2s on: line 1 is not over: at 1s for 1s loss 10% from=1
          at 1s for 1s partition 0|1\\nat 1.5s for 1s partition 2|3 => f:2: partition at: got '1500ms', allowed: from 2s on: line 1 is not over: at 1s for 1s partition 0|1
          at 1s cpu-crash cpu=1 send=1\\nat 1s cpu-crash cpu=1 send=2 => f:2: cpu-crash at: got '1s', allowed: from 1000000001ns on: line 1 is not over: at 1s cpu-crash cpu=1 send=1
          at 1s coordinator-kill restart=1s\\nat 1.9s coordinator-kill restart=1s => f:2: coordinator-kill at: got '1900ms', allowed: from 2s on: line 1 is not over: at 1s coordinator-kill restart=1s
          at 1s for 1s cpu-offline cpu=1\\nat 1s for 1s cpu-offline cpu=1 => f:2: cpu-offline at: got '1s', allowed: from 2s on: line 1 is not over: at 1s for 1s cpu-offline cpu=1
          """)
  void aFaultThatContradictsOneThatIsNotOver(String text, String message) {
    refused(unescaped(text), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\n\n", "\t\r\n"})
  void anEmptyFile(String text) {
    refused(
        text,
        "f:1: schedule: got '', allowed: one fault per line, as in at 2s kill node=1 restart=800ms");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0", "#\0", "# text\u007f", "at 0s for 1s ring\u001b[0m", "a\rb"})
  void aBinaryFile(String text) {
    assertThatThrownBy(() -> ScheduleText.parse("f", text, FOUR))
        .isExactlyInstanceOf(BadInput.class)
        .hasMessageMatching(
            "f:1: byte [0-9]+: got '0x[0-9a-f]{2}', allowed: text in ASCII, comments also in UTF-8");
  }

  @Test
  void aLineBeyondItsBound() {
    String longest = "#".repeat(ScheduleText.LINE_BYTES_MAX);
    assertThat(ScheduleText.parse("f", longest, FOUR).faults()).isEmpty();
    refused("\n" + longest + "#", "f:2: line: got '65537 bytes', allowed: up to 65536");
    refused(
        "at 0s for 1s pause node=" + "1".repeat(1000),
        "f:1: pause node=: got '" + "1".repeat(60) + "...', allowed: 0..3");
    refused(
        "at 0s failslab " + "1".repeat(1000),
        "f:1: failslab: got '" + "1".repeat(60) + "...', allowed: up to 256 characters");
  }

  @Test
  void moreFaultsThanTheirBound() {
    String most =
        IntStream.range(0, ScheduleText.FAULTS_MAX)
            .mapToObj("at %dns clock-jump node=1 by=1s\n"::formatted)
            .collect(Collectors.joining());
    assertThat(ScheduleText.parse("f", most, FOUR).faults()).hasSize(ScheduleText.FAULTS_MAX);
    refused(
        most + "at 1s clock-jump node=1 by=1s",
        "f:100001: faults: got '100001', allowed: up to 100000");
  }

  @Test
  void aFileBeyondItsBoundOrNone() throws IOException {
    Path large = folder.resolve("large");
    Files.write(large, new byte[ScheduleText.FILE_BYTES_MAX + 1]);
    assertThatThrownBy(() -> ScheduleText.read(large, FOUR))
        .isExactlyInstanceOf(BadInput.class)
        .hasMessage(large + ":1: schedule: got 'more than 16777216 bytes', allowed: up to that");
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> ScheduleText.read(none, FOUR))
        .isExactlyInstanceOf(BadInput.class)
        .hasMessage(none + ": no such file, allowed: a schedule of faults");
    assertThatThrownBy(() -> ScheduleText.read(folder, FOUR))
        .isExactlyInstanceOf(BadInput.class)
        .hasMessage(folder + ": cannot be read: Is a directory, allowed: a text file");
  }

  @Test
  void aFileIsReadAsItsTextIs() throws IOException {
    Path file = folder.resolve("file");
    String text = "at 1s for 1s ring # \u00e4\r\nat 2s down node=1 unaware=0s";
    Files.writeString(file, text, StandardCharsets.UTF_8);
    assertThat(ScheduleText.read(file, FOUR)).isEqualTo(ScheduleText.parse("f", text, FOUR));
  }

  @Test
  void whatADriverCannotDoIsRefusedWithItsLine() {
    ScheduleText both =
        ScheduleText.parse("f", "at 1s for 1s ring\n\nat 1s for 1s pause node=1", FOUR);
    both.requireDoneBy(Driver.SIMULATE);
    both.requireDoneBy(Driver.PROCESSES);
    ScheduleText one =
        ScheduleText.parse(
            "f", "at 1s for 1s ring\n\n# late\nat 0s for 1s drift node=1 ppm=5", FOUR);
    one.requireDoneBy(Driver.SIMULATE);
    assertThatThrownBy(() -> one.requireDoneBy(Driver.PROCESSES))
        .isExactlyInstanceOf(BadInput.class)
        .hasMessage("f:4: driver of drift: got 'processes', allowed: simulate");
    ScheduleText unaware = ScheduleText.parse("f", "at 1s down node=1 unaware=300ms", FOUR);
    unaware.requireDoneBy(Driver.SIMULATE);
    assertThatThrownBy(() -> unaware.requireDoneBy(Driver.PROCESSES))
        .isExactlyInstanceOf(BadInput.class)
        .hasMessage(
            "f:1: down unaware=: got '300ms', allowed: 0s with processes: they hear of it at once");
  }

  @Test
  void processesCanDoWhatComesFromOutside() {
    assertThat(FaultKind.values()).allMatch(kind -> kind.canBeDoneBy(Driver.SIMULATE));
    assertThat(
            List.of(FaultKind.values()).stream()
                .filter(kind -> kind.canBeDoneBy(Driver.PROCESSES))
                .map(FaultKind::keyword))
        .containsExactly(
            "kill",
            "leave",
            "down",
            "pause",
            "partition",
            "cut",
            "bridge",
            "ring",
            "loss",
            "duplicate",
            "delay",
            "reorder");
  }

  @Test
  void whateverIsChangedInAGoodFileItIsReadOrRefusedInOneLine() {
    SplittableRandom random = new SplittableRandom(Long.getLong("numaslab.seed", 1));
    String letters = "0123456789-+.eE%|,=#nsu mkat\t\n\0\u00ff";
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text =
          new StringBuilder(ScheduleText.of(RandomFaults.mix(random, FOUR, 5_000_000_000L)).text());
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        int index = random.nextInt(text.length());
        char letter = letters.charAt(random.nextInt(letters.length()));
        switch (random.nextInt(4)) {
          case 0 -> text.insert(index, letter);
          case 1 -> text.setCharAt(index, letter);
          case 2 -> text.deleteCharAt(index);
          default -> text.setLength(Math.max(10, index));
        }
      }
      try {
        ScheduleText read = ScheduleText.parse("f", text.toString(), FOUR);
        assertThat(ScheduleText.parse("f", read.text(), FOUR)).isEqualTo(read);
      } catch (BadInput bad) {
        refused++;
        assertThat(bad.getMessage())
            .as("%s", text)
            .matches("f:[0-9]+: [a-z0-9= -]+: got '[ -~]*', allowed: [ -~]+");
      }
    }
    assertThat(refused).isGreaterThan(5_000);
  }
}
