package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.node.buddy.MigrateType.HIGH_ATOMIC;
import static org.numaslab.node.buddy.MigrateType.MOVABLE;
import static org.numaslab.node.buddy.MigrateType.RECLAIMABLE;
import static org.numaslab.node.buddy.MigrateType.UNMOVABLE;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

class PageGroupingTest {
  private static final int U = Gfp.KERNEL;
  private static final int R = Gfp.KERNEL | Gfp.RECLAIMABLE;
  private static final int M = Gfp.HIGHUSER_MOVABLE;
  private static final ZoneType ZONE = ZoneType.DMA32;
  private static final long FIRST = 8192;

  private final Memory memory = Memory.reserve(2L << 20, 0);
  private final FrameTable frames = memory.frames();

  @AfterEach
  void close() {
    memory.close();
  }

  private Buddy pageBlocks(int count) {
    return new Buddy(frames, List.of(new FrameRange(FIRST, 512L * count)));
  }

  private static long alloc(Buddy buddy, int order, int gfp) {
    return buddy.allocate(order, gfp, Watermark.MIN);
  }

  private static void takeAll(Buddy buddy, int order, int gfp, long blocks) {
    for (long i = 0; i < blocks; i++) {
      assertThat(alloc(buddy, order, gfp)).isPositive();
    }
  }

  @Test
  void atBootAllIsMovableButPageblocksWithoutTheirFirstFrame() {
    Buddy buddy = new Buddy(frames, List.of(FrameRange.between(FIRST + 100, FIRST + 1536)));

    assertThat(buddy.pageBlock(FIRST + 100)).isEqualTo(UNMOVABLE);
    assertThat(buddy.pageBlock(FIRST + 512)).isEqualTo(MOVABLE);
    assertThat(buddy.pageBlock(FIRST + 1535)).isEqualTo(MOVABLE);
    assertThat(buddy.heads(ZONE, 2, UNMOVABLE)).containsExactly(FIRST + 100);
    assertThat(buddy.heads(ZONE, 9, MOVABLE)).containsExactly(FIRST + 512, FIRST + 1024);
    assertThat(buddy.zoneInfo().getFirst().types())
        .extracting(ZoneInfo.OfType::pageBlocks)
        .containsExactly(1L, 2L, 0L, 0L);
  }

  @Test
  void aPageblockOfTwoRangesCountsOnce() {
    Buddy buddy =
        new Buddy(
            frames,
            List.of(new FrameRange(FIRST, 100), FrameRange.between(FIRST + 200, FIRST + 600)));

    assertThat(buddy.zoneInfo().getFirst().types())
        .extracting(ZoneInfo.OfType::pageBlocks)
        .containsExactly(0L, 2L, 0L, 0L);
  }

  @Test
  void theLargestMovableBlockIsClaimedWithItsPageblocks() {
    Buddy buddy = new Buddy(frames, List.of(new FrameRange(FIRST, 2048), new FrameRange(12288, 8)));

    long page = alloc(buddy, 0, U);

    assertThat(page).as("not of the small block").isEqualTo(FIRST);
    assertThat(buddy.pageBlock(FIRST)).isEqualTo(UNMOVABLE);
    assertThat(buddy.pageBlock(FIRST + 512)).isEqualTo(UNMOVABLE);
    assertThat(buddy.pageBlock(FIRST + 1024)).isEqualTo(MOVABLE);
    assertThat(buddy.heads(ZONE, 9, UNMOVABLE)).containsExactly(FIRST + 512);
    assertThat(buddy.heads(ZONE, 10, MOVABLE)).containsExactly(FIRST + 1024);
    assertThat(buddy.fallbacks()).isEqualTo(new FallbackCounts(1, 0));
    assertThat(alloc(buddy, 9, U)).as("its own list first").isEqualTo(FIRST + 512);
    assertThat(buddy.fallbacks()).isEqualTo(new FallbackCounts(1, 0));
  }

