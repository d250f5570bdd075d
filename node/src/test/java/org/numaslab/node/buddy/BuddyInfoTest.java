package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
}
