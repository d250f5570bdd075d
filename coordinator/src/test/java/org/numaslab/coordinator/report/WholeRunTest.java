package org.numaslab.coordinator.report;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.cost.Calibration;
import org.numaslab.coordinator.cost.CostSplit;
import org.numaslab.coordinator.cost.Round;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What the processes of a run contribute makes the figures that one process has.
class WholeRunTest {
  private final SmallRuns runs = new SmallRuns();

  @AfterEach
  void close() {
    runs.close();
  }

  private static List<RunPart> sent(List<RunPart> parts) {
    return parts.stream().map(part -> PartBytes.read(PartBytes.of(part))).toList();
  }

  private static Map<String, String> files(WholeRun run) {
    Map<String, String> files =
        new TreeMap<>(RunFiles.of(run, SmallRuns.result(run), SmallRuns.timing(run)).texts());
    List.of("summary.txt", "result.json", "timing.json", "state.json").forEach(files::remove);
    return files;
  }

  @ParameterizedTest
  @EnumSource(
      value = Driver.class,
      names = {"EMBEDDED", "SIMULATE"})
  void partsMakeTheWhole(Driver driver) {
    Experiment load = runs.load(driver);
    // Out of order, and a process with nodes that are no neighbours.
    List<RunPart> parts = sent(SplitRun.of(load, List.of(List.of(2), List.of(1, 3), List.of(0))));

    WholeRun one = WholeRun.of(SmallRuns.TOPOLOGY, List.of(parts.getFirst()), List.of());
    WholeRun three = WholeRun.of(SmallRuns.TOPOLOGY, parts.subList(1, 4), List.of());

    RunResult expected = SmallRuns.result(one);
    RunResult merged = SmallRuns.result(three);
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
    assertThat(Json.of(SmallRuns.timing(three))).isEqualTo(Json.of(SmallRuns.timing(one)));
    assertThat(files(three)).isEqualTo(files(one));
  }