  @Test
  void unmovableTakesFromReclaimableBeforeMovable() {
    Buddy buddy = pageBlocks(4);
    long reclaimable = alloc(buddy, 9, R);
    buddy.free(reclaimable, 9);
    takeAll(buddy, 9, M, 2);
    // One order-10 block of RECLAIMABLE pageblocks, none of MOVABLE.
    assertThat(buddy.heads(ZONE, 10, RECLAIMABLE)).containsExactly(FIRST);

    assertThat(alloc(buddy, 9, U)).isEqualTo(FIRST);
    assertThat(buddy.pageBlock(FIRST)).isEqualTo(UNMOVABLE);
  }

  @Test
  void reclaimableTakesFromUnmovableBeforeMovable() {
    Buddy buddy = pageBlocks(4);
    buddy.free(alloc(buddy, 10, U), 10);
    assertThat(buddy.heads(ZONE, 10, MOVABLE)).containsExactly(FIRST + 1024);

    assertThat(alloc(buddy, 10, R)).isEqualTo(FIRST);
  }

  @Test
  void movableTakesFromReclaimableBeforeUnmovable() {
    Buddy buddy = pageBlocks(4);
    long unmovable = alloc(buddy, 10, U);
    long reclaimable = alloc(buddy, 10, R);
    buddy.free(unmovable, 10);
    buddy.free(reclaimable, 10);

    assertThat(alloc(buddy, 10, M)).isEqualTo(reclaimable);
    assertThat(alloc(buddy, 10, M)).isEqualTo(unmovable);
  }

  @Test
  void unmovableClaimsAMovablePageblockInUse() {
    Buddy buddy = pageBlocks(1);
    takeAll(buddy, 8, M, 1);
    takeAll(buddy, 7, M, 1);

    alloc(buddy, 0, U);

    // What is in use there is no user's memory: it counts as of its kind.
    assertThat(buddy.pageBlock(FIRST)).isEqualTo(UNMOVABLE);
    assertThat(buddy.fallbacks()).isEqualTo(new FallbackCounts(1, 0));
  }

  @Test
  void aReclaimablePageblockIsClaimedWhenHalfOfItIsFree() {
    Buddy buddy = pageBlocks(1);
    takeAll(buddy, 8, R, 1);

    assertThat(alloc(buddy, 0, U)).isEqualTo(FIRST + 256);

    assertThat(buddy.pageBlock(FIRST)).isEqualTo(UNMOVABLE);
    assertThat(buddy.fallbacks()).isEqualTo(new FallbackCounts(2, 0));
  }

