package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What a person sees of `numaslab conform`.
class ConformCommandTest {
  private static final String RECORDED = "recordings/scenarios/recorded/";

  @TempDir Path folder = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void atHome() {
    System.setProperty("numaslab.home", ".");
  }

  private int conform(String... arguments) {
    CommandLine line = Numaslab.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "conform";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Numaslab.execute(line, all);
  }

  /// A recording with one field of one row changed.
  private Path corrupted(String name, String row, String changed) throws IOException {
    String text;
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(Path.of(RECORDED + name + ".tsv.gz")))) {
      text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
    assertThat(text).contains(row);
    return Files.writeString(
        folder.resolve(name + ".tsv"),
        text.replaceFirst(Pattern.quote(row), changed),
        StandardCharsets.ISO_8859_1);
  }

  @Test
  void equalRecordingsHaveALineEachAndATotal() {
    int exitCode = conform(RECORDED + "07_ctor_512.tsv.gz", RECORDED + "15_rcu_free.tsv.gz");
    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines())
        .containsExactly(
            "machine: ./recordings/machine/setC-4node-8cpu",
            "07_ctor_512  states 11/11  steps 26/26",
            "15_rcu_free  states 4/4  steps 15/15",
            "total: 2 of 2 recordings equal  states 15/15  steps 41/41");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theFirstDifferenceIsShownSideBySideIn160Columns() throws IOException {
    Path file = corrupted("07_ctor_512", "5\tDONE\talloc\t15", "5\tDONE\talloc\t14");
    assertThat(conform(file.toString())).isEqualTo(ExitCode.DIFFERENT);
    List<String> lines = out.toString().lines().toList();
    assertThat(lines.get(1)).isEqualTo("07_ctor_512  states 11/11  steps 25/26  (1 different)");
    assertThat(lines.get(2)).matches("  first difference: step 5, line \\d+: alloc 0 0 1 15");
    assertThat(lines.get(3)).containsSubsequence("recorded", " | ", "emulated");
    assertThat(lines)
        .filteredOn(line -> line.startsWith("  > "))
        .singleElement()
        .satisfies(line ->
            assertThat(line)
                .containsSubsequence(
                    "DONE  alloc  14", " | ", "DONE  alloc  15  ctor_calls_in_op=0"));
    assertThat(lines).allMatch(line -> line.length() <= 160);
    assertThat(lines.getLast()).startsWith("total: 0 of 1 recordings equal");
  }

  @Test
  void longRowsAreWrapped() throws IOException {
    Path file =
        corrupted("02_onebyone_1024_samecpu", "\t1024\t1024\t8\t1024", "\t1024\t1032\t8\t1024");
    assertThat(conform(file.toString())).isEqualTo(ExitCode.DIFFERENT);
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 160);
    assertThat(out.toString()).contains("> CREATE");
  }

  @Test
  void theResultHasEveryFigureAndTheCommandWithoutTheFolder() throws IOException {
    Path results = folder.resolve("results");
    assertThat(conform("--out", results.toString(), RECORDED + "07_ctor_512.tsv.gz"))
        .isEqualTo(ExitCode.OK);
    String json = Files.readString(results.resolve("result.json"));
    assertThat(json)
        .contains(
            "\"command\" : \"numaslab conform " + RECORDED + "07_ctor_512.tsv.gz\"",
            "\"equal\" : true",
            "\"states_equal\" : 11",
            "\"steps_total\" : 26");
    assertThat(conform("--out=" + results, RECORDED + "07_ctor_512.tsv.gz")).isZero();
    assertThat(Files.readString(results.resolve("result.json"))).isEqualTo(json);
  }

  @Test
  void aMachineBesideTheRecordingIsTaken() {
    assertThat(conform("recordings/traces/scn_01_basic_256/scenario.tsv")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("machine: recordings/traces/scn_01_basic_256/kernel");
  }

  @Test
  void anotherMachineThanTheRecordedOneIsBadInput() {
    badInput(
        "--kernel names",
        "--kernel",
        "recordings/traces/scn_01_basic_256/kernel",
        RECORDED + "03_alloc_node_512.tsv.gz");
  }

  @Test
  void badInputIsOneLineAndNothingElse() throws IOException {
    badInput("no such file or folder", "nowhere.tsv");
    badInput("no recording in this folder", Files.createDirectory(folder.resolve("e")).toString());
    badInput("it is empty", Files.createFile(folder.resolve("empty.tsv")).toString());
    badInput("no such folder", "--kernel", "nowhere", RECORDED + "07_ctor_512.tsv.gz");
    badInput("unknown option", "--colour", RECORDED);
    badInput("PATH");
    Path file = corrupted("07_ctor_512", "3\tDONE", "3\tDANE");
    badInput("row 'DANE' is not known", RECORDED + "15_rcu_free.tsv.gz", file.toString());
    Path notAFolder = Files.createFile(folder.resolve("file"));
    badInput("cannot be written", "--out", notAFolder + "/x", RECORDED + "07_ctor_512.tsv.gz");
  }

  private void badInput(String complaint, String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    assertThat(conform(arguments)).as(complaint).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).startsWith("numaslab: error: ").contains(complaint);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }
}
