package org.numaslab.coordinator.conform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlubDebug;

/// The recorded kernel has the numbers that are computed, and one wrong number is found.
@Tag("long")
class GeometryCheckTest {
  private static final Path RECORDINGS = Path.of("..", "deploy", "recordings");
  private static final Path SET_C = RECORDINGS.resolve("geometry/setC");

  private static final Path SET_A = RECORDINGS.resolve("geometry/setA");
  private static final Path MACHINE_A = RECORDINGS.resolve("machine/setA-4node-8cpu");

  @TempDir Path folder;

  private static GeometryOptions booted(int cpus, String debug, boolean noMerge) {
    return new GeometryOptions(cpus, 0, 3, 0, SlubDebug.parse(debug), noMerge);
  }

  private static List<GeometryReport> check(Path path, GeometryOptions options) {
    GeometryCheck check = new GeometryCheck(options, true);
    check.check(path);
    return check.reports();
  }

  private static GeometryReport only(Path path, GeometryOptions options) {
    List<GeometryReport> reports = check(path, options);
    assertThat(reports).hasSize(1);
    return reports.getFirst();
  }

  private static List<String> lines(Path table) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(table))) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1)
          .lines()
          .toList();
    }
  }

  private static GeometryCheck withTheCachesBefore() {
    return new GeometryCheck(GeometryOptions.forCpus(8), false, KernelDirectory.read(MACHINE_A));
  }

  private Path table(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name), lines);
  }

  @ParameterizedTest
  @CsvSource({
    "setA, 8, -, false, 1342, 258",
    "setB, 8, FZPU, true, 1600, 0",
    "setC, 8, -, true, 1600, 0",
    "setC-1node-2cpu, 2, -, true, 1600, 0"
  })
  void everyRecordedCacheHasTheComputedNumbers(
      String set, int cpus, String debug, boolean noMerge, int compared, int merged) {
    GeometryReport report =
        only(
            RECORDINGS.resolve("geometry").resolve(set).resolve("geom_main.struct.tsv.gz"),
            booted(cpus, debug, noMerge));
    assertThat(report.first()).isEmpty();
    assertThat(report.rowsCompared()).isEqualTo(compared);
    assertThat(report.rowsMerged()).isEqualTo(merged);
    assertThat(report.rowsNotCompared()).isEmpty();
    assertThat(report.valuesCompared()).isEqualTo(compared * (noMerge ? 23L : 21L));
  }

  @Test
  void withTheCachesBeforeEveryMergedRowHasTheComputedNumbersToo() {
    GeometryCheck check = withTheCachesBefore();
    check.check(SET_A);
    assertThat(check.reports())
        .extracting(report -> Path.of(report.file()).getFileName().toString())
        .containsExactly(
            "geom_main.struct.tsv.gz", "kmalloc_classes.tsv", "geom_main.symlinks.tsv.gz");
    assertThat(check.reports()).allMatch(GeometryReport::equal);
    GeometryReport struct = check.reports().getFirst();
    assertThat(struct.rowsCompared()).isEqualTo(1600);
    assertThat(struct.rowsMerged()).isZero();
    assertThat(struct.valuesCompared()).isEqualTo(1600 * 23L);
    assertThat(struct.notCompared()).hasSize(1);
    assertThat(check.reports().getLast().rowsCompared()).isEqualTo(420);
  }

  @Test
  void withoutThemTheLinksOfTheTablesOwnCachesAreComparedAndTheOthersCounted() {
    GeometryReport links = check(SET_A, booted(8, "-", false)).getLast();
    assertThat(links.equal()).isTrue();
    assertThat(links.rowsCompared()).isEqualTo(300);
    assertThat(links.rowsNotCompared())
        .containsExactly(
            java.util.Map.entry("link of a cache that was there before (no --with)", 120));
  }

  /// Columns of a row that joined an older cache; the third that joined it, so that what nobody
  /// sees from outside is known.
  @TestFactory
  Stream<DynamicTest> oneWrongValueOfAMergedRowIsOneDifference() throws IOException {
    List<String> lines = lines(SET_A.resolve("geom_main.struct.tsv.gz"));
    List<String> header = List.of(lines.get(2).split("\t", -1));
    int changed = rowsThatJoined(lines, "vmap_area").get(2);
    return header.subList(8, header.size()).stream()
        .map(column ->
            DynamicTest.dynamicTest(
                column,
                () -> {
                  List<String> wrong = new ArrayList<>(lines);
                  String[] fields = lines.get(changed).split("\t", -1);
                  fields[header.indexOf(column)] = wrongValue(column);
                  wrong.set(changed, String.join("\t", fields));
                  GeometryCheck check = withTheCachesBefore();
                  check.check(table(column + ".tsv", wrong));
                  assertThat(check.reports().getFirst().first())
                      .extracting(GeometryDifference::column)
                      .containsExactly(column);
                }));
  }

  private static List<Integer> rowsThatJoined(List<String> lines, String cache) {
    List<Integer> rows = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String[] fields = lines.get(i).split("\t", -1);
      if (fields[1].equals("G") && fields[8].equals(cache)) {
        rows.add(i);
      }
    }
    return rows;
  }

  @Test
  void aRowLeftOutShowsInTheCountOfThoseThatFollow() throws IOException {
    List<String> lines = new ArrayList<>(lines(SET_A.resolve("geom_main.struct.tsv.gz")));
    List<Integer> joined = rowsThatJoined(lines, "kernfs_node_cache");
    lines.remove((int) joined.getFirst());
    GeometryCheck check = withTheCachesBefore();
    check.check(table("shorter.tsv", lines));
    GeometryReport report = check.reports().getFirst();
    assertThat(report.first())
        .extracting(GeometryDifference::column)
        .containsOnly("refcount")
        .hasSize(joined.size() - 1);
  }

  @Test
  void cachesOfAnotherMachineAreNotThoseBefore() {
    GeometryCheck check =
        new GeometryCheck(
            GeometryOptions.forCpus(8),
            false,
            KernelDirectory.read(RECORDINGS.resolve("machine/setC-4node-8cpu")));
    check.check(SET_A.resolve("geom_main.struct.tsv.gz"));
    assertThat(check.reports().getFirst().first())
        .extracting(GeometryDifference::column)
        .contains("cache", "refcount");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vmap_area", "sp_8_a64_none_noctor"})
  void aLinkThatIsMissingOrLeadsElsewhereIsADifference(String name) throws IOException {
    List<String> lines = lines(SET_A.resolve("geom_main.symlinks.tsv.gz"));
    GeometryCheck check = withTheCachesBefore();
    check.check(SET_A.resolve("geom_main.struct.tsv.gz"));
    check.check(
        table("less.tsv", lines.stream().filter(line -> !line.startsWith(name + "\t")).toList()));
    check.check(
        table(
            "else.tsv",
            lines.stream()
                .map(line -> line.startsWith(name + "\t") ? name + "\t:0000072" : line)
                .toList()));
    List<String> more = new ArrayList<>(lines);
    more.add("more\t:0000064");
    check.check(table("more.tsv", more));
    assertThat(check.reports().stream().skip(1).map(report -> report.first().toString()))
        .satisfiesExactly(
            less -> assertThat(less).contains(name + ": link: kernel none, computed :0000064]"),
            other ->
                assertThat(other).contains(name + ": link: kernel :0000072, computed :0000064]"),
            extra -> assertThat(extra).contains("more: link: kernel :0000064, computed none]"));
  }

  @Test
  void everySetOfTheLargerRecordingsWithItsMachineIsEqual() throws IOException {
    Path data = Path.of(System.getProperty("numaslab.data", "../../shared/data"));
    Assumptions.assumeTrue(
        Files.isDirectory(data.resolve("geometry")),
        () -> "skipped: no larger recordings at " + data + " (-Dnumaslab.data=DIR)");
    GeometryCheck check =
        new GeometryCheck(
            GeometryOptions.forCpus(8),
            false,
            KernelDirectory.read(data.resolve("machine/setA-4node-8cpu")));
    check.check(data.resolve("geometry/setA"));
    assertThat(check.reports()).allMatch(GeometryReport::equal);
    assertThat(check.reports().getFirst().rowsCompared()).isEqualTo(1600);
  }

  @ParameterizedTest
  @CsvSource({"setA, -", "setB, FZPU", "setC, -", "setC-1node-2cpu, -"})
  void kmallocServesEverySizeAsRecorded(String set, String debug) {
    GeometryReport report =
        only(
            RECORDINGS.resolve("geometry").resolve(set).resolve("kmalloc_classes.tsv"),
            booted(8, debug, false));
    assertThat(report.first()).isEmpty();
    assertThat(report.rowsCompared()).isEqualTo(72);
  }

  @ParameterizedTest
  @CsvSource({"setB, FZPU", "setC, -"})
  void whatSysfsSaidOfTheSameCachesIsComputedToo(String set, String debug) {
    GeometryReport report =
        only(
            RECORDINGS.resolve("geometry").resolve(set).resolve("geom_main.sysfs.tsv.gz"),
            booted(8, debug, true));
    assertThat(report.first()).isEmpty();
    assertThat(report.rowsCompared()).isEqualTo(1600);
  }

  @ParameterizedTest
  @CsvSource({
    "setA-4node-8cpu, -, 154, 58",
    "setB-4node-8cpu, FZPU, 212, 0",
    "setC-4node-8cpu, -, 212, 0"
  })
  void everyCacheOfABootedMachineHasTheComputedNumbers(
      String set, String debug, int caches, int merged) {
    GeometryReport report =
        only(RECORDINGS.resolve("machine").resolve(set), booted(8, debug, false));
    assertThat(report.first()).isEmpty();
    assertThat(report.rowsCompared()).isEqualTo(caches);
    assertThat(report.rowsMerged()).isEqualTo(merged);
    assertThat(report.rowsNotCompared()).isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> everyRecordedMachineElsewhereToo() throws IOException {
    Path traces = Path.of(System.getProperty("numaslab.data", "../../shared/data"), "traces");
    Assumptions.assumeTrue(
        Files.isDirectory(traces),
        () -> "skipped: no larger recordings at " + traces + " (-Dnumaslab.data=DIR)");
    try (Stream<Path> entries = Files.list(traces)) {
      List<Path> kernels = entries.map(trace -> trace.resolve("kernel")).toList();
      return kernels.stream()
          .filter(kernel -> Files.exists(kernel.resolve("slab_sysfs.tsv.gz")))
          .map(kernel ->
              DynamicTest.dynamicTest(
                  kernel.toString(),
                  () -> assertThat(only(kernel, booted(8, "-", false)).first()).isEmpty()));
    }
  }

  @Test
  void aFolderOfTablesIsEachOfThem() {
    assertThat(check(SET_C, booted(8, "-", true)))
        .extracting(report -> Path.of(report.file()).getFileName().toString())
        .containsExactly(
            "geom_main.struct.tsv.gz", "geom_main.sysfs.tsv.gz", "kmalloc_classes.tsv");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 16, 64})
  void onAnotherNumberOfCpusTheTableDiffers(int cpus) {
    GeometryReport report = only(SET_C.resolve("geom_main.struct.tsv.gz"), booted(cpus, "-", true));
    assertThat(report.differences()).isPositive();
    assertThat(report.first())
        .extracting(GeometryDifference::column)
        .contains("oo_order", "oo_objects")
        .doesNotContain("size", "offset", "inuse", "min_order");
  }

  @Test
  void bootParametersThatWereNotTheKernelsAreFound() {
    Path table = SET_C.resolve("geom_main.struct.tsv.gz");
    Path machine = RECORDINGS.resolve("machine/setC-4node-8cpu");
    for (GeometryOptions other :
        List.of(
            booted(8, "F", true),
            booted(8, "FZPU", true),
            booted(8, "U", true),
            new GeometryOptions(8, 1, 3, 0, SlubDebug.NONE, true),
            new GeometryOptions(8, 0, 2, 0, SlubDebug.NONE, true),
            new GeometryOptions(8, 0, 3, 8, SlubDebug.NONE, true))) {
      assertThat(only(table, other).equal()).as(other.toString()).isFalse();
      assertThat(only(machine, other).equal()).as(other.toString()).isFalse();
    }
  }

  @TestFactory
  Stream<DynamicTest> oneWrongValueInAnyColumnIsOneDifference() throws IOException {
    List<String> lines = lines(SET_C.resolve("geom_main.struct.tsv.gz"));
    String[] header = lines.get(2).split("\t", -1);
    // sp_100_a0_none_noctor or whichever: a row in the middle, with a slab of its own order.
    int changed = 777;
    return Stream.iterate(8, column -> column + 1)
        .limit(header.length - 8L)
        .map(column ->
            DynamicTest.dynamicTest(
                header[column],
                () -> {
                  List<String> wrong = new ArrayList<>(lines);
                  String[] fields = lines.get(changed).split("\t", -1);
                  fields[column] = wrongValue(header[column]);
                  wrong.set(changed, String.join("\t", fields));
                  GeometryReport report =
                      only(table(header[column] + ".tsv", wrong), booted(8, "-", true));
                  assertThat(report.differences()).isEqualTo(1);
                  assertThat(report.first().getFirst().column()).isEqualTo(header[column]);
                  assertThat(report.first().getFirst().where()).endsWith(".tsv:778");
                }));
  }

  private static String wrongValue(String column) {
    // A pointer of address 4: aligned to less than any object is.
    return column.equals("ptr_lowbit") ? "4" : "123456";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "slab_size",
        "align",
        "order",
        "objs_per_slab",
        "min_partial",
        "cpu_partial",
        "remote_node_defrag_ratio",
        "object_size",
        "cache_dma",
        "ctor"
      })
  void oneWrongAttributeOfAKmallocCacheIsADifference(String attribute) throws IOException {
    List<String> lines =
        lines(RECORDINGS.resolve("machine/setC-4node-8cpu/slab_sysfs.tsv.gz")).stream()
            .map(line ->
                line.startsWith("kmalloc-512\t" + attribute + "\t")
                    ? "kmalloc-512\t" + attribute + "\t1"
                    : line)
            .toList();
    GeometryReport report = only(table("slab_sysfs.tsv", lines), booted(8, "-", true));
    assertThat(report.first()).hasSize(1);
    assertThat(report.first().getFirst().column()).isEqualTo(attribute);
    assertThat(report.first().getFirst().subject()).isEqualTo("kmalloc-512");
  }

  @Test
  void aWrongRowOfSlabinfoIsADifference() throws IOException {
    Path machine = RECORDINGS.resolve("machine/setC-4node-8cpu");
    table("slab_sysfs.tsv", lines(machine.resolve("slab_sysfs.tsv.gz")));
    List<String> slabinfo =
        Files.readAllLines(machine.resolve("slabinfo.txt")).stream()
            .map(line -> line.startsWith("bio-128 ") ? line.replace(" 192 ", " 200 ") : line)
            .toList();
    table("slabinfo.txt", slabinfo);
    GeometryReport report = only(folder, booted(8, "-", true));
    assertThat(report.first())
        .extracting(GeometryDifference::toString)
        .containsExactly(
            folder.resolve("slabinfo.txt") + ":3: bio-128: objsize: kernel 200, computed 192");
  }

  @Test
  void aRowOfSlabinfoThatSysfsDoesNotHaveIsCountedAsNotCompared() throws IOException {
    Path machine = RECORDINGS.resolve("machine/setC-4node-8cpu");
    table(
        "slab_sysfs.tsv",
        lines(machine.resolve("slab_sysfs.tsv.gz")).stream()
            .filter(line -> !line.startsWith("bio-128\t"))
            .toList());
    Files.copy(machine.resolve("slabinfo.txt"), folder.resolve("slabinfo.txt"));
    GeometryReport report = only(folder, booted(8, "-", true));
    assertThat(report.equal()).isTrue();
    assertThat(report.rowsNotCompared())
        .containsExactly(java.util.Map.entry("row of slabinfo.txt without attributes in sysfs", 1));
    assertThat(report.rows()).isEqualTo(report.rowsCompared() + 1);
  }

  @Test
  void aCacheThatExcusedItselfFromTracksIsRecognised() throws IOException {
    String cache = "kmemleak_object\t%s\t%s";
    List<String> lines =
        List.of(
            "other\tobject_size\t64",
            "other\talign\t8",
            "other\tsanity_checks\t1",
            "other\tred_zone\t1",
            "other\tpoison\t1",
            "other\tstore_user\t1",
            "other\tslab_size\t160",
            cache.formatted("object_size", 64),
            cache.formatted("align", 8),
            cache.formatted("sanity_checks", 1),
            cache.formatted("red_zone", 1),
            cache.formatted("poison", 1),
            cache.formatted("store_user", 0),
            cache.formatted("slab_size", 96));
    GeometryReport report = only(table("sysfs.tsv", lines), booted(8, "FZPU", true));
    assertThat(report.first()).isEmpty();
    assertThat(report.notes()).anyMatch(note -> note.startsWith("1 caches taken as NOLEAKTRACE"));
  }

  @Test
  void aMergedRowThatCannotHaveBeenMergedIsADifference() throws IOException {
    List<String> lines =
        List.of(
            "1\tH\tname\treq_size\treq_align\treq_flags\treq_ctor\tresult\tcache\tsize",
            "1\tG\ta\t64\t0\tnone\t0\tok\tb\t999",
            "1\tG\tc\t64\t0\tnone\t1\tok\tb\t72");
    GeometryReport report = only(table("merged.tsv", lines), booted(8, "-", false));
    assertThat(report.rowsMerged()).isEqualTo(1);
    assertThat(report.first())
        .extracting(GeometryDifference::toString)
        .containsExactly(folder.resolve("merged.tsv") + ":3: c: cache: kernel b, computed c");
  }

  @Test
  void aRequestThatBothRefuseIsEqualAndOneThatOneRefusesIsNot() throws IOException {
    String huge = "1\tG\thuge\t5000000\t0\tnone\t0\t%s";
    String header = "1\tH\tname\treq_size\treq_align\treq_flags\treq_ctor\tresult";
    GeometryOptions options = booted(8, "-", true);
    assertThat(only(table("both.tsv", List.of(header, huge.formatted("-22"))), options).equal())
        .isTrue();
    assertThat(only(table("us.tsv", List.of(header, huge.formatted("ok"))), options).first())
        .extracting(GeometryDifference::computed)
        .containsExactly("refused");
    String small = "1\tG\tsmall\t64\t0\tnone\t0\t-22";
    assertThat(only(table("them.tsv", List.of(header, small)), options).first())
        .extracting(GeometryDifference::kernel)
        .containsExactly("-22");
  }

  @Test
  void aSlabOfTheSmallestOrderIsWhatShortMemoryGives() throws IOException {
    String header =
        "1\tH\tname\treq_size\treq_align\treq_flags\treq_ctor\tactual_order\tactual_objects";
    String row = "1\tG\tx\t256\t0\tnone\t0\t%d\t%d";
    GeometryOptions options = booted(8, "-", true);
    assertThat(only(table("oo.tsv", List.of(header, row.formatted(1, 32))), options).equal())
        .isTrue();
    assertThat(only(table("min.tsv", List.of(header, row.formatted(0, 16))), options).equal())
        .isTrue();
    assertThat(only(table("no.tsv", List.of(header, row.formatted(1, 16))), options).equal())
        .isFalse();
  }

  @Test
  void aGapInKmallocsSizesIsADifference() throws IOException {
    List<String> lines =
        List.of("1\tKM\tGFP_KERNEL\t9\t16\tkmalloc-16", "1\tKM\tGFP_KERNEL\t33\t64\tkmalloc-64");
    assertThat(only(table("km.tsv", lines), booted(8, "-", true)).first())
        .extracting(GeometryDifference::toString)
        .containsExactly(
            folder.resolve("km.tsv")
                + ":1: GFP_KERNEL 9: range: kernel kmalloc-16 up to 32, computed kmalloc-32 up to 32");
  }

  @Test
  void cpusThatNobodyGaveAreSaidToBeAssumed() {
    GeometryCheck check = new GeometryCheck(GeometryOptions.forCpus(8), false);
    Path machine = RECORDINGS.resolve("machine/setC-4node-8cpu");
    check.check(machine);
    check.check(SET_C.resolve("kmalloc_classes.tsv"));
    assertThat(check.assumed())
        .containsExactly(
            machine.resolve("slab_sysfs.tsv.gz")
                + ": 8 cpus, as the machine's folder node/ has (no --cpus)",
            SET_C.resolve("kmalloc_classes.tsv")
                + ": 8 cpus, the default (no --cpus, and the table does not say)");
  }

  @Test
  void cpusThatContradictTheFolderAreUsedAndSaid() {
    GeometryCheck check = new GeometryCheck(GeometryOptions.forCpus(2), true);
    Path machine = RECORDINGS.resolve("machine/setC-4node-8cpu");
    check.check(machine);
    assertThat(check.assumed())
        .containsExactly(
            machine.resolve("slab_sysfs.tsv.gz")
                + ": 2 cpus as given; the machine's folder node/ has 8");
    assertThat(check.reports().getFirst().equal()).isFalse();
  }
}
