package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.node.cache.Stat;

/// proc/ and sys/ in the folder of a run, beside what a real kernel said in the same files.
class RunViewsTest {
  /// The machine that recorded the demo: its caches are the run's.
  private static final Path KERNEL = Path.of("recordings/demo/kernel");

  /// Attributes that say what a cache is, not what is in it.
  private static final Set<String> FIXED =
      Set.of(
          "slab_size",
          "object_size",
          "objs_per_slab",
          "order",
          "min_partial",
          "cpu_partial",
          "ctor",
          "aliases",
          "align",
          "hwcache_align",
          "reclaim_account",
          "destroy_by_rcu",
          "shrink",
          "sanity_checks",
          "trace",
          "red_zone",
          "poison",
          "store_user",
          "validate",
          "cache_dma",
          "remote_node_defrag_ratio",
          "usersize");

  private static final Set<String> COUNTS =
      Set.of(
          "objects_partial",
          "partial",
          "cpu_slabs",
          "slabs_cpu_partial",
          "total_objects",
          "objects",
          "slabs");

  @TempDir static Path temporary;

  private static FinishedRun run;

  @BeforeAll
  static void runTheDemo() {
    run = FinishedRun.of(temporary.resolve("demo"));
  }

  // ---- proc

  @Test
  void procSlabinfoIsTheSlabinfoBesideIt() {
    assertThat(run.text("proc/slabinfo")).isEqualTo(run.text("slabinfo"));
  }

  @Test
  void slabinfoHasTheKernelsColumns() throws IOException {
    List<String> recorded = Files.readAllLines(KERNEL.resolve("slabinfo.txt"));
    List<String> ours = run.text("proc/slabinfo").lines().toList();

    assertThat(ours.subList(0, 2)).isEqualTo(recorded.subList(0, 2));
    Map<String, String> rows = new HashMap<>();
    recorded.forEach(row -> rows.put(row.split(" ")[0], row));
    for (String row : ours.subList(2, ours.size())) {
      // All but the counts is equal where the kernel has this cache.
      String same = rows.getOrDefault(row.split(" ")[0], row);
      assertThat(describing(row)).isEqualTo(describing(same));
      assertThat(row.replaceAll(" +\\d+", "#")).isEqualTo(same.replaceAll(" +\\d+", "#"));
    }
  }

  private static List<String> describing(String row) {
    List<String> words = List.of(row.split(" +"));
    return words.subList(3, 12);
  }

  @Test
  void buddyinfoHasTheZonesAndColumnsOfTheKernel() throws IOException {
    Pattern row = Pattern.compile("(Node \\d+, zone [ \\w]{8} )((?: {0,5}\\d+ ){11})");
    List<String> zones = new ArrayList<>();
    for (String line : run.text("proc/buddyinfo").lines().toList()) {
      assertThat(line).matches(row);
      zones.add(line.substring(0, 22));
    }
    assertThat(zones)
        .isEqualTo(
            Files.readAllLines(KERNEL.resolve("buddyinfo.txt")).stream()
                .map(line -> line.substring(0, 22))
                .toList());
    long pages = 0;
    for (String line : run.text("proc/buddyinfo").lines().toList()) {
      String[] blocks = line.substring(22).strip().split(" +");
      for (int order = 0; order < blocks.length; order++) {
        pages += Long.parseLong(blocks[order]) << order;
      }
    }
    long free = 0;
    for (JsonNode node : run.result().get("memory").get("nodes")) {
      free += node.get("free_pages").asLong();
    }
    assertThat(pages).isEqualTo(free);
  }

  /// Lines may be left out, none added, and none may look different.
  @Test
  void zoneinfoHasOnlyLinesOfTheKernelInItsOrder() throws IOException {
    List<String> ours = shapes(run.text("proc/zoneinfo"), "\\d+", "#");

    assertThat(ours)
        .contains(
            "  pages free     #",
            "        boost    #",
            "        high     #",
            "        managed  #",
            "        protection: (#, #, #, #, #)",
            "      nr_free_pages #");
    assertThat(shapes(Files.readString(KERNEL.resolve("zoneinfo.txt")), "\\d+", "#"))
        .containsSubsequence(ours);
  }

  @Test
  void zonesKeepBackWhatTheKernelKept() throws IOException {
    Pattern kept = Pattern.compile(" +(min|low|high|managed) +\\d+| +protection: .*|Node .*");
    List<String> ours = run.text("proc/zoneinfo").lines().filter(kept.asMatchPredicate()).toList();

    assertThat(ours).contains("        min      8324", "        protection: (0, 0, 991, 991, 991)");
    assertThat(ours)
        .isEqualTo(
            Files.readAllLines(KERNEL.resolve("zoneinfo.txt")).stream()
                .filter(kept.asMatchPredicate())
                .toList());
  }

