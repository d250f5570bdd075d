package org.numaslab.node.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Where the parts of a slot lie.
class SlotLayoutTest {
  private static SlotLayout slot(int size, int align, int flags, boolean ctor) {
    return SlotLayout.of(new CacheRequest("t", size, align, flags, ctor), flags);
  }

  @Test
  void aPlainFreePointerLiesInTheMiddleOfTheObject() {
    assertThat(slot(256, 0, 0, false)).isEqualTo(new SlotLayout(8, 256, 128, 256, 0, 256));
    assertThat(slot(100, 0, 0, false).offset()).as("50, rounded down to a word").isEqualTo(48);
    assertThat(slot(8, 0, 0, false).offset()).isZero();
  }

  @Test
  void objectsAreRoundedUpToWords() {
    assertThat(slot(1, 0, 0, false)).isEqualTo(new SlotLayout(8, 8, 0, 8, 0, 8));
    assertThat(slot(100, 0, 0, false).size()).isEqualTo(104);
  }

  @Test
  void theFreePointerMovesBehindAnObjectWhoseBytesMustSurvive() {
    assertThat(slot(64, 0, 0, true).offset()).as("constructor").isEqualTo(64);
    assertThat(slot(64, 0, SlabFlags.TYPESAFE_BY_RCU, false).offset()).isEqualTo(64);
    assertThat(slot(64, 0, SlabFlags.POISON, false).offset()).isEqualTo(64);
    assertThat(slot(64, 0, SlabFlags.POISON, false).size()).isEqualTo(72);
  }

  @Test
  void aRedZoneAloneMovesTheFreePointerOnlyOutOfObjectsUnderAWord() {
    assertThat(slot(64, 0, SlabFlags.RED_ZONE, false).offset()).isEqualTo(32);
    assertThat(slot(8, 0, SlabFlags.RED_ZONE, false).offset()).isZero();
    SlotLayout tiny = slot(4, 0, SlabFlags.RED_ZONE, false);
    assertThat(tiny.inUse()).as("bytes 4..7 are the right zone").isEqualTo(8);
    assertThat(tiny.offset()).isEqualTo(8);
  }

  @Test
  void aRightZoneTakesTheBytesUpToTheNextWordOrAWholeOne() {
    assertThat(slot(100, 0, SlabFlags.RED_ZONE, false).inUse()).isEqualTo(104);
    assertThat(slot(104, 0, SlabFlags.RED_ZONE, false).inUse()).isEqualTo(112);
  }

  @Test
  void theLeftZoneIsAWordRoundedUpToTheAlignment() {
    assertThat(slot(64, 0, SlabFlags.RED_ZONE, false).redLeftPad()).isEqualTo(8);
    assertThat(slot(64, 64, SlabFlags.RED_ZONE, false).redLeftPad()).isEqualTo(64);
    assertThat(slot(64, 64, SlabFlags.STORE_USER, false).redLeftPad()).isZero();
  }

  @Test
  void tracksOfAllocAndFreeFollowTheFreePointer() {
    assertThat(slot(64, 0, SlabFlags.STORE_USER, false).tracks()).isEqualTo(64);
    assertThat(slot(64, 0, SlabFlags.STORE_USER, false).size()).isEqualTo(64 + 2 * 32);
    assertThat(slot(64, 0, SlabFlags.STORE_USER, true).tracks()).isEqualTo(72);
  }

  @Test
  void onlyKmallocsCachesKeepTheSizeAskedFor() {
    int debug = SlabFlags.DEBUG_DEFAULT;
    assertThat(slot(8, 0, debug, false).size()).isEqualTo(104);
    assertThat(slot(8, 8, debug | SlabFlags.KMALLOC, false).size()).isEqualTo(112);
    assertThat(slot(8, 0, SlabFlags.KMALLOC, false).size()).as("not without tracks").isEqualTo(8);
  }

  @Test
  void fullyDebuggedSlotsAreAsLargeAsTheKernels() {
    int debug = SlabFlags.DEBUG_DEFAULT;
    assertThat(slot(100, 0, debug, false).size()).isEqualTo(192);
    assertThat(slot(64, 64, debug | SlabFlags.KMALLOC, false).size()).isEqualTo(256);
    assertThat(slot(512, 512, debug | SlabFlags.KMALLOC, false).size()).isEqualTo(1536);
  }

  @Test
  void cacheLineAlignmentHalvesForSmallObjects() {
    int line = SlabFlags.HWCACHE_ALIGN;
    assertThat(slot(8, 0, line, false).align()).isEqualTo(8);
    assertThat(slot(16, 0, line, false).align()).isEqualTo(16);
    assertThat(slot(17, 0, line, false).align()).isEqualTo(32);
    assertThat(slot(33, 0, line, false).align()).isEqualTo(64);
    assertThat(slot(1000, 0, line, false).align()).isEqualTo(64);
    assertThat(slot(8, 128, line, false).align()).as("more was asked for").isEqualTo(128);
    assertThat(slot(1, 0, line, false).align()).as("never under a word").isEqualTo(8);
  }

  @Test
  void anAlignmentUnderAWordIsAWord() {
    assertThat(slot(24, 1, 0, false).align()).isEqualTo(8);
    assertThat(slot(24, 4, 0, false).size()).isEqualTo(24);
  }

  @Test
  void partsNeverOverlapAndSlotsAreAligned() {
    long seed = Long.getLong("numaslab.seed", 61);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      int size = 1 + random.nextInt(10_000);
      int align = random.nextBoolean() ? 0 : 1 << random.nextInt(13);
      int flags = random.nextInt() & (SlabFlags.PERMITTED & ~SlabFlags.MEM_SPREAD);
      boolean ctor = random.nextBoolean();
      SlotLayout slot = slot(size, align, flags, ctor);
      String what = "seed %d: %d %d %x %s: %s".formatted(seed, size, align, flags, ctor, slot);
      assertThat(slot.size() % slot.align()).as(what).isZero();
      assertThat(slot.redLeftPad() % slot.align()).as(what).isZero();
      assertThat(slot.inUse()).as(what).isBetween(size, size + 8);
      assertThat(slot.offset() % 8).as(what).isZero();
      assertThat(slot.offset() >= slot.inUse() || slot.offset() + 8 <= slot.inUse())
          .as(what)
          .isTrue();
      assertThat(slot.tracks() + slot.redLeftPad()).as(what).isLessThanOrEqualTo(slot.size());
    }
  }
}
