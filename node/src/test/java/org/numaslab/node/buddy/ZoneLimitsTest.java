package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.ZoneType;

class ZoneLimitsTest {
  private static final ZoneType DMA = ZoneType.DMA;
  private static final ZoneType DMA32 = ZoneType.DMA32;
  private static final ZoneType NORMAL = ZoneType.NORMAL;

  /// Read off a running kernel with 6 GiB on one node: min_free_kbytes 67584, which is the raise
  /// for transparent huge pages.
  @Test
  void aLiveMachineOfThreeZones() {
    Map<ZoneType, ZoneLimits> limits =
        ZoneLimits.ofMachine(List.of(Map.of(DMA, 3840L, DMA32, 772917L, NORMAL, 786432L)))
            .getFirst();

    assertThat(limits.get(DMA))
        .isEqualTo(new ZoneLimits(3840, 41, 51, 61, List.of(0L, 3019L, 6091L)));
    assertThat(limits.get(DMA32))
        .isEqualTo(new ZoneLimits(772917, 8354, 10442, 12530, List.of(0L, 0L, 3072L)));
    assertThat(limits.get(NORMAL))
        .isEqualTo(new ZoneLimits(786432, 8500, 10625, 12750, List.of(0L, 0L, 0L)));
  }

  @Test
  void belowHalfAGibibyteThereAreNoHugePages() {
    // 64 MiB: the root of 16 x 65536 KiB is 1024 KiB.
    ZoneLimits limits = alone(DMA32, 16384L);

    assertThat(limits).isEqualTo(new ZoneLimits(16384, 256, 320, 384, List.of(0L, 0L, 0L)));
  }

  @Test
  void aSmallMachineKeepsMostOfItsMemory() {
    // 128 KiB is the least that is kept free.
    ZoneLimits tiny = alone(DMA32, 100L);
    assertThat(tiny).isEqualTo(new ZoneLimits(100, 32, 40, 48, List.of(0L, 0L, 0L)));

    // 4 MiB: 256 KiB of them.
    ZoneLimits small = alone(DMA32, 1024L);
    assertThat(small.min()).isEqualTo(64);
  }

  @Test
  void hugePagesWantNoMoreThanATwentieth() {
    // 512 MiB: the root gives 2896 KiB, 724 pages, high 1086; a twentieth of what is above that.
    ZoneLimits limits = alone(DMA32, 131072L);

    assertThat(limits.min()).isEqualTo(512 * 11);
    ZoneLimits ofFive = of(fiveZones().get(3), DMA32);
    assertThat(ofFive.min() * 4)
        .as("a twentieth of the machine, in equal parts")
        .isBetween(4L * 131072 / 20 - 4000, 4L * 131072 / 20);
  }

  private static List<Map<ZoneType, ZoneLimits>> fiveZones() {
    return ZoneLimits.ofMachine(
        List.of(
            Map.of(DMA, 3840L, DMA32, 127000L),
            Map.of(DMA32, 131072L),
            Map.of(DMA32, 131072L),
            Map.of(DMA32, 131072L)));
  }

  @Test
  void watermarksOfLargeZonesAreAThousandthApart() {
    // 16 TiB: min_free_kbytes is at its bound of 256 MiB.
    ZoneLimits limits = alone(NORMAL, 1L << 32);

    assertThat(limits.min()).isEqualTo(65536);
    assertThat(limits.low() - limits.min()).isEqualTo((1L << 32) / 1000);
    assertThat(limits.high() - limits.low()).isEqualTo((1L << 32) / 1000);
  }

  @Test
  void nodesProtectTheirOwnLowerZonesOnly() {
    List<Map<ZoneType, ZoneLimits>> limits = fiveZones();

    assertThat(of(limits.get(0), DMA).protection())
        .containsExactly(0L, 127000L / 256, 127000L / 256);
    assertThat(of(limits.get(1), DMA32).protection()).containsOnly(0L);
  }

  @Test
  void noZoneOfAnyMachineKeepsMoreThanItHas() {
    for (long pages = 40; pages < 1L << 33; pages = pages * 3 / 2) {
      List<Map<ZoneType, Long>> nodes = new ArrayList<>();
      for (int node = 0; node < 4; node++) {
        nodes.add(Map.of(NORMAL, pages));
      }
      long all = pages;
      assertThat(ZoneLimits.ofMachine(nodes))
          .allSatisfy(node -> assertThat(of(node, NORMAL).high()).isBetween(1L, all / 2));
    }
  }

  private static ZoneLimits of(Map<ZoneType, ZoneLimits> node, ZoneType zone) {
    return Objects.requireNonNull(node.get(zone));
  }

  /// The only zone of a machine.
  private static ZoneLimits alone(ZoneType zone, long pages) {
    return of(ZoneLimits.ofMachine(List.of(Map.of(zone, pages))).getFirst(), zone);
  }
}
