package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// `numaslab geometry` as a person or a script uses it.
class GeometryCommandTest {
  private static final String RECORDED = Path.of("recordings", "geometry").toString();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  private int execute(String arguments) {
    CommandLine line = Numaslab.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return Numaslab.execute(line, ("geometry " + arguments).strip().split(" +"));
  }

  @Test
  void oneCacheIsExplained() {
    assertThat(execute("--size 100 --flags rz+poi+user --cpus 2")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("cpus 2, ", "slub_min_objects 12 (from cpus)")
        .containsPattern("(?m)^size +192  bytes of a slot")
        .containsPattern("(?m)^flags +80010c00 .*: redzone,poison,storeuser,object_poison$");
  }

  @Test
  void aSweepIsATable() {
    assertThat(execute("--size 8..64:8 --align 0,64")).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines()).hasSize(1 + 16);
    assertThat(out.toString()).startsWith("req_size\treq_align\treq_flags\treq_ctor\tobject_size");
  }

  @Test
  void equalTablesEndWith0AndTheirCounts() {
    assertThat(execute("--cpus 8 --check " + RECORDED + "/setA/geom_main.struct.tsv.gz"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("rows compared 1342, merged and not compared 258, ", "differences 0")
        .doesNotContain("assumed:");
  }

  @Test
  void differentTablesEndWith1AndBothValues() {
    assertThat(execute("--check " + RECORDED + "/setC-1node-2cpu/geom_main.struct.tsv.gz"))
        .isEqualTo(ExitCode.DIFFERENT);
    assertThat(out.toString())
        .contains("assumed: ", "8 cpus, the default")
        .contains("struct.tsv.gz:56: sp_8_a128_redzone_noctor: oo_order: kernel 0, computed 1")
        .contains("  and 2417 more");
  }

  @Test
  void bootOptionsOfTheRecordedKernelMakeItEqual() {
    assertThat(
            execute(
                "--slub-debug=FZPU --slab-nomerge --cpus 8 --check "
                    + RECORDED
                    + "/setB recordings/machine/setB-4node-8cpu"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .endsWith("tables 4, rows compared 3484, merged and not compared 0, differences 0\n");
  }

  @Test
  void withTheCachesBeforeAllOfSetAIsCompared() {
    assertThat(execute("--check " + RECORDED + "/setA --with recordings/machine/setA-4node-8cpu"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("rows compared 1600, merged and not compared 0, ")
        .contains("symbolic links of mergeable caches\n  rows compared 420, ")
        .contains("taken from the first row that joins each: ")
        .endsWith("tables 3, rows compared 2092, merged and not compared 0, differences 0\n");
  }

  @Test
  void slubDebugNamesCachesAndSparesOrders() {
    assertThat(execute("--slub-debug=FZ,of*;P --size 64")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("slub_debug FZ,of*;P", ": checks,redzone\n");
    assertThat(execute("--slub-debug=ZAO --size 4096")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains(": failslab,cmpxchg_double\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void lettersThatDoNotExistAreSkippedWithTheKernelsMessage() {
    assertThat(execute("--slub-debug=XZ --size 64")).isEqualTo(ExitCode.OK);
    assertThat(err.toString().lines()).containsExactly("slub_debug option 'X' unknown. skipped");
    assertThat(out.toString()).contains("slub_debug Z,");
  }

  @Test
  void slubDebugWithoutLettersIsAllOfThem() {
    assertThat(execute("--slub-debug --size 8")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("slub_debug FZPU");
  }

  @Test
  void jsonIsPrintedOrWrittenTheSameEachTime() throws IOException {
    Path results = folder.resolve("deep/results");
    assertThat(execute("--size 256,512 --json --out " + results)).isEqualTo(ExitCode.OK);
    String written = Files.readString(results.resolve("result.json"));
    assertThat(out.toString()).isEqualTo(written);
    try (var files = Files.list(results)) {
      assertThat(files).hasSize(1);
    }
    JsonNode json = new ObjectMapper().readTree(written);
    assertThat(json.get("command").asText()).isEqualTo("numaslab geometry --size=256,512 --json");
    assertThat(json.get("options").get("cpus").asInt()).isEqualTo(8);
    assertThat(json.get("caches").get(1).get("oo_order").asInt()).isEqualTo(2);
    assertThat(json.get("caches").get(1).get("flags").asText()).isEqualTo("40000000");
  }

  @Test
  void aCheckIsJsonTooWithItsDifferences() throws IOException {
    String table = RECORDED + "/setC-1node-2cpu/geom_main.struct.tsv.gz";
    assertThat(execute("--json --check " + table)).isEqualTo(ExitCode.DIFFERENT);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("equal").asBoolean()).isFalse();
    assertThat(json.get("tables").get(0).get("differences").asInt()).isEqualTo(2427);
    assertThat(json.get("tables").get(0).get("first_differences").get(0).get("computed").asText())
        .isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | geometry: got neither --size nor --check, allowed: one of them",
        "--size 8 --check x | geometry: got both --size and --check, allowed: one of them",
        "--size -8 | --size: got -8, allowed: 1..4194304",
        "--size 4194305 | --size: got 4194305, allowed: 1..4194304",
        "--size 64..8 | --size: got the empty range 64..8, allowed: ",
        "--size 64 --align 3 | cache of 64 bytes, align 3, flags none: align: got 3, allowed: ",
        "--size 64 --align -1 | --align: got -1, allowed: 0..4194304",
        "--size 64 --flags shiny | slab flags: got \"shiny\", allowed: hexadecimal, or words",
        "--size 64 --flags 0x1 | cache of 64 bytes, align 0, flags 0x1: flags: got 0x1, allowed: ",
        "--size 4194304 --flags rz | slab of order 11, allowed: orders up to 10",
        "--size 64 --cpus 0 | cpus: got 0, allowed: 1..8192",
        "--size 64 --cpus lots | --cpus",
        "--size 64 --slub-max-order 11 | slub_max_order: got 11, allowed: 0..10",
        "--size 64 --with recordings | --with: got no --check, allowed: with tables to check only",
        "--check pom.xml --with nowhere | nowhere: no such folder, allowed: a folder with",
        "--check pom.xml --with pom.xml | pom.xml: got a file, allowed: a folder with",
        "--check pom.xml --with recordings | recordings: node is missing, allowed: a folder with",
        "--size 64 --sise 3 | unknown option '--sise'",
        "--check nowhere.tsv | nowhere.tsv: no such file",
        "--check pom.xml | pom.xml:1: table: got ",
        "--check recordings | recordings: got a folder without a table of geometry"
      })
  void whatCannotBeUsedIsOneLineAndExitCode2(String arguments, String message) {
    assertThat(execute(arguments)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).startsWith("numaslab: error: ").contains(message);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aFolderThatCannotBeMadeIsBadInputBeforeAnythingIsPrinted() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(execute("--size 8 --out " + file.resolve("below"))).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("below: cannot be written").hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aBadRequestLeavesNoResultBehind() {
    Path results = folder.resolve("results");
    assertThat(execute("--size 0 --out " + results)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(results).doesNotExist();
  }
}
