package org.numaslab.coordinator.topologies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.ZoneType;

class ZonePlacementTest {
  private static final long GIB = 1L << 18;

  private static Zoneinfo.Placed zone(int node, long start, long spanned, long present) {
    RecordedZone zone =
        new RecordedZone(
            new NodeId(node),
            ZoneType.of(start),
            start,
            spanned,
            present,
            present,
            0,
            Optional.empty());
    return new Zoneinfo.Placed(zone, new Line("zoneinfo.txt", 1 + node, ""));
  }

  private static ZonePlacement place(Zoneinfo.Placed... zones) {
    return new ZonePlacement(Stream.of(zones).toList());
  }

  @Test
  void aZoneWithoutHolesHasAllThatItSpans() {
    ZonePlacement placement = place(zone(0, 1, 4095, 4095), zone(0, 4096, 100, 100));
    assertThat(placement.of(0)).containsExactly(new FrameRange(1, 4095), new FrameRange(4096, 100));
    assertThat(placement.assumed()).isEmpty();
  }

  @Test
  void memoryOfAnotherNodeInsideTheSpanIsTheHole() {
    ZonePlacement placement = place(zone(0, 4 * GIB, 3 * GIB, 2 * GIB), zone(1, 5 * GIB, GIB, GIB));
    assertThat(placement.of(0))
        .containsExactly(new FrameRange(4 * GIB, GIB), new FrameRange(6 * GIB, GIB));
    assertThat(placement.of(1)).containsExactly(new FrameRange(5 * GIB, GIB));
  }

  @Test
  void aZoneThatEndsBelowOneMebibyteHasItsHoleAtTheTop() {
    assertThat(place(zone(0, 1, 200, 150)).of(0)).containsExactly(new FrameRange(1, 150));
  }

  @Test
  void aHoleTooLargeForTheBiosIsAtTheTop() {
    assertThat(place(zone(0, 1, 4095, 1000)).of(0)).containsExactly(new FrameRange(1, 1000));
  }

  @Test
  void aZoneWithoutRoomForItsFramesIsRefused() {
    assertThatThrownBy(() -> place(zone(0, 100, 50, 50), zone(1, 120, 50, 40)))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("zoneinfo.txt:2: zone DMA of node 1: got \"40 present frames")
        .hasMessageEndingWith("allowed: each page frame in one zone");
  }

  @Test
  void twoNodesThatTakeTurnsBothKeepTheirFrames() {
    ZonePlacement placement =
        place(zone(0, 4 * GIB, 3 * GIB, 2 * GIB), zone(1, 6 * GIB, 2 * GIB, GIB));
    List<FrameRange> all =
        Stream.concat(placement.of(0).stream(), placement.of(1).stream()).toList();
    assertThat(all.stream().mapToLong(FrameRange::count).sum()).isEqualTo(3 * GIB);
  }
}