  @Test
  void pagetypeinfoLooksAsTheKernelsAndHasAsManyPageblocks() throws IOException {
    String ours = run.text("proc/pagetypeinfo");
    String kernels = Files.readString(KERNEL.resolve("pagetypeinfo.txt"));

    assertThat(shapes(ours, " *\\d+", "#")).isEqualTo(shapes(kernels, " *\\d+", "#"));
    assertThat(pageblocks(ours)).isEqualTo(pageblocks(kernels));
    long slabBlocks = 0;
    for (JsonNode node : run.result().get("memory").get("nodes")) {
      slabBlocks += node.get("fallback_claims").asLong();
      assertThat(node.get("fallbacks").asLong())
          .isEqualTo(node.get("fallback_claims").asLong() + node.get("fallback_steals").asLong());
    }
    assertThat(slabBlocks).as("all was movable at boot").isPositive();
  }

  /// By zone; of whatever type.
  private static Map<String, Long> pageblocks(String pagetypeinfo) {
    Pattern row = Pattern.compile("(Node \\d+, zone +\\w+)((?: +\\d+){5}) ");
    Map<String, Long> blocks = new LinkedHashMap<>();
    for (String line : pagetypeinfo.lines().toList()) {
      var matcher = row.matcher(line);
      if (matcher.matches()) {
        blocks.put(
            matcher.group(1),
            Arrays.stream(matcher.group(2).strip().split(" +")).mapToLong(Long::parseLong).sum());
      }
    }
    assertThat(blocks).hasSize(6);
    return blocks;
  }

  @Test
  void freeBlocksByTypeAddUpToBuddyinfo() {
    Pattern row = Pattern.compile("Node +(\\d+), zone +(\\w+), type +\\w+((?: +\\d+){11}) ");
    Map<String, long[]> sums = new HashMap<>();
    for (String line : run.text("proc/pagetypeinfo").lines().toList()) {
      var matcher = row.matcher(line);
      if (matcher.matches()) {
        long[] sum =
            sums.computeIfAbsent(matcher.group(1) + " " + matcher.group(2), zone -> new long[11]);
        String[] blocks = matcher.group(3).strip().split(" +");
        Arrays.setAll(sum, order -> sum[order] + Long.parseLong(blocks[order]));
      }
    }
    for (String line : run.text("proc/buddyinfo").lines().toList()) {
      String[] words = line.replace(",", "").split(" +");
      assertThat(sums.get(words[1] + " " + words[3]))
          .as(line)
          .containsExactly(Arrays.stream(words).skip(4).mapToLong(Long::parseLong).toArray());
    }
    assertThat(sums).hasSize(6);
  }

  @Test
  void theFragmentationFilesHaveARowForEachZone() {
    String folder = "sys/kernel/debug/extfrag/";
    assertThat(run.text(folder + "unusable_index").lines())
        .hasSize(6)
        .allMatch(row -> row.matches("Node \\d+, zone [ \\w]{8} (?:[01]\\.\\d{3} ){11}"))
        .allMatch(row -> row.contains(" 0.000 "));
    assertThat(run.text(folder + "extfrag_index").lines())
        .hasSize(6)
        .allMatch(row -> row.endsWith(" " + "-1.000 ".repeat(11)));
  }

  // ---- sys/kernel/slab

  @Test
  void eachCacheHasTheFilesOfTheKernelAndItsCounters() throws IOException {
    Set<String> counters = new TreeSet<>();
    Arrays.stream(Stat.values()).map(Stat::fileName).forEach(counters::add);
    recorded()
        .forEach((cache, attributes) -> {
          Set<String> expected = new TreeSet<>(attributes.keySet());
          expected.addAll(counters);
          assertThat(files(cache)).as(cache).isEqualTo(expected);
        });
  }

  @Test
  void whatACacheIsReadsAsTheKernelSaidIt() throws IOException {
    recorded()
        .forEach((cache, attributes) ->
            attributes.forEach((name, value) -> {
              if (FIXED.contains(name)) {
                assertThat(attribute(cache, name))
                    .as(cache + " " + name)
                    .isEqualTo(value.isEmpty() ? "" : value + "\n");
              }
            }));
  }

  @Test
  void countsAreASumAndItsPartsWithoutZeros() throws IOException {
    for (String cache : recorded().keySet()) {
      for (String name : COUNTS) {
        String text = attribute(cache, name);
        String part = name.equals("slabs_cpu_partial") ? "C\\d+=\\d+\\(\\d+\\)" : "N\\d+=[1-9]\\d*";
        String sum = name.equals("slabs_cpu_partial") ? "\\d+\\(\\d+\\)" : "\\d+";
        assertThat(text).as(cache + " " + name).matches(sum + "( " + part + ")*\n");
        if (!name.equals("slabs_cpu_partial")) {
          assertSumOfParts(text);
        }
      }
    }
  }

