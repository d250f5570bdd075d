package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.ZoneType;

class BuddyInfoTest {
  private static final Path RECORDINGS = Path.of("../deploy/recordings/machine");

  @Test
  void everyRecordedRowIsPrintedAsItWas() throws IOException {
    int rows = 0;
    try (DirectoryStream<Path> machines = Files.newDirectoryStream(RECORDINGS)) {
      for (Path machine : machines) {
        Path recorded = machine.resolve("buddyinfo.txt");
        if (Files.exists(recorded)) {
          for (String row : Files.readAllLines(recorded)) {
            assertThat(parsed(row)).asString().isEqualTo(row);
            rows++;
          }
        }
      }
    }
    assertThat(rows).isPositive();
  }

  private static BuddyInfo parsed(String row) {
    String[] words = row.trim().split("[ ,]+");
    ZoneType zone =
        Stream.of(ZoneType.values())
            .filter(type -> type.kernelName().equals(words[3]))
            .findFirst()
            .orElseThrow();
    List<Long> free = Arrays.stream(words).skip(4).map(Long::valueOf).toList();
    return new BuddyInfo(new NodeId(Integer.parseInt(words[1])), zone, free);
  }

  @Test
  void aRowForEachZoneThatHasMemory() {
    try (Memory memory = Memory.reserve(3L << 20, 0)) {
      Buddy buddy =
          new Buddy(
              memory.frames(),
              List.of(FrameRange.between(1, 16), FrameRange.between(1 << 20, 2 << 20)));

      assertThat(buddy.info(new NodeId(12)))
          .extracting(BuddyInfo::toString)
          .containsExactly(
              "Node 12, zone      DMA      1      1      1      1      0      0      0      0      0      0      0 ",
              "Node 12, zone   Normal      0      0      0      0      0      0      0      0      0      0   1024 ");
      assertThat(buddy.info(new NodeId(12)))
          .extracting(BuddyInfo::freePages)
          .containsExactly(15L, 1L << 20);
    }
  }

  private static BuddyInfo zone(long... freeBlocks) {
    List<Long> free =
        IntStream.rangeClosed(0, Buddy.ORDER_MAX)
            .mapToObj(order -> order < freeBlocks.length ? freeBlocks[order] : 0L)
            .toList();
    return new BuddyInfo(new NodeId(0), ZoneType.DMA32, free);
  }

  @Test
  void theUnusableIndexIsThePartInSmallerBlocks() {
    // 3 + 2x2 + 1x8 = 15 pages.
    BuddyInfo info = zone(3, 2, 0, 1);

    assertThat(info.unusableIndex(0)).isZero();
    assertThat(info.unusableIndex(1)).isEqualTo(3 * 1000 / 15);
    assertThat(info.unusableIndex(3)).isEqualTo(7 * 1000 / 15);
    assertThat(info.unusableIndex(4)).isEqualTo(1000);
    assertThat(zone().unusableIndex(0)).as("nothing free").isEqualTo(1000);
    assertThat(info.unusableRow())
        .isEqualTo(
            "Node 0, zone    DMA32 0.000 0.200 0.466 0.466 1.000 1.000 1.000 1.000 1.000 1.000 1.000 ");
  }

  @Test
  void theFragmentationIndexTellsLackOfMemoryFromFragmentation() {
    BuddyInfo info = zone(3, 2, 0, 1);

    // 15 pages in 6 blocks: 1000 - (1000 + 15000/16) / 6.
    assertThat(info.fragmentationIndex(3)).as("would not fail").isEqualTo(-1000);
    assertThat(info.fragmentationIndex(4)).isEqualTo(1000 - (1000 + 937) / 6);
    assertThat(zone(1000).fragmentationIndex(1)).as("fragmented").isEqualTo(499);
    assertThat(zone(1).fragmentationIndex(10)).as("no memory").isZero();
    assertThat(zone().fragmentationIndex(0)).isZero();
    assertThat(info.fragmentationRow())
        .isEqualTo(
            "Node 0, zone    DMA32 -1.000 -1.000 -1.000 -1.000  0.678  0.756  0.795  0.814  0.824  0.829  0.831 ");
  }
}
