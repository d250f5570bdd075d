package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

/// How far each kind of request draws a zone down. The zone: 4096 pages, min 400, low 500, high
/// 600.
class ZoneReserveTest {
  private static final long PAGES = 4096;
  private static final long FIRST = 8192;

  private final Memory memory = Memory.reserve(2L << 20, 0);
  private final Buddy buddy = zone(List.of(0L, 0L, 0L));

  @AfterEach
  void close() {
    memory.close();
  }

  private Buddy zone(List<Long> protection) {
    ZoneLimits limits = new ZoneLimits(PAGES, 400, 500, 600, protection);
    return new Buddy(
        memory.frames(), List.of(new FrameRange(FIRST, PAGES)), Map.of(ZoneType.DMA32, limits));
  }

  /// Takes single pages until refused.
  ///
  /// @return pages left
  private static long left(Buddy buddy, int gfp, Watermark mark) {
    while (buddy.allocate(0, gfp, mark) != Buddy.REFUSED) {}
    return buddy.freePages();
  }

  @Test
  void everyKindOfRequestStopsAtItsOwnDepth() {
    assertThat(left(buddy, Gfp.KERNEL, Watermark.FIRST)).isEqualTo(500);
    assertThat(left(buddy, Gfp.ATOMIC, Watermark.LOW)).isEqualTo(500);
    assertThat(left(buddy, Gfp.KERNEL, Watermark.MIN)).isEqualTo(400);
    assertThat(left(buddy, Gfp.NOWAIT, Watermark.MIN)).isEqualTo(400);
    assertThat(left(buddy, Gfp.KERNEL, Watermark.LAST)).isEqualTo(400);
    assertThat(left(buddy, Gfp.KERNEL | Gfp.NOFAIL, Watermark.LAST)).isEqualTo(300);
    assertThat(left(buddy, Gfp.KERNEL | Gfp.HIGH, Watermark.MIN)).isEqualTo(200);
    assertThat(left(buddy, Gfp.ATOMIC | Gfp.NOMEMALLOC, Watermark.MIN)).isEqualTo(200);
    assertThat(left(buddy, Gfp.ATOMIC, Watermark.MIN)).isEqualTo(150);
    assertThat(left(buddy, Gfp.KERNEL | Gfp.MEMALLOC, Watermark.MIN)).isEqualTo(150);
    assertThat(left(buddy, Gfp.KERNEL | Gfp.MEMALLOC | Gfp.NOMEMALLOC, Watermark.LAST))
        .isEqualTo(150);
    assertThat(left(buddy, Gfp.KERNEL | Gfp.MEMALLOC, Watermark.LAST)).isZero();
  }

  @Test
  void lowerZonesKeepMoreFromThoseWhoCouldHaveAHigherOne() {
    Buddy lower = zone(List.of(0L, 0L, 1000L));

    assertThat(left(lower, Gfp.KERNEL, Watermark.LOW)).isEqualTo(1500);
    assertThat(left(lower, Gfp.ATOMIC, Watermark.MIN)).isEqualTo(1150);
    assertThat(left(lower, Gfp.KERNEL | Gfp.DMA32, Watermark.LOW)).isEqualTo(500);
  }

  @Test
  void aBlockMustFitAboveTheWatermarkButForItsFirstPage() {
    left(buddy, Gfp.KERNEL | Gfp.HIGH, Watermark.MIN);
    assertThat(buddy.freePages()).isEqualTo(200);

    assertThat(buddy.allocate(6, Gfp.ATOMIC, Watermark.MIN))
        .as("200 - 63 is not above 150")
        .isEqualTo(Buddy.REFUSED);
    assertThat(buddy.allocate(5, Gfp.ATOMIC, Watermark.MIN)).as("200 - 31 is").isPositive();
  }

  @Test
  void enoughPagesWithoutABlockOfTheOrderAreNotEnough() {
    long[] pages = new long[3500];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = buddy.allocate(0, Gfp.KERNEL, Watermark.LOW);
    }
    for (int i = 0; i < pages.length; i += 2) {
      buddy.free(pages[i], 0);
    }
    while (buddy.allocate(1, Gfp.KERNEL, Watermark.LOW) != Buddy.REFUSED) {}

