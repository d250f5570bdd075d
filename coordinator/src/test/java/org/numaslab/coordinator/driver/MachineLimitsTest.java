package org.numaslab.coordinator.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.RecordedZone;
import org.numaslab.coordinator.topologies.Topologies;
import org.numaslab.node.buddy.ZoneLimits;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

class MachineLimitsTest {
  private static final Path RECORDINGS = Path.of("../deploy/recordings");

  /// Without what the folder says of watermarks, from the managed pages that it has.
  private static List<RecordedZone> withoutLimits(List<RecordedZone> zones) {
    return zones.stream()
        .map(zone ->
            new RecordedZone(
                zone.node(),
                zone.type(),
                zone.startFrame(),
                zone.spanned(),
                zone.present(),
                zone.managed(),
                zone.free(),
                Optional.empty()))
        .toList();
  }

  private static ZoneLimits of(List<Map<ZoneType, ZoneLimits>> limits, RecordedZone zone) {
    return of(limits, zone.node().value(), zone.type());
  }

  private static ZoneLimits of(List<Map<ZoneType, ZoneLimits>> limits, int node, ZoneType type) {
    return Objects.requireNonNull(limits.get(node).get(type));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo/kernel",
        "traces/scn_01_basic_256/kernel",
        "machine/setA-4node-8cpu",
        "machine/setB-4node-8cpu",
        "machine/setC-4node-8cpu"
      })
  void recordedLimitsWinAndComputedOnesComeNear(String folder) {
    KernelDirectory kernel = KernelDirectory.read(RECORDINGS.resolve(folder));
    Topology topology = kernel.topology();
    List<Map<ZoneType, ZoneLimits>> limits = MachineLimits.of(topology, kernel.zones());
    List<Map<ZoneType, ZoneLimits>> computed =
        MachineLimits.of(topology, withoutLimits(kernel.zones()));

    for (RecordedZone zone : kernel.zones()) {
      ZoneLimits recorded = zone.limits().orElseThrow();
      assertThat(of(limits, zone)).isEqualTo(recorded);
      // Linux computes from what was managed then; some memory was given to its zones afterwards.
      ZoneLimits ours = of(computed, zone);
      assertThat((double) ours.min())
          .isCloseTo((double) recorded.min(), within(0.02 * recorded.min()));
      // What the kernel computes from the minimum has no such excuse.
      long apart = Math.max(recorded.min() / 4, zone.managed() / 1000);
      assertThat(recorded.low() - recorded.min()).isEqualTo(apart);
      assertThat(recorded.high() - recorded.low()).isEqualTo(apart);
      assertThat(ours.low() - ours.min())
          .isEqualTo(Math.max(ours.min() / 4, zone.managed() / 1000));
    }
  }

  @Test
  void inAllAsMuchIsKeptFreeAsHugePagesWant() {
    List<RecordedZone> zones = KernelDirectory.read(RECORDINGS.resolve("demo/kernel")).zones();
    List<Map<ZoneType, ZoneLimits>> computed =
        MachineLimits.of(
            KernelDirectory.read(RECORDINGS.resolve("demo/kernel")).topology(),
            withoutLimits(zones));

    // 6 zones x 11 pageblocks, each zone's part rounded down.
    assertThat(zones.stream().mapToLong(zone -> zone.limits().orElseThrow().min()).sum())
        .isBetween(6L * 11 * 512 - 6, 6L * 11 * 512);
    assertThat(zones.stream().mapToLong(zone -> of(computed, zone).min()).sum())
        .isBetween(6L * 11 * 512 - 6, 6L * 11 * 512);
    assertThat(of(computed, 1, ZoneType.DMA32).protection())
        .as("no memory of node 1 came later: as recorded")
        .isEqualTo(zones.get(2).limits().orElseThrow().protection());
  }

  @Test
  void withoutARecordingAllMemoryIsManagedAndTheLimitsComputed() {
    Topology topology = Topologies.parse("2x1:1G").topology();

    List<Map<ZoneType, ZoneLimits>> limits = MachineLimits.of(topology, List.of());

    Stream.of(0, 1)
        .forEach(node ->
            assertThat(limits.get(node).values().stream().mapToLong(ZoneLimits::managed).sum())
                .isEqualTo(
                    topology.framesOf(new NodeId(node))
                        - (topology.memoryOf(new NodeId(node)).getFirst().start() == 0 ? 1 : 0)));
    assertThat(of(limits, 1, ZoneType.DMA32).min()).isPositive();
  }

  @Test
  void aRecordedZoneThatDoesNotFitTheEmulatedOneIsComputed() {
    Topology topology = Topologies.parse("1x1:1G").topology();
    ZoneLimits strange = new ZoneLimits(1 << 20, 7, 8, 9, List.of(0L, 0L, 0L));
    RecordedZone larger =
        new RecordedZone(
            new NodeId(0),
            ZoneType.DMA32,
            4096,
            1 << 20,
            1 << 20,
            1 << 20,
            0,
            Optional.of(strange));

    assertThat(MachineLimits.of(topology, List.of(larger)))
        .isEqualTo(MachineLimits.of(topology, List.of()));
  }
}
