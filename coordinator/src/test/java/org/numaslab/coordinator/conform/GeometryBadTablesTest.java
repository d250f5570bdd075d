package org.numaslab.coordinator.conform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.BadInput;

/// What cannot be checked is one line: what, where, got, allowed.
class GeometryBadTablesTest {
  private static final Path RECORDED =
      Path.of("..", "deploy", "recordings", "geometry", "setC", "geom_main.struct.tsv.gz");
  private static final String H = "1\tH\tname\treq_size\treq_align\treq_flags\treq_ctor\tsize\n";

  @TempDir Path folder;

  private static void refused(Path path, String... parts) {
    assertThatThrownBy(() -> new GeometryCheck(GeometryOptions.forCpus(8), false).check(path))
        .isInstanceOf(BadInput.class)
        .satisfies(
            refusal -> assertThat(refusal.getMessage()).contains(parts).doesNotContain("\n"));
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("t.tsv"), text);
  }

  @Test
  void aMissingFile() {
    refused(folder.resolve("none.tsv"), "none.tsv: no such file, allowed: ");
  }

  @Test
  void anEmptyFile() throws IOException {
    refused(file(""), "t.tsv: got an empty file, allowed: a table with rows G");
  }

  @Test
  void aTextThatIsNoTable() throws IOException {
    refused(file("hello\nworld\n"), "t.tsv:1: table: got \"hello\", allowed: a table with rows G");
  }

  @Test
  void bytesThatAreNoText() throws IOException {
    Path binary = folder.resolve("binary");
    Files.write(binary, new byte[] {0, 1, 2, (byte) 0xff, '\t', 10, 0});
    refused(binary, "binary:1: table: got ");
  }

  @Test
  void aTruncatedGzip() throws IOException {
    byte[] whole = Files.readAllBytes(RECORDED);
    Path half = folder.resolve("half.tsv.gz");
    Files.write(half, Arrays.copyOf(whole, whole.length / 2));
    refused(half, "half.tsv.gz: got a broken or truncated gzip file, allowed: a whole one");
  }

  @Test
  void aFileThatOnlyCallsItselfGzip() throws IOException {
    refused(Files.writeString(folder.resolve("t.gz"), H), "t.gz: got a broken or truncated gzip");
  }

  @Test
  void aFolderWithoutTables() {
    refused(folder, "got a folder without a table of geometry, allowed: slab_sysfs.tsv and");
  }

  @ParameterizedTest
  @CsvSource({"slab_sysfs.tsv, slabinfo.txt", "slabinfo.txt, slab_sysfs.tsv"})
  void aMachineThatLacksAFile(String there, String lacking) throws IOException {
    Files.writeString(folder.resolve(there), "x\tobject_size\t64\nx\talign\t8\n");
    refused(folder, folder + ": " + lacking + " is missing, allowed: a folder of a machine with");
  }

  @Test
  void anUnknownColumn() throws IOException {
    refused(
        file(H.strip() + "\tcolour\n"), "t.tsv:1: unknown column: got \"colour\", allowed: name");
  }

  @Test
  void aColumnTwice() throws IOException {
    refused(file(H.strip() + "\tsize\n"), "t.tsv:1: column a second time: got \"size\"");
  }

  @Test
  void aHeaderWithoutTheRequest() throws IOException {
    refused(file("1\tH\tname\tsize\n"), "t.tsv:1: columns: got", "allowed: at least name req_size");
  }

  @Test
  void aRowBeforeTheHeader() throws IOException {
    refused(file("1\tG\tx\t64\t0\tnone\t0\t64\n"), "t.tsv:1: row G", "a row H");
  }

  @Test
  void aHeaderWithoutRows() throws IOException {
    refused(file(H), "t.tsv: got no row G, allowed: at least one after the row H");
  }

  @Test
  void aRowCutInTheMiddle() throws IOException {
    refused(
        file(H + "1\tG\tx\t64\t0\tno"),
        "t.tsv:2: row G: got \"6 fields\", allowed: 8, as many as the row H has");
  }

  @Test
  void aRowThatNoOneKnows() throws IOException {
    refused(file(H + "1\tQ\tx\n"), "t.tsv:2: row: got \"1?Q?x\", allowed: tag H, G, CMD, RC");
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 0, none, 0, req_size: got \"-5\"",
    "99999999999, 0, none, 0, req_size: got \"99999999999\"",
    "many, 0, none, 0, req_size: got \"many\"",
    "64, -8, none, 0, req_align: got \"-8\"",
    "64, 0, sparkling, 0, req_flags: slab flags: got \"sparkling\"",
    "64, 0, none, 2, req_ctor: got \"2\""
  })
  void aRequestThatIsNone(String size, String align, String flags, String ctor, String named)
      throws IOException {
    refused(
        file(H + String.join("\t", "1", "G", "x", size, align, flags, ctor, "64") + "\n"),
        "t.tsv:2: " + named,
        "allowed: ");
  }

  @ParameterizedTest
  @CsvSource({
    "GFP_LUNCH, 9, kind of request: got \"GFP_LUNCH\"",
    "GFP_KERNEL, -9, request size: got \"-9\"",
    "GFP_KERNEL, huge, request size: got \"huge\""
  })
  void aKmallocRequestThatIsNone(String kind, String size, String named) throws IOException {
    refused(
        file(String.join("\t", "1", "KM", kind, size, "16", "kmalloc-16") + "\n"),
        "t.tsv:1: " + named,
        "allowed: ");
  }

  @Test
  void aKmallocRowCutInTheMiddle() throws IOException {
    refused(file("1\tKM\tGFP_KERNEL\t9\n"), "t.tsv:1: row KM: got \"4 fields\"");
  }

  @Test
  void kmallocSizesThatDoNotAscend() throws IOException {
    String row = "1\tKM\tGFP_KERNEL\t9\t16\tkmalloc-16\n";
    refused(file(row + row), "t.tsv:1: request size: got \"9, then 9\", allowed: ascending sizes");
  }

  @Test
  void aKmallocTableWithAForeignRow() throws IOException {
    refused(
        file("1\tKM\tGFP_KERNEL\t9\t16\tkmalloc-16\n1\tA\tx\n"),
        "t.tsv:2: row: got \"1?A?x\", allowed: tag KM");
  }

  @Test
  void attributesWithTwoFields() throws IOException {
    refused(file("x\tobject_size\t64\nx\talign\n"), "t.tsv:2: slab attribute: got \"x?align\"");
  }

  @Test
  void anAttributeTwice() throws IOException {
    refused(
        file("x\talign\t8\nx\talign\t8\n"),
        "t.tsv:2: align of x: got \"a second value\", allowed: one, as in line 1");
  }

  @Test
  void aCacheWithoutItsSize() throws IOException {
    refused(file("x\talign\t8\n"), "t.tsv: cache x: got no attribute object_size, allowed: ");
  }

  @ParameterizedTest
  @CsvSource({
    "object_size, 0, 1..4194304",
    "object_size, -1, 1..4194304",
    "object_size, 5000000, 1..4194304",
    "align, x, 1..4194304"
  })
  void anAttributeOutOfBounds(String attribute, String value, String allowed) throws IOException {
    String other = attribute.equals("align") ? "x\tobject_size\t64\n" : "x\talign\t8\n";
    refused(
        file(other + "x\t" + attribute + "\t" + value + "\n"),
        "t.tsv:2: " + attribute + " of x: got \"" + value + "\", allowed: " + allowed);
  }

  @Test
  void anAlignmentThatIsNoPowerOfTwo() throws IOException {
    refused(
        file("x\tobject_size\t64\nx\talign\t24\n"),
        "cache x: align: got 24, allowed: 0 or a power of two");
  }

  @Test
  void aFlagThatIsNeither0Nor1() throws IOException {
    refused(
        file("x\tobject_size\t64\nx\talign\t8\nx\tpoison\tyes\n"),
        "t.tsv:3: poison of x: got \"yes\", allowed: 0..1");
  }
}
