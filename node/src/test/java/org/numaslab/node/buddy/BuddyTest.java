package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.ZoneType;

/// Blocks of one type, as all are at boot, without watermarks: split, merged, refused. For more
/// types see [PageGroupingTest], for watermarks [ZoneReserveTest].
class BuddyTest {
  private static final long DMA32_START = ZoneType.DMA32.firstFrame();
  private static final long NORMAL_START = ZoneType.NORMAL.firstFrame();

  private final Memory memory = Memory.reserve(2L << 20, 0);
  private final FrameTable frames = memory.frames();

  @AfterEach
  void close() {
    memory.close();
  }

  private Buddy buddy(FrameRange... ranges) {
    return new Buddy(frames, List.of(ranges));
  }

  /// One block of the highest order, in DMA32.
  private Buddy oneBlock() {
    return buddy(new FrameRange(8192, 1024));
  }

  @Test
  void bootFeedsTheLargestAlignedBlocksAscending() {
    Buddy buddy = buddy(FrameRange.between(5001, 9003));

    assertThat(heads(buddy, ZoneType.DMA32, 0)).containsExactly(5001, 9002);
    assertThat(heads(buddy, ZoneType.DMA32, 1)).containsExactly(5002, 9000);
    assertThat(heads(buddy, ZoneType.DMA32, 2)).containsExactly(5004);
    assertThat(heads(buddy, ZoneType.DMA32, 3)).containsExactly(8992);
    assertThat(heads(buddy, ZoneType.DMA32, 4)).containsExactly(5008);
    assertThat(heads(buddy, ZoneType.DMA32, 5)).containsExactly(5024, 8960);
    assertThat(heads(buddy, ZoneType.DMA32, 6)).containsExactly(5056);
    assertThat(heads(buddy, ZoneType.DMA32, 8)).containsExactly(8704);
    assertThat(heads(buddy, ZoneType.DMA32, 9)).containsExactly(8192);
    assertThat(heads(buddy, ZoneType.DMA32, 10)).containsExactly(5120, 6144, 7168);
    assertThat(buddy.freePages()).isEqualTo(buddy.managedPages()).isEqualTo(4002);
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void rangesInAnyOrderThatTouchAreOne() {
    Buddy buddy = buddy(FrameRange.between(8500, 9216), FrameRange.between(8192, 8500));

    assertThat(heads(buddy, ZoneType.DMA32, 10)).containsExactly(8192);
    assertThat(buddy.freePages()).isEqualTo(1024);
  }

  @Test
  void rangesThatOverlapAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> buddy(FrameRange.between(10, 20), FrameRange.between(19, 30)))
        .withMessageContaining("overlap");
  }

  @Test
  void frameZeroIsNeverHandedOut() {
    Buddy buddy = buddy(FrameRange.between(0, 2));

    assertThat(buddy.managedPages()).isEqualTo(1);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(1);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy(new FrameRange(0, 1)).zones()).isEmpty();
  }

  @Test
  void splittingLeavesTheUpperHalvesAndHandsOutTheLowest() {
    Buddy buddy = oneBlock();

    assertThat(buddy.allocate(7, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(8192);

    assertThat(heads(buddy, ZoneType.DMA32, 10)).isEmpty();
    assertThat(heads(buddy, ZoneType.DMA32, 9)).containsExactly(8192 + 512);
    assertThat(heads(buddy, ZoneType.DMA32, 8)).containsExactly(8192 + 256);
    assertThat(heads(buddy, ZoneType.DMA32, 7)).containsExactly(8192 + 128);
    assertThat(heads(buddy, ZoneType.DMA32, 6)).isEmpty();
    assertThat(buddy.freePages()).isEqualTo(1024 - 128);
    assertThat(buddy.usedPages()).isEqualTo(128);
  }

  @Test
  void theSmallestBlockThatFitsIsTaken() {
    Buddy buddy = buddy(new FrameRange(8192, 1024), new FrameRange(10240, 8));

    assertThat(buddy.allocate(2, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(10240);
    assertThat(heads(buddy, ZoneType.DMA32, 10)).containsExactly(8192);
  }

  @Test
  void freeingMergesUpToTheHighestOrderAndNoFurther() {
    Buddy buddy = buddy(new FrameRange(8192, 2048));
    long first = buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN);
    assertThat(blocks(buddy, ZoneType.DMA32, 10)).isEqualTo(1);

    buddy.free(first, 0);

    assertThat(heads(buddy, ZoneType.DMA32, 10)).containsExactly(8192, 9216);
    for (int order = 0; order < 10; order++) {
      assertThat(blocks(buddy, ZoneType.DMA32, order)).isZero();
    }
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void aFreedBlockGoesToTheHeadAndIsTakenNext() {
    Buddy buddy = oneBlock();
    long[] pages = take(buddy, 8);
    buddy.free(pages[1], 0);
    buddy.free(pages[6], 0);

    assertThat(heads(buddy, ZoneType.DMA32, 0)).containsExactly(pages[6], pages[1]);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(pages[6]);
  }

  @Test
  void aBlockWhoseHigherBuddyIsFreeGoesToTheTail() {
    Buddy buddy = oneBlock();
    long[] pages = take(buddy, 8);
    buddy.free(pages[7], 0);
    // Pages 2 and 3 are one free block of order 1, the buddy of 0 and 1 together.
    buddy.free(pages[2], 0);
    buddy.free(pages[3], 0);

    buddy.free(pages[1], 0);

    assertThat(heads(buddy, ZoneType.DMA32, 0)).containsExactly(pages[7], pages[1]);
  }

  @Test
  void orderNineNeverGoesToTheTail() {
    // The higher buddy of an order-9 block would be of order 10: such never merge.
    Buddy buddy = buddy(new FrameRange(8192, 1024 * 3));
    List<Long> halves = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      halves.add(buddy.allocate(9, Gfp.MOVABLE, Watermark.MIN));
    }
    assertThat(halves).containsExactly(8192L, 8704L, 9216L, 9728L, 10240L, 10752L);
    buddy.free(10752, 9);
    buddy.free(9216, 9);
    buddy.free(9728, 9);
    buddy.free(8704, 9);

    assertThat(heads(buddy, ZoneType.DMA32, 10)).containsExactly(9216);
    assertThat(heads(buddy, ZoneType.DMA32, 9)).containsExactly(8704, 10752);
  }

  @Test
  void aBlockOfTheHighestOrderGoesBackBeforeThoseNeverTaken() {
    Buddy buddy = buddy(new FrameRange(8192, 1024 * 4));
    long first = buddy.allocate(10, Gfp.MOVABLE, Watermark.MIN);
    long second = buddy.allocate(10, Gfp.MOVABLE, Watermark.MIN);
    buddy.free(first, 10);
    buddy.free(second, 10);

    assertThat(heads(buddy, ZoneType.DMA32, 10)).containsExactly(9216, 8192, 10240, 11264);
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void nothingMergesAcrossZones() {
    Buddy buddy = buddy(FrameRange.between(DMA32_START - 1, DMA32_START + 1));
    assertThat(buddy.zones()).containsExactly(ZoneType.DMA, ZoneType.DMA32);
    long high = buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN);
    long low = buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN);
    assertThat(high).isEqualTo(DMA32_START);
    assertThat(low).isEqualTo(DMA32_START - 1);

    buddy.free(high, 0);
    buddy.free(low, 0);

    assertThat(heads(buddy, ZoneType.DMA, 0)).containsExactly(low);
    assertThat(heads(buddy, ZoneType.DMA32, 0)).containsExactly(high);
  }

  @Test
  void nothingMergesAcrossAHoleOrIntoAnotherNode() {
    // 8192 is ours, its buddy 8193 the other node's, and free there.
    Buddy ours = buddy(new FrameRange(8192, 1), new FrameRange(8196, 2));
    Buddy theirs = buddy(new FrameRange(8193, 1));
    long page = ours.allocate(0, Gfp.MOVABLE, Watermark.MIN);
    assertThat(page).isEqualTo(8192);

    ours.free(page, 0);

    assertThat(heads(ours, ZoneType.DMA32, 0)).containsExactly(8192);
    assertThat(heads(ours, ZoneType.DMA32, 1)).containsExactly(8196);
    assertThat(heads(theirs, ZoneType.DMA32, 0)).containsExactly(8193);
    assertThat(ours.consistent() && theirs.consistent()).isTrue();
  }

  @Test
  void theLastFrameOfTheMachineHasNoBuddyBeyondTheTable() {
    Buddy buddy = buddy(new FrameRange(memory.spanFrames() - 1024, 1024));
    long page = buddy.allocate(10, Gfp.MOVABLE, Watermark.MIN);
    buddy.free(page, 10);
    Buddy odd = new Buddy(frames, List.of(new FrameRange(8192, 1)));
    odd.free(odd.allocate(0, Gfp.MOVABLE, Watermark.MIN), 0);

    assertThat(heads(buddy, ZoneType.NORMAL, 10)).containsExactly(page);
    assertThat(heads(odd, ZoneType.DMA32, 0)).containsExactly(8192);
  }

  @Test
  void exhaustionIsARefusalAndEndsWithTheNextFree() {
    Buddy buddy = buddy(new FrameRange(8192, 8));
    assertThat(buddy.allocate(4, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    long block = buddy.allocate(3, Gfp.MOVABLE, Watermark.MIN);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy.freePages()).isZero();

    buddy.free(block, 3);

    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(8192);
  }

  @Test
  void onlySinglePagesLeftRefuseAnythingLarger() {
    Buddy buddy = buddy(new FrameRange(8192, 16));
    long[] pages = take(buddy, 16);
    for (int i = 0; i < 16; i += 2) {
      buddy.free(pages[i], 0);
    }

    assertThat(buddy.freePages()).isEqualTo(8);
    assertThat(buddy.allocate(1, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isNotEqualTo(Buddy.REFUSED);
  }

  @Test
  void ordersBeyondTheHighestAreRefusedAndNegativeOnesAMistake() {
    Buddy buddy = oneBlock();

    assertThat(buddy.allocate(11, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> buddy.allocate(-1, Gfp.MOVABLE, Watermark.MIN));
  }

  @Test
  void aNodeWithoutMemoryRefusesAll() {
    Buddy buddy = buddy();

    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy.zones()).isEmpty();
    assertThat(buddy.managedPages()).isZero();
  }

  @Test
  void gfpChoosesTheZoneHighestFirst() {
    Buddy buddy =
        buddy(
            new FrameRange(100, 1),
            new FrameRange(DMA32_START + 9, 1),
            new FrameRange(NORMAL_START + 9, 1));

    assertThat(buddy.allocate(0, Gfp.KERNEL | Gfp.DMA, Watermark.MIN)).isEqualTo(100);
    assertThat(buddy.allocate(0, Gfp.KERNEL | Gfp.DMA, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    buddy.free(100, 0);
    assertThat(buddy.allocate(0, Gfp.KERNEL | Gfp.DMA32, Watermark.MIN)).isEqualTo(DMA32_START + 9);
    assertThat(buddy.allocate(0, Gfp.KERNEL | Gfp.DMA32, Watermark.MIN)).isEqualTo(100);
    assertThat(buddy.allocate(0, Gfp.KERNEL | Gfp.DMA32, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    buddy.free(100, 0);
    buddy.free(DMA32_START + 9, 0);
    assertThat(buddy.allocate(0, Gfp.HIGHUSER_MOVABLE, Watermark.MIN)).isEqualTo(NORMAL_START + 9);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(DMA32_START + 9);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(100);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
  }

  @Test
  void aDmaRequestIsRefusedWhereThereIsNoSuchZone() {
    assertThat(oneBlock().allocate(0, Gfp.DMA, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
  }

  @Test
  void entriesSayWhatABlockIs() {
    Buddy buddy = oneBlock();
    frames.setWord(8192, SlabWord.of(41, 0, 0, 8, false));
    long head = buddy.allocate(2, Gfp.MOVABLE, Watermark.MIN);

    assertThat(frames.kind(head)).isEqualTo(Kind.PAGES);
    assertThat(frames.order(head)).isEqualTo(2);
    assertThat(frames.next(head)).isZero();
    assertThat(frames.previous(head)).isZero();
    assertThat(frames.kind(head + 4)).isEqualTo(Kind.FREE_BLOCK);
    assertThat(frames.order(head + 4)).isEqualTo(2);

    frames.markBlock(head, 2, Kind.SLAB, 12);
    buddy.free(head, 2);

    assertThat(frames.kind(head)).isEqualTo(Kind.FREE_BLOCK);
    assertThat(frames.order(head)).isEqualTo(10);
    for (long frame = head + 1; frame < head + 1024; frame++) {
      assertThat(frames.kind(frame)).as("frame %d", frame).isEqualTo(Kind.NONE);
    }
    assertThat(SlabWord.generation(frames.word(head))).isEqualTo(41);
  }

  @Test
  void slabsAndThoseThatWaitForAGracePeriodComeBackToo() {
    Buddy buddy = oneBlock();
    for (Kind kind : List.of(Kind.SLAB, Kind.RCU, Kind.PAGES)) {
      long head = buddy.allocate(3, Gfp.MOVABLE, Watermark.MIN);
      frames.markBlock(head, 3, kind, 1);
      buddy.free(head, 3);
      assertThat(buddy.freePages()).isEqualTo(1024);
    }
  }

  @Test
  void freeingTwiceIsReportedAndChangesNothing() {
    Buddy buddy = oneBlock();
    long head = buddy.allocate(1, Gfp.MOVABLE, Watermark.MIN);
    long other = buddy.allocate(1, Gfp.MOVABLE, Watermark.MIN);
    buddy.free(other, 1);

    assertThatIllegalStateException()
        .isThrownBy(() -> buddy.free(other, 1))
        .withMessage("free of frame %d, order 1: found FREE_BLOCK of order 1", other);
    buddy.free(head, 1);
    // By now the block is a part of a larger one.
    assertThatIllegalStateException()
        .isThrownBy(() -> buddy.free(other, 1))
        .withMessage("free of frame %d, order 1: found NONE of order 0", other);
    assertThat(heads(buddy, ZoneType.DMA32, 10)).containsExactly(8192);
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void freeingWithAnotherOrderIsReported() {
    Buddy buddy = oneBlock();
    long head = buddy.allocate(2, Gfp.MOVABLE, Watermark.MIN);

    for (int order : new int[] {-1, 0, 1, 3, 10, 11, 64}) {
      assertThatIllegalStateException()
          .isThrownBy(() -> buddy.free(head, order))
          .withMessage("free of frame %d, order %d: found PAGES of order 2", head, order);
    }
    assertThat(buddy.usedPages()).isEqualTo(4);
  }

  @Test
  void freeingTheMiddleOfABlockIsReported() {
    Buddy buddy = oneBlock();
    long head = buddy.allocate(2, Gfp.MOVABLE, Watermark.MIN);
    frames.markBlock(head, 2, Kind.SLAB, 3);

    assertThatIllegalStateException()
        .isThrownBy(() -> buddy.free(head + 1, 2))
        .withMessageContaining("found SLAB of order 2");
  }

  @Test
  void freeingWhatWasNeverHandedOutIsReported() {
    Buddy buddy = oneBlock();

    assertThatIllegalStateException()
        .isThrownBy(() -> buddy.free(8192, 10))
        .withMessage("free of frame 8192, order 10: found NONE of order 0");
  }

  @Test
  void freeingAnothersFrameIsReported() {
    Buddy ours = oneBlock();
    Buddy theirs = buddy(new FrameRange(9216, 1024));
    long page = theirs.allocate(0, Gfp.MOVABLE, Watermark.MIN);

    assertThatIllegalStateException()
        .isThrownBy(() -> ours.free(page, 0))
        .withMessage("free of frame 9216, order 0: not of this node");
    for (long frame : new long[] {-1, 0, 8191, memory.spanFrames(), Long.MAX_VALUE}) {
      assertThatIllegalStateException()
          .isThrownBy(() -> ours.free(frame, 0))
          .withMessageContaining("not of this node");
    }
  }

  @Test
  void heldPagesAreGoneForGood() {
    Buddy buddy = buddy(new FrameRange(8192, 2048), new FrameRange(NORMAL_START, 1024));

    assertThat(buddy.hold(ZoneType.DMA32, 1027)).isEqualTo(1027);

    assertThat(free(buddy, ZoneType.DMA32)).isEqualTo(1021);
    assertThat(free(buddy, ZoneType.NORMAL)).isEqualTo(1024);
    assertThat(buddy.heldPages()).isEqualTo(1027);
    assertThat(buddy.usedPages()).isZero();
    assertThat(frames.kind(8192)).isEqualTo(Kind.RESERVED);
    assertThatIllegalStateException()
        .isThrownBy(() -> buddy.free(8192, 10))
        .withMessageContaining("found RESERVED of order 10");
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void holdingMoreThanThereIsTakesAllThereIs() {
    Buddy buddy = buddy(FrameRange.between(8193, 9300));

    assertThat(buddy.hold(ZoneType.DMA32, 1_000_000)).isEqualTo(9300 - 8193);
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy.hold(ZoneType.DMA, 1)).isZero();
  }

  @Test
  void memoryAtTheTopOfTheWidestMachineTouchesNothingElse() {
    long top = FrameRange.END_MAX;
    try (Memory wide = Memory.reserve(top, 0)) {
      Buddy buddy = new Buddy(wide.frames(), List.of(FrameRange.between(top - 3000, top)));

      long page = buddy.allocate(0, Gfp.KERNEL, Watermark.MIN);
      long block = buddy.allocate(10, Gfp.MOVABLE, Watermark.MIN);

      assertThat(page).isEqualTo(top - 3000);
      assertThat(block).isEqualTo(top - 2048);
      assertThat(buddy.allocate(0, Gfp.DMA32, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
      buddy.free(page, 0);
      buddy.free(block, 10);
      assertThat(buddy.consistent()).isTrue();
      assertThat(heads(buddy, ZoneType.NORMAL, 10)).containsExactly(top - 2048, top - 1024);
      for (long frame = 1; frame < top - 3000; frame = frame * 3 + 1) {
        assertThat(wide.frames().kind(frame)).isEqualTo(Kind.NONE);
      }
    }
  }

  @Test
  void sixteenTebibytesStartAtOnceAndUntouched() {
    long end = FrameRange.END_MAX;
    try (Memory wide = Memory.reserve(end, 0)) {
      Buddy buddy = new Buddy(wide.frames(), List.of(FrameRange.between(1, end)));

      assertThat(buddy.managedPages()).isEqualTo(end - 1);
      assertThat(blocks(buddy, ZoneType.NORMAL, 10)).isEqualTo((end - NORMAL_START) / 1024);
      assertThat(buddy.consistent()).isTrue();
      long page = buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN);
      assertThat(page).isEqualTo(NORMAL_START);
      assertThat(wide.frames().kind(page + 1024)).isEqualTo(Kind.NONE);
    }
  }

  /// Of all types: pageblocks whose first frame is no memory are unmovable.
  private static long[] heads(Buddy buddy, ZoneType zone, int order) {
    return MigrateType.ALL.stream()
        .flatMapToLong(type -> Arrays.stream(buddy.heads(zone, order, type)))
        .toArray();
  }

  private static long blocks(Buddy buddy, ZoneType zone, int order) {
    return row(buddy, zone).freeBlocks().get(order);
  }

  private static long free(Buddy buddy, ZoneType zone) {
    return row(buddy, zone).freePages();
  }

  private static BuddyInfo row(Buddy buddy, ZoneType zone) {
    return buddy.info(new NodeId(0)).stream()
        .filter(row -> row.zone() == zone)
        .findFirst()
        .orElseThrow();
  }

  private static long[] take(Buddy buddy, int pages) {
    long[] taken = new long[pages];
    for (int i = 0; i < pages; i++) {
      taken[i] = buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN);
      assertThat(taken[i]).isEqualTo(taken[0] + i);
    }
    return taken;
  }
}