  @Test
  void aPageblockOfWhichLessIsFreeOnlyLosesItsFreeBlocks() {
    Buddy buddy = pageBlocks(1);
    takeAll(buddy, 8, R, 1);
    takeAll(buddy, 0, R, 1);
    assertThat(buddy.freePages()).isEqualTo(255);

    assertThat(alloc(buddy, 1, U)).as("of the smallest block").isEqualTo(FIRST + 258);

    assertThat(buddy.pageBlock(FIRST)).isEqualTo(RECLAIMABLE);
    for (int order = 0; order <= 7; order++) {
      assertThat(buddy.heads(ZONE, order, RECLAIMABLE)).isEmpty();
    }
    assertThat(buddy.heads(ZONE, 7, UNMOVABLE)).containsExactly(FIRST + 384);
    assertThat(buddy.fallbacks()).isEqualTo(new FallbackCounts(1, 1));
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void aStolenPageGoesBackToTheTypeOfItsPageblock() {
    Buddy buddy = pageBlocks(1);
    takeAll(buddy, 8, R, 1);
    takeAll(buddy, 7, R, 1);
    long stolen = alloc(buddy, 7, U);
    assertThat(buddy.pageBlock(stolen)).isEqualTo(RECLAIMABLE);

    buddy.free(stolen, 7);

    assertThat(buddy.heads(ZONE, 7, RECLAIMABLE)).containsExactly(stolen);
    assertThat(buddy.heads(ZONE, 7, UNMOVABLE)).isEmpty();
  }

  @Test
  void belowAPageblockBuddiesMergeWhateverListTheyAreOn() {
    Buddy buddy = pageBlocks(1);
    takeAll(buddy, 8, R, 1);
    long page = alloc(buddy, 0, R);
    takeAll(buddy, 1, U, 1);
    // Its buddy was stolen and lies on the unmovable list of a reclaimable pageblock.
    assertThat(buddy.heads(ZONE, 0, UNMOVABLE)).containsExactly(page + 1);

    buddy.free(page, 0);

    assertThat(buddy.heads(ZONE, 0, UNMOVABLE)).isEmpty();
    assertThat(buddy.heads(ZONE, 1, RECLAIMABLE)).containsExactly(page);
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void aMovableRequestStealsTheSmallestBlockThatWillDo() {
    Buddy buddy = pageBlocks(1);
    List<Long> pages = new ArrayList<>();
    for (int i = 0; i < 512; i++) {
      pages.add(alloc(buddy, 0, U));
    }
    pages.subList(8, 16).forEach(page -> buddy.free(page, 0));
    pages.subList(34, 36).forEach(page -> buddy.free(page, 0));
    assertThat(buddy.heads(ZONE, 3, UNMOVABLE)).hasSize(1);

    assertThat(alloc(buddy, 0, M)).isEqualTo(FIRST + 34);

    assertThat(buddy.heads(ZONE, 3, UNMOVABLE)).as("larger, left alone").hasSize(1);
    assertThat(buddy.heads(ZONE, 0, MOVABLE)).containsExactly(FIRST + 35);
    assertThat(buddy.pageBlock(FIRST)).isEqualTo(UNMOVABLE);
    assertThat(alloc(buddy, 0, U))
        .as("unmovable would have taken the largest")
        .isEqualTo(FIRST + 8);
  }

  @Test
  void aMovableRequestMayTakeAllOfAPageblockFromOrderFourOn() {
    Buddy buddy = pageBlocks(1);
    takeAll(buddy, 4, U, 1);
    assertThat(buddy.heads(ZONE, 8, UNMOVABLE)).hasSize(1);

    alloc(buddy, 0, M);

    assertThat(buddy.pageBlock(FIRST)).isEqualTo(MOVABLE);
    assertThat(buddy.heads(ZONE, 8, MOVABLE)).hasSize(1);
  }

  /// A zone of one movable pageblock in use above one with free pageblocks.
  private Buddy twoZones() {
    Buddy buddy =
        new Buddy(
            frames,
            List.of(
                new FrameRange(FIRST, 1024), new FrameRange(ZoneType.NORMAL.firstFrame(), 512)));
    assertThat(ZoneType.of(alloc(buddy, 0, M))).isEqualTo(ZoneType.NORMAL);
    return buddy;
  }

  @Test
  void theFirstNodeTakesALowerZoneBeforeItMixesTypes() {
    Buddy buddy = twoZones();

    assertThat(ZoneType.of(buddy.allocate(0, U, Watermark.FIRST))).isEqualTo(ZoneType.DMA32);
    assertThat(buddy.allocate(10, M, Watermark.FIRST)).isEqualTo(Buddy.REFUSED);
    for (int order = 9; order >= 7; order--) {
      assertThat(ZoneType.of(buddy.allocate(order, U, Watermark.FIRST))).isEqualTo(ZoneType.DMA32);
    }
    assertThat(ZoneType.of(buddy.allocate(7, U, Watermark.FIRST)))
        .as("no zone can do without")
        .isEqualTo(ZoneType.NORMAL);
  }

  @Test
  void otherNodesMixTypesInTheHighestZone() {
    Buddy buddy = twoZones();

    assertThat(ZoneType.of(buddy.allocate(0, U, Watermark.LOW))).isEqualTo(ZoneType.NORMAL);
  }

  @Test
  void aPageblockWithoutAnEndInTheZoneIsNotTakenWhole() {
    Buddy buddy = new Buddy(frames, List.of(new FrameRange(FIRST, 300)));

    long page = alloc(buddy, 0, U);

    assertThat(buddy.pageBlock(page)).isEqualTo(MOVABLE);
    assertThat(buddy.fallbacks()).isEqualTo(new FallbackCounts(0, 1));
    assertThat(buddy.heads(ZONE, 5, MOVABLE)).as("not moved with it").containsExactly(FIRST + 256);
  }

  // ---- the high-order atomic reserve

  @Test
  void anAtomicRequestOfTwoPagesReservesItsPageblock() {
    Buddy buddy = pageBlocks(2);

    long pages = alloc(buddy, 1, Gfp.ATOMIC);

    assertThat(buddy.pageBlock(pages)).isEqualTo(HIGH_ATOMIC);
    assertThat(buddy.pageBlock(pages + 512)).isEqualTo(UNMOVABLE);
    assertThat(buddy.heads(ZONE, 8, HIGH_ATOMIC)).containsExactly(pages + 256);
    assertThat(buddy.zoneInfo().getFirst().highAtomic()).isEqualTo(512);
    assertThat(alloc(buddy, 1, Gfp.ATOMIC)).as("the next one, of it").isEqualTo(pages + 2);
    assertThat(alloc(buddy, 0, Gfp.ATOMIC)).as("single pages not").isEqualTo(pages + 512);
  }

  @Test
  void noMoreIsReservedThanAPageblockAndAHundredth() {
    Buddy buddy = pageBlocks(8);
    takeAll(buddy, 9, Gfp.ATOMIC, 2);

    // 4096 / 100 + 512 is more than one pageblock, so there are two.
    assertThat(buddy.zoneInfo().getFirst().highAtomic()).isEqualTo(1024);
    takeAll(buddy, 9, Gfp.ATOMIC, 1);
    assertThat(buddy.zoneInfo().getFirst().highAtomic()).isEqualTo(1024);
  }

  @Test
  void onlyAtTheMinWatermarkIsAnythingReserved() {
    Buddy buddy = pageBlocks(2);
    buddy.allocate(1, Gfp.ATOMIC, Watermark.FIRST);
    buddy.allocate(1, Gfp.ATOMIC, Watermark.LOW);
    buddy.allocate(1, Gfp.ATOMIC | Gfp.NOMEMALLOC, Watermark.MIN);
    buddy.allocate(1, Gfp.KERNEL, Watermark.MIN);

    assertThat(buddy.zoneInfo().getFirst().highAtomic()).isZero();
  }

  @Test
  void theReserveIsNotForOthersUntilTheLastTry() {
    Buddy buddy = pageBlocks(1);
    alloc(buddy, 1, Gfp.ATOMIC);
    assertThat(buddy.pageBlock(FIRST)).isEqualTo(HIGH_ATOMIC);

    assertThat(alloc(buddy, 0, U)).isEqualTo(Buddy.REFUSED);
    assertThat(alloc(buddy, 0, R)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy.allocate(0, Gfp.IO, Watermark.LAST)).isEqualTo(Buddy.REFUSED);

    assertThat(buddy.allocate(0, R, Watermark.LAST)).isPositive();
    assertThat(buddy.pageBlock(FIRST)).isEqualTo(RECLAIMABLE);
    assertThat(buddy.zoneInfo().getFirst().highAtomic()).isZero();
    assertThat(buddy.consistent()).isTrue();
  }

  @Test
  void wholePageblocksOfTheReserveDoNotMergeWithOthers() {
    Buddy buddy = pageBlocks(4);
    long reserved = alloc(buddy, 9, Gfp.ATOMIC);
    long other = alloc(buddy, 9, U);
    assertThat(buddy.pageBlock(reserved)).isEqualTo(HIGH_ATOMIC);

    buddy.free(other, 9);
    buddy.free(reserved, 9);

    assertThat(buddy.heads(ZONE, 9, HIGH_ATOMIC)).containsExactly(reserved);
    assertThat(buddy.heads(ZONE, 9, UNMOVABLE)).containsExactly(other);
    assertThat(buddy.heads(ZONE, 10, UNMOVABLE)).isEmpty();
  }

  @Test
  void typesOtherThanTheReserveMergeToTheHighestOrder() {
    Buddy buddy = pageBlocks(2);
    long first = alloc(buddy, 9, M);
    long second = alloc(buddy, 9, U);
    buddy.free(first, 9);
    buddy.free(second, 9);

    assertThat(buddy.pageBlock(first)).isEqualTo(MOVABLE);
    assertThat(buddy.heads(ZONE, 10, UNMOVABLE)).as("the type of what came last").hasSize(1);
  }
}
