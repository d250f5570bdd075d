package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;

/// A node's memory goes off line and comes back.
class MemoryStateTest {
  private static final NodeId NODE = new NodeId(0);
  private static final List<FrameRange> RANGES =
      List.of(FrameRange.between(3001, 9003), FrameRange.between(12_000, 20_480));

  private final Memory memory = Memory.reserve(1L << 20, 0);
  private final Buddy buddy =
      new Buddy(
          memory.frames(),
          RANGES,
          ZoneLimits.ofMachine(List.of(Buddy.pagesByZone(RANGES))).getFirst());

  @AfterEach
  void close() {
    memory.close();
  }

  private long allocate(int order) {
    return buddy.allocate(order, Gfp.KERNEL, Watermark.LOW);
  }

  @Test
  void memoryThatIsGoingOffLineIsTakenBackOnly() {
    long block = allocate(3);
    buddy.setMemory(MemoryState.GOING_OFFLINE);

    assertThat(allocate(0)).isEqualTo(Buddy.REFUSED);
    buddy.free(block, 3);
    buddy.setMemory(MemoryState.ONLINE);
    assertThat(allocate(0)).isNotEqualTo(Buddy.REFUSED);
  }

  @Test
  void pagesInUseCannotGoOffLine() {
    allocate(0);

    assertThatIllegalStateException()
        .isThrownBy(() -> buddy.setMemory(MemoryState.OFFLINE))
        .withMessage("1 pages are in use: they cannot go off line");
    assertThat(buddy.managedPages()).isPositive();
  }

  @Test
  void memoryThatIsOffLineHasNoPages() {
    buddy.setMemory(MemoryState.OFFLINE);

    assertThat(buddy.info(NODE)).isEmpty();
    assertThat(buddy.managedPages()).isZero();
    assertThat(buddy.freePages()).isZero();
    assertThat(buddy.everUsed()).isEmpty();
    assertThat(allocate(0)).isEqualTo(Buddy.REFUSED);
  }

  @Test
  void memoryThatIsBackIsAsAtBoot() {
    List<ZoneInfo> boot = buddy.zoneInfo();
    List<FrameRange> used = buddy.everUsed();
    long first = allocate(0);
    long[] blocks = new long[500];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = buddy.allocate(i % 5, Gfp.KERNEL | Gfp.RECLAIMABLE, Watermark.LOW);
    }
    for (int i = 0; i < blocks.length; i++) {
      buddy.free(blocks[i], i % 5);
    }
    buddy.free(first, 0);

    buddy.setMemory(MemoryState.OFFLINE);
    buddy.setMemory(MemoryState.ONLINE);

    assertThat(buddy.zoneInfo()).isEqualTo(boot);
    assertThat(buddy.everUsed()).isEqualTo(used);
    assertThat(allocate(0)).isEqualTo(first);
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void aNodeWithoutMemoryGoesOffLineAndComesBack() {
    Buddy none = new Buddy(memory.frames(), List.of(), Map.of());
    none.setMemory(MemoryState.OFFLINE);
    none.setMemory(MemoryState.ONLINE);

    assertThat(none.freePages()).isZero();
  }
}