  @Test
  void countersAreASumAndTheCpusThatCounted() {
    for (JsonNode cache : run.caches()) {
      for (Map.Entry<String, JsonNode> counter : cache.get("counters").properties()) {
        String text = attribute(cache.get("name").asText(), counter.getKey());
        assertThat(text).matches("\\d+( C\\d+=[1-9]\\d*)*\n");
        assertThat(text.strip().split(" ")[0]).isEqualTo(counter.getValue().asText());
        assertSumOfParts(text);
      }
    }
  }

  @Test
  void whatIsInThemIsInTheResultToo() {
    for (JsonNode cache : run.caches()) {
      String name = cache.get("name").asText();
      Map<String, String> same =
          Map.of("total_objects", "objects", "objects", "active", "slabs", "slabs");
      same.forEach((file, figure) ->
          assertThat(attribute(name, file).strip().split(" ")[0])
              .as(name + " " + file)
              .isEqualTo(cache.get(figure).asText()));
    }
  }

  /// Names and links as the kernel has them, for the caches that the run has.
  @Test
  void mergedCachesLieUnderTheirIdsWithALinkForEachName() throws IOException {
    Map<String, String> recorded = links();
    Set<String> directories = new TreeSet<>();
    run.caches()
        .forEach(cache -> {
          String name = cache.get("name").asText();
          directories.add(recorded.getOrDefault(name, name));
        });
    Map<String, String> expected = new HashMap<>(recorded);
    expected.values().retainAll(directories);
    assertThat(expected).hasSizeGreaterThan(run.caches().size() / 2);

    Map<String, String> ours = new HashMap<>();
    Set<String> folders = new TreeSet<>();
    try (Stream<Path> entries = Files.list(run.folder().resolve("sys/kernel/slab"))) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (Files.isSymbolicLink(entry)) {
          ours.put(name, Files.readSymbolicLink(entry).toString());
        } else {
          folders.add(name);
        }
      }
    }
    assertThat(ours).isEqualTo(expected);
    assertThat(folders).isEqualTo(directories);
  }

  private static Map<String, String> links() throws IOException {
    Map<String, String> links = new HashMap<>();
    for (String line : Files.readAllLines(KERNEL.resolve("slab_symlinks.tsv"))) {
      links.put(line.split("\t")[0], line.split("\t")[1]);
    }
    return links;
  }

  // ---- the whole

  @Test
  void theSameSeedGivesTheSameBytes() throws IOException {
    FinishedRun again = FinishedRun.of(temporary.resolve("again"));

    try (Stream<Path> files = Files.walk(run.folder())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path name = run.folder().relativize(file);
        if (name.startsWith("proc") || name.startsWith("sys") || name.endsWith("state.json")) {
          assertThat(again.folder().resolve(name)).hasSameBinaryContentAs(file);
        }
      }
    }
  }

  private static void assertSumOfParts(String text) {
    String[] words = text.strip().split(" ");
    long parts = Arrays.stream(words).skip(1).mapToLong(w -> Long.parseLong(w.split("=")[1])).sum();
    assertThat(parts).as(text).isEqualTo(Long.parseLong(words[0]));
  }

  private static List<String> shapes(String text, String number, String mark) {
    return text.lines().map(line -> line.replaceAll(number, mark)).toList();
  }

  private static String attribute(String cache, String name) {
    return run.text("sys/kernel/slab/" + cache + "/" + name);
  }

  private static Set<String> files(String cache) {
    try (Stream<Path> files = Files.list(run.folder().resolve("sys/kernel/slab/" + cache))) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// What sysfs said of the run's caches, those that the kernel's folder has: attributes by cache.
  private static Map<String, Map<String, String>> recorded() throws IOException {
    Map<String, Map<String, String>> caches = new LinkedHashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(KERNEL.resolve("slab_sysfs.tsv.gz"))),
                StandardCharsets.UTF_8))) {
      lines
          .lines()
          .map(line -> line.split("\t", -1))
          .forEach(fields ->
              caches
                  .computeIfAbsent(fields[0], cache -> new LinkedHashMap<>())
                  .put(fields[1], fields[2].replace("|", "")));
    }
    Map<String, String> links = links();
    Map<String, Map<String, String>> ours = new LinkedHashMap<>();
    for (JsonNode cache : run.caches()) {
      String name = cache.get("name").asText();
      Map<String, String> attributes = caches.get(links.getOrDefault(name, name));
      if (attributes != null) {
        ours.put(name, attributes);
      }
    }
    assertThat(ours.size()).isGreaterThan(25);
    return ours;
  }
}
