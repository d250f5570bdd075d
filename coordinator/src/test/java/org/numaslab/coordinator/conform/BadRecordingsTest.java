package org.numaslab.coordinator.conform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.numaslab.node.topology.BadInput;

/// Files that are no recordings, or damaged ones: one line that says what, where, got and allowed.
class BadRecordingsTest {
  @TempDir Path folder = Path.of("");

  private static final String CREATE =
      SyntheticRecording.of("create 0 1024 0 none 0", "alloc 0 0 0 3", "state 0");

  private static void judge(String text) {
    SyntheticRecording.judge(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          frobnicate 1                | 'frobnicate' is not known
          alloc 0 0                   | it has 3 words, allowed: at least 4
          alloc 0 0 0                 | it has 4 words
          alloc 0 4 0 1               | cpu 4, allowed: 0..3
          alloc 0 -1 0 1              | cpu '-1'
          alloc 0 0 0 2147483648      | 'slot or count' | count
          alloc 0 0 -5 1              | slot or count '-5'
          alloc 0 0 0 3 -1            | slot -1 is among those named
          alloc 0 0 0 3 0             | step '0'
          alloc 0 0 0 1 1 2           | node 2, allowed: 0..1
          alloc 0 0 0 1 1 0 fast      | gfp word 'fast' is not known
          alloc 99999 0 0 1           | cache '99999'
          alloc x 0 0 1               | cache 'x'
          create 1 0 0 none 0         | object size: got 0
          create 1 99999999999 0 none 0 | size '99999999999'
          create 1 64 3 none 0        | align: got 3
          create 1 64 0 sparkling 0   | slab flags: got "sparkling"
          create 1 64 0 none          | it has 5 words
          create 1 64 0 none 7        | ctor '7'
          freel 0 0 1 2 x             | slot or count 'x'
          free 0 0 0 -1               | slot or count '-1'
          balloc 0 0 0 99999999       | slot or count '99999999'
          quiet 2                     | quiet '2'
          eat 9 0                     | node 9, allowed: 0..1
          fill 0 0 zz                 | byte 'zz'
          poke 0 0 x 41               | offset 'x'
          !sysfsw sp_c0 cpu_partial   | it has 3 words
          !rep many state 0           | times 'many'
          !unknown                    | '!unknown' is not known
          """)
  void linesThatAreNoCommands(String line, String complaint) {
    String said = complaint.contains("'slot or count'") ? "slot or count '2147483648'" : complaint;
    assertThatThrownBy(() -> judge(CREATE + "4\tCMD\t" + line + "\n4\tRC\t0\tok\n"))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("synthetic.tsv:")
        .hasMessageContaining(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          3~WHAT~1                          | row 'WHAT' is not known
          3~A~0~-1~0                        | row A has 3 fields, allowed: at least 7 (is the line cut?)
          3~A~0~-1~0~zz~0~1~0               | field 4 of row A is 'zz'
          3~A~0~-1~-7~2000~0~1~0            | field 3 of row A is '-7'
          3~A~9~-1~0~2000~0~1~0             | cpu 9, allowed: 0..3
          3~NODE~7~1~2~3                    | node 7, allowed: 0..1
          3~A~0~-1~0~2000~1~1~0             | page frame 0x2000 of node 1
          3~A~0~-1~0~ffffffff~1~1~0         | no node's
          3~NODE~0~1                        | row NODE has 2 fields
          3~NODE~0~1~2~many                 | field 4 of row NODE is 'many'
          3~CPU~0                           | row CPU has 1 fields
          3~NODEPART~0~0~2000~0~1~1~8~0~7~1,x | field 10 of row NODEPART is '1,x'
          2~RC~0~ok                         | row of step 2 without its CMD row before
          2~CMD~state 0                     | step 2 after step 3, allowed: ascending steps
          x~RC~0~ok                         | allowed: step TAB tag TAB fields
          justtext                          | allowed: step TAB tag TAB fields
          -3~RC~0~ok                        | allowed: step TAB tag TAB fields
          99999999999~RC~0~ok               | allowed: step TAB tag TAB fields
          """)
  void rowsThatAreNone(String row, String complaint) {
    int line = (int) CREATE.lines().count() + 1;
    assertThatThrownBy(() -> judge(CREATE + row.replace('~', '\t') + "\n"))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("synthetic.tsv:" + line + ":")
        .hasMessageContaining(complaint);
  }

  @Test
  void aFileThatEndsInTheMiddleOfALine() {
    assertThatThrownBy(() -> judge(CREATE.substring(0, CREATE.length() - 1)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("may be cut");
  }

  @Test
  void filesThatAreNotThereOrNotRecordings() throws IOException {
    assertThatThrownBy(() -> Recording.read(folder.resolve("none.tsv")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> Recording.read(folder))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("a folder");
    Path empty = Files.createFile(folder.resolve("empty.tsv"));
    assertThatThrownBy(() -> Recording.read(empty))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("empty");
    Path notes = Files.writeString(folder.resolve("notes.tsv"), "0\tNOTE\t# nothing\n");
    assertThatThrownBy(() -> Recording.read(notes))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("no CMD row");
  }

  @Test
  void damagedAndCutGzip() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(CREATE.getBytes(StandardCharsets.ISO_8859_1));
    }
    byte[] bytes = packed.toByteArray();
    Path cut = Files.write(folder.resolve("cut.tsv.gz"), Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> Recording.read(cut))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("gzip");
    bytes[bytes.length / 2] ^= 0x55;
    Path damaged = Files.write(folder.resolve("damaged.tsv.gz"), bytes);
    assertThatThrownBy(() -> Recording.read(damaged)).isInstanceOf(BadInput.class);
    Path text = Files.writeString(folder.resolve("text.tsv.gz"), CREATE);
    assertThatThrownBy(() -> Recording.read(text))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("gzip");
  }

  @Test
  void foldersAreSearchedAndOtherTablesLeftOut() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(deep.resolve("one.tsv"), CREATE);
    Files.writeString(folder.resolve("a/table.tsv"), "cache\tattribute\tvalue\n");
    Recordings found = Recordings.find(List.of(folder, deep.resolve("one.tsv")));
    assertThat(found.files()).containsExactly(deep.resolve("one.tsv"));
    assertThat(found.leftOut()).containsExactly(folder.resolve("a/table.tsv"));
    Path none = Files.createDirectory(folder.resolve("none"));
    assertThatThrownBy(() -> Recordings.find(List.of(none)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("no recording in this folder");
    assertThatThrownBy(() -> Recordings.find(List.of(folder.resolve("nowhere"))))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("no such file or folder");
  }

  @Test
  void aMachineThatIsNotTheRecordedOne() {
    Judge judge = new Judge(SyntheticRecording.MACHINE);
    Recording recorded = Recording.read(CommittedRecordingsTest.files().getFirst());
    assertThatThrownBy(() -> judge.check(recorded))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--kernel");
  }
}