    assertThat(buddy.freePages()).isEqualTo(1750);
    assertThat(buddy.allocate(1, Gfp.KERNEL, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy.allocate(0, Gfp.KERNEL, Watermark.LOW)).isPositive();
  }

  /// Leaves one pageblock, in which a movable page is in use.
  private void oneMovablePageblockLeft() {
    for (int i = 0; i < 14; i++) {
      assertThat(buddy.allocate(8, Gfp.MOVABLE, Watermark.MIN)).isPositive();
    }
    assertThat(buddy.allocate(0, Gfp.MOVABLE, Watermark.MIN)).isPositive();
  }

  private long boost() {
    return buddy.zoneInfo().getFirst().boost();
  }

  @Test
  void mixingTypesRaisesTheWatermarksUntilKswapdWasWoken() {
    oneMovablePageblockLeft();
    assertThat(boost()).isZero();

    assertThat(buddy.allocate(0, Gfp.IO, Watermark.MIN)).isPositive();

    assertThat(boost()).isEqualTo(512);
    assertThat(buddy.freePages()).isEqualTo(510);
    assertThat(buddy.allocate(0, Gfp.IO, Watermark.LOW)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy.allocate(0, Gfp.IO | Gfp.HIGH, Watermark.MIN))
        .as("half of 400 + 512")
        .isPositive();
    assertThat(buddy.allocate(0, Gfp.IO, Watermark.MIN)).isEqualTo(Buddy.REFUSED);
    assertThat(buddy.allocate(0, Gfp.KERNEL, Watermark.MIN))
        .as("wakes kswapd, and does not wait for it")
        .isEqualTo(Buddy.REFUSED);
    assertThat(boost()).isEqualTo(512);
    assertThat(buddy.allocate(0, Gfp.IO, Watermark.LOW)).isPositive();
    assertThat(boost()).isZero();
  }

  @Test
  void whoMixesTypesAndWakesKswapdIsBoostedForOneRequest() {
    oneMovablePageblockLeft();
    buddy.allocate(0, Gfp.KERNEL, Watermark.LOW);
    assertThat(boost()).isEqualTo(512);

    assertThat(buddy.allocate(0, Gfp.KERNEL, Watermark.LOW)).isPositive();

    assertThat(boost()).isZero();
  }

  @Test
  void theBoostIsNotForAtomicRequestsOfOnePage() {
    oneMovablePageblockLeft();
    buddy.allocate(0, Gfp.IO, Watermark.MIN);
    int atomic = Gfp.ATOMIC & ~Gfp.KSWAPD_RECLAIM;
    while (buddy.allocate(0, atomic, Watermark.MIN) != Buddy.REFUSED) {
      assertThat(boost()).isEqualTo(512);
    }
    assertThat(buddy.freePages()).isEqualTo(150);
  }

  @Test
  void zonesOfFewPageblocksAreNotBoosted() {
    ZoneLimits limits = new ZoneLimits(1536, 10, 20, 30, List.of(0L, 0L, 0L));
    Buddy small =
        new Buddy(
            memory.frames(),
            List.of(new FrameRange(FIRST + PAGES, 1536)),
            Map.of(ZoneType.DMA32, limits));
    for (int i = 0; i < 3; i++) {
      assertThat(small.allocate(8, Gfp.MOVABLE, Watermark.MIN)).isPositive();
      assertThat(small.allocate(8, Gfp.MOVABLE, Watermark.MIN) != Buddy.REFUSED || i == 2).isTrue();
    }
    assertThat(small.allocate(0, Gfp.IO, Watermark.MIN)).isPositive();
    assertThat(small.zoneInfo().getFirst().boost()).isZero();
  }

  @Test
  void whatTheZoneHasBeyondItsManagedPagesIsHeld() {
    ZoneLimits limits = new ZoneLimits(3000, 100, 120, 140, List.of(0L, 0L, 0L));
    Buddy booted =
        new Buddy(
            memory.frames(),
            List.of(new FrameRange(FIRST + PAGES, PAGES)),
            Map.of(ZoneType.DMA32, limits));

    assertThat(booted.freePages()).isEqualTo(3000);
    assertThat(booted.heldPages()).isEqualTo(1096);
    assertThat(booted.usedPages()).isZero();
  }
}
