package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.numaslab.coordinator.topologies.KernelDirectory;

/// Traces of a real kernel, with what an independent count found in each (CHECK.txt).
@Tag("long")
class RecordedTracesTest {
  private static final Path COMMITTED = Path.of("../deploy/recordings");
  private static final Path MORE =
      Path.of(System.getProperty("numaslab.data", "../../shared/data")).resolve("traces");

  @TempDir Path folder;

  static Stream<Path> recordings() throws IOException {
    List<Path> recordings =
        new ArrayList<>(
            List.of(COMMITTED.resolve("traces/scn_01_basic_256"), COMMITTED.resolve("demo")));
    if (Files.isDirectory(MORE)) {
      try (Stream<Path> more = Files.list(MORE)) {
        more.filter(path -> Files.exists(path.resolve("trace.txt.gz")))
            .sorted()
            .forEach(recordings::add);
      }
    }
    return recordings.stream();
  }

  @Test
  void theLargerRecordingsAreAtHand() {
    assumeTrue(
        Files.isDirectory(MORE),
        () ->
            "skipped: the larger recordings are not at "
                + MORE.toAbsolutePath().normalize()
                + " (-Dnumaslab.data=DIR says where); only the committed ones are checked");
  }

  private static Trace read(Path recording, KnownCaches known) {
    return TraceReader.read(recording.resolve("trace.txt.gz").toString(), known, TraceFilter.ALL);
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void everyCountOfCheckTxtIsReached(Path recording) throws IOException {
    String check = Files.readString(recording.resolve("CHECK.txt"));
    Trace trace = read(recording, KnownCaches.NONE);
    TextCounts text = trace.text();
    ReplayCounts counts = trace.counts();

    assertThat(text.allEvents()).isEqualTo(number(check, "events (\\d+) unparsed"));
    assertThat(text.unreadableLines()).isEqualTo(number(check, "unparsed (\\d+)"));
    Map<String, Long> kinds = new HashMap<>();
    text.events()
        .forEach((kind, count) -> {
          if (count > 0) {
            kinds.put(kind.text(), count);
          }
        });
    assertThat(kinds).isEqualTo(table(check, "unparsed \\d+ \\{(.*)}"));
    Map<String, Long> perCpu = new HashMap<>();
    for (int cpu = 0; cpu < text.eventsPerCpu().size(); cpu++) {
      if (text.eventsPerCpu().get(cpu) > 0) {
        perCpu.put("" + cpu, text.eventsPerCpu().get(cpu));
      }
    }
    assertThat(perCpu).isEqualTo(table(check, "per cpu \\{(.*)}"));
    assertThat(text.timestampsBackwards())
        .isEqualTo(number(check, "timestamps going backwards (\\d+)"));
    assertThat(text.isIncomplete()).isFalse();

    assertThat(counts.matched().frees()).isEqualTo(number(check, "frees matched (\\d+)"));
    assertThat(counts.matched().freesOnAnotherCpu())
        .isEqualTo(number(check, "of which on another cpu (\\d+)"));
    assertThat(counts.setAside(SetAside.FREE_NEVER_SEEN))
        .isEqualTo(number(check, "frees of ptr never seen (\\d+)"));
    assertThat(counts.setAside(SetAside.FREE_FREED_ALREADY))
        .isEqualTo(number(check, "frees of a ptr already freed .*?\\) (\\d+)"));
    assertThat(counts.setAside(SetAside.FREE_OF_NULL))
        .isEqualTo(number(check, "free\\(NULL\\) (\\d+)"));
    assertThat(counts.allocsOfLivePointer())
        .isEqualTo(number(check, "allocs of a ptr still live .*?\\) (\\d+)"));
    assertThat(counts.matched().liveAtEnd()).isEqualTo(number(check, "live at end (\\d+)"));

    Map<String, Long> nodes = new HashMap<>();
    for (int cpu = 0; cpu < trace.cpuCount(); cpu++) {
      CpuOperations operations = trace.operations(cpu);
      for (int i = 0; i < operations.size(); i++) {
        if (!operations.isFree(i)) {
          nodes.merge("" + operations.node(i), 1L, Long::sum);
        }
      }
    }
    nodes.merge("-1", counts.setAside(SetAside.LARGE_KMALLOC), Long::sum);
    assertThat(nodes).isEqualTo(table(check, "node arg \\{(.*)}"));
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void theNaiveDecoderAgreesEventByEvent(Path recording) {
    byte[] text = Agreement.unpacked(recording.resolve("trace.txt.gz"));
    NaiveDecoder naive =
        NaiveDecoder.of(new String(text, StandardCharsets.ISO_8859_1).lines().toList());
    Trace trace = Agreement.ofDecoders(text, naive);
    for (int cpu = 0; cpu < trace.cpuCount(); cpu++) {
      CpuOperations operations = trace.operations(cpu);
      for (int i = 0; i < operations.size(); i++) {
        String name = naive.freedAs.get(operations.slot(i));
        if (name != null && !trace.caches().get(operations.cache(i)).name().equals(name)) {
          assertThat(trace.caches().get(operations.cache(i)).name()).isEqualTo(name);
        }
      }
    }
  }

  /// The kernel directory was read at the same boot, so it knows every cache but those that the
  /// trace itself made, and those that are never freed and whose sizes several have.
  @ParameterizedTest
  @MethodSource("recordings")
  void theKernelDirectoryKnowsTheCachesAndTheirSizes(Path recording) {
    KnownCaches known = KnownCaches.of(KernelDirectory.read(recording.resolve("kernel")));
    Trace trace = read(recording, known);
    assertThat(trace.caches())
        .filteredOn(cache -> cache.namedBy() != NamedBy.MADE_UP && !cache.name().startsWith("sp_c"))
        .allMatch(TraceCache::inKernelDirectory);
    assertThat(trace.counts().freedUnderAnotherName()).isZero();
    assertThat(trace.counts().namedBy().get(NamedBy.MADE_UP))
        .isLessThan(trace.counts().allocations() / 50);
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void plainPackedAndPipedAreTheSameTrace(Path recording) throws IOException {
    byte[] text = Agreement.unpacked(recording.resolve("trace.txt.gz"));
    Path plain = Files.write(folder.resolve("trace.txt"), text);
    Trace packed = read(recording, KnownCaches.NONE);
    Agreement.ofTraces(
        packed, TraceReader.read(plain.toString(), KnownCaches.NONE, TraceFilter.ALL));
    Agreement.ofTraces(
        packed,
        TraceReader.read(
            "pipe", new ByteArrayInputStream(text), KnownCaches.NONE, TraceFilter.ALL));
  }

  @Test
  void carriageReturnsChangeNothing() {
    Path recording = COMMITTED.resolve("demo");
    String text =
        new String(
            Agreement.unpacked(recording.resolve("trace.txt.gz")), StandardCharsets.ISO_8859_1);
    Agreement.ofTraces(
        read(recording, KnownCaches.NONE), TraceText.decode(text.replace("\n", "\r\n")));
  }

  @Test
  void theScenarioCacheIsMadeFromItsEvents() {
    Trace trace = read(COMMITTED.resolve("traces/scn_01_basic_256"), KnownCaches.NONE);
    int scenario = trace.caches().indexOf(new TraceCache("sp_c0", 256, 256, NamedBy.FREE, false));
    long allocations = 0;
    for (int cpu = 0; cpu < trace.cpuCount(); cpu++) {
      CpuOperations operations = trace.operations(cpu);
      for (int i = 0; i < operations.size(); i++) {
        allocations += !operations.isFree(i) && operations.cache(i) == scenario ? 1 : 0;
      }
    }
    assertThat(allocations).isEqualTo(1200);
  }

  private static long number(String check, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(check);
    assertThat(matcher.find()).as(pattern).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  /// A dictionary as Python prints it.
  private static Map<String, Long> table(String check, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(check);
    assertThat(matcher.find()).as(pattern).isTrue();
    Map<String, Long> table = new HashMap<>();
    for (MatchResult entry :
        Pattern.compile("'?([-\\w]+)'?: (\\d+)").matcher(matcher.group(1)).results().toList()) {
      table.put(entry.group(1).toLowerCase(Locale.ROOT), Long.parseLong(entry.group(2)));
    }
    return table;
  }
}