  @Test
  void theSummaryIsTheSameButForWhatCrossedProcesses() {
    List<RunPart> parts =
        SplitRun.of(runs.load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2, 3)));
    WholeRun one = WholeRun.of(SmallRuns.TOPOLOGY, List.of(parts.getFirst()), List.of());
    WholeRun two = WholeRun.of(SmallRuns.TOPOLOGY, parts.subList(1, 3), List.of());

    String more = Summary.of(SmallRuns.result(two), SmallRuns.timing(two));
    assertThat(more)
        .contains("Messages between processes, through Artery [measured]")
        .contains("nodes 0,1")
        .doesNotContain("Members lost");
    assertThat(more.lines())
        .containsSubsequence(
            Summary.of(SmallRuns.result(one), SmallRuns.timing(one)).lines().toList());
    assertThat(Summary.of(SmallRuns.result(one), SmallRuns.timing(one)))
        .doesNotContain("processes");
  }

  @Test
  void whatCrossedProcessesIsAddedUp() {
    List<RunPart> parts =
        SplitRun.of(runs.load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2, 3)));
    RunPart first = SmallRuns.crossing(parts.get(1), 3, 1_000_000, 100);
    RunPart second = SmallRuns.crossing(parts.get(2), 4, 3_000_000, 300);
    WholeRun run = WholeRun.of(SmallRuns.TOPOLOGY, sent(List.of(first, second)), List.of());

    ClusterFigures cluster = requireNonNull(SmallRuns.result(run).cluster());
    assertThat(cluster.rejections()).containsExactly(Map.entry("grant_parked", 7L));
    assertThat(cluster.tasks().handedObjects()).isEqualTo(2 * 11);
    assertThat(cluster.processes().get(1).bytes()).containsExactly(4096, 8192, 0, 0);
    CostSplit costs = requireNonNull(cluster.costs());
    assertThat(costs.rows())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.count()).isEqualTo(2);
          assertThat(row.maxNanos()).isBetween(300L, 302L);
        });
    assertThat(Summary.of(SmallRuns.result(run), SmallRuns.timing(run)))
        .contains("22 objects; 4 messages, 2 refused and tried again")
        .contains("7 grant parked")
        .containsPattern("nodes 2,3 +4 +8 +- +- +4 +8 +- +-")
        .containsPattern("new slab +0 ")
        .containsPattern("100.0 %")
        .doesNotContain("Members lost", " x ");
    WholeRun calibrated =
        WholeRun.of(
            SmallRuns.TOPOLOGY,
            sent(List.of(first, second)),
            List.of(),
            Calibration.of(List.of(new Round(1, 50, 1, 1e6, 60, 1e6, 10, 10))),
            3);
    ClusterFigures measured = requireNonNull(SmallRuns.result(calibrated).cluster());
    assertThat(measured.refusedFrames()).isEqualTo(3);
    CostSplit ratios = requireNonNull(measured.costs());
    assertThat(requireNonNull(ratios.calibration()).ratios().borrowToAsk().median()).isEqualTo(1.2);
    assertThat(ratios.kinds())
        .allSatisfy(kind -> assertThat(kind.timesRawAsk()).isEqualTo(kind.wholeNanosP50() / 50.0));
    assertThat(Summary.of(SmallRuns.result(calibrated), SmallRuns.timing(calibrated)))
        .contains("x: as often as a raw ask of Artery takes, 0.1 us")
        .containsPattern("\\d\\.\\d\\d x ");
    assertThat(Summary.of(SmallRuns.result(calibrated), SmallRuns.timing(calibrated)).lines())
        .allMatch(line -> line.length() <= Page.WIDTH && !line.contains(".."));
  }

  @Test
  void whoeverGoesOnWithARunTakesNodesWithoutAPartForLost() {
    List<RunPart> parts =
        SplitRun.of(runs.load(Driver.SIMULATE), List.of(List.of(0), List.of(1, 2), List.of(3)));
    List<RunPart> survivors = sent(List.of(parts.get(1), parts.get(3)));
    WholeRun run = WholeRun.resumed(SmallRuns.TOPOLOGY, survivors, List.of(), 0);

    ClusterFigures cluster = requireNonNull(SmallRuns.result(run).cluster());
    assertThat(cluster.lost()).extracting(ClusterFigures.Lost::node).containsExactly(1, 2);
  }

  @Test
  void aMachineThatLostANodeSaysWhenAndWhatDiedWithIt() {
    List<RunPart> parts =
        SplitRun.of(runs.load(Driver.SIMULATE), List.of(List.of(0), List.of(1, 2), List.of(3)));
    long second = 1_000_000_000;
    List<RunPart> survivors =
        List.of(
            SmallRuns.crossing(parts.get(1), 0, 4 * second, 1),
            SmallRuns.crossing(parts.get(2), 0, 5 * second, 1));
    WholeRun run =
        WholeRun.of(
            SmallRuns.TOPOLOGY, sent(survivors), List.of(new LostMember(3, 1, 2 * second, 1234)));

    assertThat(run.dump().lost())
        .singleElement()
        .satisfies(lost -> assertThat(lost.memory()).isEqualTo(memoryOf(3)));
    assertThat(SmallRuns.timing(run).lost())
        .containsExactly(new LossTiming(3, 1, 2.0, 4.9995, 2.9995, 0.0005, 3.0));
    assertThat(SmallRuns.result(run).audit().leftOut().getFirst())
        .isEqualTo("pages, slabs and cpus of node 3, and what its tasks held and counted");
    assertThat(Summary.of(SmallRuns.result(run), SmallRuns.timing(run)))
        .containsPattern("node 3 +2.00 +5.00 +3.00 +0.00 +3.00 +1,234")
        .contains("18 objects that they had of others reclaimed; 12 objects lost with")
        .contains("Not audited: pages, slabs and cpus of node 3");
    assertThat(Summary.of(SmallRuns.result(run), SmallRuns.timing(run)).lines())
        .allMatch(line -> line.length() <= Page.WIDTH);
  }

  private static List<FrameRange> memoryOf(int node) {
    return SmallRuns.TOPOLOGY.memoryOf(new NodeId(node));
  }

  @Test
  void partsThatAreNotOneRunAreRefused() {
    List<RunPart> parts =
        SplitRun.of(runs.load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2), List.of(3)));
    assertThatThrownBy(() -> WholeRun.of(SmallRuns.TOPOLOGY, parts, List.of()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("got node 0 twice");
    assertThatThrownBy(() -> WholeRun.of(SmallRuns.TOPOLOGY, parts.subList(1, 3), List.of()))
        .hasMessage("parts: got none of nodes [3], allowed: all but those of lost members");
    assertThatThrownBy(() -> WholeRun.of(SmallRuns.TOPOLOGY, List.of(), List.of()))
        .isInstanceOf(BadInput.class);
    assertThatThrownBy(
            () -> WholeRun.of(Topology.uniform(5, 2, 128 << 20), parts.subList(1, 4), List.of()))
        .hasMessageContaining("of another run");
  }

  @Test
  void whatAllKernelsSayWhileBootingIsThereOnce() {
    List<RunPart> parts =
        SplitRun.of(runs.load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2, 3)));
    RunPart first = saying(parts.get(1), List.of("booting", "one"));
    RunPart second = saying(parts.get(2), List.of("booting", "two", "three"));
    WholeRun run = WholeRun.of(SmallRuns.TOPOLOGY, List.of(second, first), List.of());
    assertThat(run.kernelLog()).containsExactly("booting", "one", "two", "three");
    assertThat(RunFiles.of(run, SmallRuns.result(run), SmallRuns.timing(run)).remarks())
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
  void theStateOfAMergedRunCanBeAuditedAndShown() {
    List<RunPart> parts =
        SplitRun.of(runs.load(Driver.SIMULATE), List.of(List.of(0, 1), List.of(2, 3)));
    WholeRun run = WholeRun.of(SmallRuns.TOPOLOGY, sent(parts.subList(1, 3)), List.of());
    MachineDump dump = run.dump();
    assertThat(Audit.of(dump).findings()).isEmpty();
    String cache = dump.caches().getFirst().name();
    assertThat(CacheView.of(CacheState.of(dump, cache), true)).contains("node 3");
    assertThat(StateFile.of(dump)).isPresent();
  }
}
