package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.Crossings;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.RandomLoad;
import org.numaslab.coordinator.experiment.RandomLoad.Length;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.report.BorderPart.Cost;
import org.numaslab.coordinator.report.BorderPart.Removal;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What the processes of a run contribute makes the figures that one process has.
class WholeRunTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final Topology TOPOLOGY = Topology.uniform(4, 2, 128 << 20);

  private final List<RandomLoad> loads = new ArrayList<>();

  @AfterEach
  void close() {
    loads.forEach(RandomLoad::close);
  }

  private RandomLoad load(Driver driver) {
    ReplaySettings settings =
        new ReplaySettings(
            driver,
            Order.CAUSAL,
            SEED,
            RemoteDraw.SEEDED,
            false,
            1L << 30,
            1,
            true,
            SlubDebug.NONE);
    loads.add(new RandomLoad(TOPOLOGY, null, settings, Length.ofOperations(60_000), 12));
    loads.getLast().run();
    return loads.getLast();
  }

  private static Setup setup() {
    return Setup.of(
        "workload",
        "none",
        Setup.ALL_EVENTS,
        new ReplaySettings(
            Driver.EMBEDDED, Order.CAUSAL, SEED, RemoteDraw.SEEDED, false, 1L << 30, 1, true, null),
        List.of(),
        List.of(),
        TOPOLOGY,
        List.of(),
        List.of());
  }

  private static RunResult result(WholeRun run) {
    return RunResult.of(
        "1", "numaslab run", setup(), null, run, AuditFigures.of(Audit.of(run.dump())));
  }

  private static RunTiming timing(WholeRun run) {
    return RunTiming.of(5, RunTiming.Decoding.NONE, run, 7);
  }

  private static List<RunPart> sent(List<RunPart> parts) {
    return parts.stream().map(part -> PartBytes.read(PartBytes.of(part))).toList();
  }

  private static Map<String, String> files(WholeRun run) {
    Map<String, String> files = new TreeMap<>(RunFiles.of(run, result(run), timing(run)).texts());
    List.of("summary.txt", "result.json", "timing.json", "state.json").forEach(files::remove);
    return files;
  }

  @ParameterizedTest
  @EnumSource(
      value = Driver.class,
      names = {"EMBEDDED", "SIMULATE"})
  void partsMakeTheWhole(Driver driver) {
    Experiment load = load(driver);
    // Out of order, and a process with nodes that are no neighbours.
    List<RunPart> parts = sent(SplitRun.of(load, List.of(List.of(2), List.of(1, 3), List.of(0))));

    WholeRun one = WholeRun.of(TOPOLOGY, List.of(parts.getFirst()), List.of());
    WholeRun three = WholeRun.of(TOPOLOGY, parts.subList(1, 4), List.of());

    RunResult expected = result(one);
    RunResult merged = result(three);
    assertThat(expected.audit().findings()).isEmpty();
    assertThat(expected.audit().checkedObjects()).isPositive();
    assertThat(expected.placement().offNodeShare()).isPositive();
    assertThat(merged)
        .usingRecursiveComparison()
        .ignoringFields("cluster", "basis")
        .isEqualTo(expected);
    assertThat(merged.audit().findings()).isEmpty();
    assertThat(expected.cluster()).isNull();
    assertThat(merged.cluster()).isNotNull();
    assertThat(Json.of(timing(three))).isEqualTo(Json.of(timing(one)));
    assertThat(files(three)).isEqualTo(files(one));
  }

  @Test
  void theSummaryIsTheSameButForWhatCrossedProcesses() {
    List<RunPart> parts = SplitRun.of(load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2, 3)));
    WholeRun one = WholeRun.of(TOPOLOGY, List.of(parts.getFirst()), List.of());
    WholeRun two = WholeRun.of(TOPOLOGY, parts.subList(1, 3), List.of());

    String more = Summary.of(result(two), timing(two));
    assertThat(more)
        .contains("Messages between processes, through Artery [measured]")
        .contains("nodes 0,1")
        .doesNotContain("Members lost");
    assertThat(more.lines())
        .containsSubsequence(Summary.of(result(one), timing(one)).lines().toList());
    assertThat(Summary.of(result(one), timing(one))).doesNotContain("processes");
  }

  @Test
  void whatCrossedProcessesIsAddedUp() {
    List<RunPart> parts = SplitRun.of(load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2, 3)));
    RunPart first = with(parts.get(1), 3, 1_000_000, 100);
    RunPart second = with(parts.get(2), 4, 3_000_000, 300);
    WholeRun run = WholeRun.of(TOPOLOGY, sent(List.of(first, second)), List.of());

    ClusterFigures cluster = result(run).cluster();
    assertThat(cluster).isNotNull();
    assertThat(cluster.rejections()).containsExactly(Map.entry("grant_parked", 7L));
    assertThat(cluster.tasks().handedObjects()).isEqualTo(2 * 11);
    assertThat(cluster.processes().get(1).bytes()).containsExactly(4096, 8192, 0, 0);
    CostSplit costs = timing(run).costs();
    assertThat(costs).isNotNull();
    assertThat(costs.rows())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.count()).isEqualTo(2);
          assertThat(row.maxNanos()).isBetween(300L, 302L);
        });
    assertThat(Summary.of(result(run), timing(run)))
        .contains("22 objects in 4 messages")
        .contains("7 grant parked")
        .containsPattern("nodes 2,3 +4 +8 +- +- +4 +8 +- +-")
        .containsPattern("new slab +node 0 +node 2 +2 ")
        .doesNotContain("Members lost");
  }

  private static RunPart with(RunPart part, long parked, long reclaimedAfter, long cost) {
    Histogram nanos = new Histogram(2);
    nanos.recordValue(cost);
    return new RunPart(
        part.operations(),
        part.elapsedNanos(),
        part.later(),
        part.tally(),
        new Crossings(11, 2, 1, 5, 6, 7),
        part.faults(),
        part.messages(),
        part.numaEvents(),
        part.caches(),
        part.nodes(),
        part.touchedBytes(),
        part.dump(),
        part.assumed(),
        part.kernelLog(),
        part.kernelLogLost(),
        new BorderPart(
            new long[] {4, 8, 0, 0},
            new long[] {4096, 8192, 0, 0},
            0,
            Map.of(Rejection.GRANT_PARKED, parked, Rejection.NOT_OUT, 0L),
            9,
            reclaimedAfter,
            List.of(new Removal(3, 1, reclaimedAfter - 500_000)),
            List.of(new Cost("new_slab", 0, 2, "wire", nanos))));
  }

  @Test
  void aMachineThatLostANodeSaysWhenAndWhatDiedWithIt() {
    List<RunPart> parts =
        SplitRun.of(load(Driver.SIMULATE), List.of(List.of(0), List.of(1, 2), List.of(3)));
    long second = 1_000_000_000;
    List<RunPart> survivors =
        List.of(with(parts.get(1), 0, 4 * second, 1), with(parts.get(2), 0, 5 * second, 1));
    WholeRun run =
        WholeRun.of(TOPOLOGY, sent(survivors), List.of(new LostMember(3, 1, 2 * second, 1234)));

    assertThat(run.dump().lost())
        .singleElement()
        .satisfies(lost -> assertThat(lost.memory()).isEqualTo(memoryOf(3)));
    assertThat(timing(run).lost())
        .containsExactly(new LossTiming(3, 1, 2.0, 4.9995, 2.9995, 0.0005));
    assertThat(result(run).audit().leftOut().getFirst())
        .isEqualTo("pages, slabs and cpus of node 3, and what its tasks held and counted");
    assertThat(Summary.of(result(run), timing(run)))
        .containsPattern("node 3 +2.00 +5.00 +3.00 +0.00 +1,234")
        .contains("18 objects that they had of others reclaimed; 12 objects of their memory lost")
        .contains("Not audited: pages, slabs and cpus of node 3");
    assertThat(Summary.of(result(run), timing(run)).lines())
        .allMatch(line -> line.length() <= Page.WIDTH);
  }

  private static List<FrameRange> memoryOf(int node) {
    return TOPOLOGY.memoryOf(new NodeId(node));
  }

  @Test
  void partsThatAreNotOneRunAreRefused() {
    List<RunPart> parts =
        SplitRun.of(load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2), List.of(3)));
    assertThatThrownBy(() -> WholeRun.of(TOPOLOGY, parts, List.of()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("got node 0 twice");
    assertThatThrownBy(() -> WholeRun.of(TOPOLOGY, parts.subList(1, 3), List.of()))
        .hasMessage("parts: got none of nodes [3], allowed: all but those of lost members");
    assertThatThrownBy(() -> WholeRun.of(TOPOLOGY, List.of(), List.of()))
        .isInstanceOf(BadInput.class);
    assertThatThrownBy(
            () -> WholeRun.of(Topology.uniform(5, 2, 128 << 20), parts.subList(1, 4), List.of()))
        .hasMessageContaining("of another run");
  }

  @Test
  void whatAllKernelsSayWhileBootingIsThereOnce() {
    List<RunPart> parts = SplitRun.of(load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2, 3)));
    RunPart first = saying(parts.get(1), List.of("booting", "one"));
    RunPart second = saying(parts.get(2), List.of("booting", "two", "three"));
    WholeRun run = WholeRun.of(TOPOLOGY, List.of(second, first), List.of());
    assertThat(run.kernelLog()).containsExactly("booting", "one", "two", "three");
    assertThat(RunFiles.of(run, result(run), timing(run)).remarks())
        .containsExactly("dmesg: 4 lines of the emulated kernel");
  }

  private static RunPart saying(RunPart part, List<String> lines) {
    return new RunPart(
        part.operations(),
        part.elapsedNanos(),
        part.later(),
        part.tally(),
        part.crossings(),
        part.faults(),
        part.messages(),
        part.numaEvents(),
        part.caches(),
        part.nodes(),
        part.touchedBytes(),
        part.dump(),
        part.assumed(),
        lines,
        part.kernelLogLost(),
        part.borders());
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    for (RunPart part : SplitRun.of(load(Driver.EMBEDDED), List.of(List.of(0, 2), List.of(1, 3)))) {
      RunPart full = with(part, 5, 100, 7);
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
    RandomLoad load = load(Driver.EMBEDDED);
    RunPart part = with(SplitRun.of(load, List.of(List.of(0))).get(1), 1, 1, 1);
    byte[] bytes = PartBytes.of(part);
    for (int length = 0; length < bytes.length; length += 1 + bytes.length / 50) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> PartBytes.read(cut)).isInstanceOf(BadInput.class);
    }
    byte[] json = unzip(bytes);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 150; i++) {
      byte[] changed = json.clone();
      int at = random.nextInt(1 + random.nextInt(json.length)); // more of them in the front
      changed[at] = (byte) (' ' + random.nextInt(95));
      assertThatCode(() -> readQuietly(zip(changed)))
          .as("seed " + SEED + ", byte " + at)
          .doesNotThrowAnyException();
    }
  }

  /// What is read can be shown.
  private static void readQuietly(byte[] bytes) {
    List<LostMember> lost = List.of(LostMember.of(1, 1), LostMember.of(2, 1), LostMember.of(3, 1));
    try {
      WholeRun run = WholeRun.of(TOPOLOGY, List.of(PartBytes.read(bytes)), lost);
      RunFiles.of(run, result(run), timing(run));
    } catch (BadInput expected) {
      assertThat(expected).message().doesNotContain("\n");
    }
  }

  @Test
  void aPartThatIsLongerThanAllowedIsRefused() {
    byte[] bytes = PartBytes.of(SplitRun.of(load(Driver.SIMULATE), List.of()).getFirst());
    assertThatThrownBy(() -> PartBytes.read(bytes, 10_000))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("longer than a part can be");
  }

  @Test
  void theStateOfAMergedRunCanBeAuditedAndShown() {
    List<RunPart> parts = SplitRun.of(load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2, 3)));
    WholeRun run = WholeRun.of(TOPOLOGY, sent(parts.subList(1, 3)), List.of());
    MachineDump dump = run.dump();
    assertThat(Audit.of(dump).findings()).isEmpty();
    String cache = dump.caches().getFirst().name();
    assertThat(CacheView.of(CacheState.of(dump, cache), true)).contains("node 3");
    assertThat(StateFile.of(dump)).isPresent();
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
