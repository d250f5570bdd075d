package org.numaslab.node.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.FrameTable.Kind;

class FrameTableTest {
  private static final long SPAN = 4096;

  private final Memory memory = Memory.reserve(SPAN, SPAN << 12);
  private final FrameTable frames = memory.frames();

  @AfterEach
  void close() {
    memory.close();
  }

  private record Entry(long word, long head, Kind kind, int order, int cache, long n, long p) {}

  private Entry entry(long frame) {
    return new Entry(
        frames.word(frame),
        frames.head(frame),
        frames.kind(frame),
        frames.order(frame),
        frames.cache(frame),
        frames.next(frame),
        frames.previous(frame));
  }

  @Test
  void anEntryNeverWrittenSaysNothing() {
    for (long frame : new long[] {0, 1, SPAN - 1}) {
      assertThat(entry(frame)).isEqualTo(new Entry(0, 0, Kind.NONE, 0, 0, 0, 0));
    }
  }

  @Test
  void entriesAndTheirFieldsAreIndependent() {
    Random random = new Random(1);
    List<Entry> written = new ArrayList<>();
    for (int frame = 0; frame < SPAN; frame++) {
      Entry entry =
          new Entry(
              random.nextLong(),
              frame,
              Kind.values()[random.nextInt(Kind.values().length)],
              random.nextInt(11),
              random.nextInt(FrameTable.CACHES_MAX),
              random.nextLong(FrameTable.FRAMES_MAX),
              random.nextLong(FrameTable.FRAMES_MAX));
      frames.setPrevious(frame, entry.p);
      frames.setWord(frame, entry.word);
      frames.setNext(frame, entry.n);
      // A block of one frame, so that each frame may have its own.
      frames.markBlock(frame, 0, Kind.NONE, 0);
      memory.touch(frame, 0);
      written.add(entry);
      if (frame % 2 == 0) {
        frames.markBlock(frame, 0, entry.kind, entry.cache);
      } else {
        frames.markHead(frame, entry.order, entry.kind);
      }
    }
    for (int frame = 0; frame < SPAN; frame++) {
      Entry w = written.get(frame);
      boolean block = frame % 2 == 0;
      assertThat(entry(frame))
          .isEqualTo(
              new Entry(
                  w.word, w.head, w.kind, block ? 0 : w.order, block ? w.cache : 0, w.n, w.p));
    }
  }

  @Test
  void everyFrameOfABlockFindsItsHead() {
    frames.markBlock(64, 3, Kind.SLAB, FrameTable.CACHES_MAX - 1);

    for (long frame = 64; frame < 72; frame++) {
      assertThat(entry(frame))
          .isEqualTo(new Entry(0, 64, Kind.SLAB, 3, FrameTable.CACHES_MAX - 1, 0, 0));
    }
    assertThat(frames.kind(63)).isEqualTo(Kind.NONE);
    assertThat(frames.kind(72)).isEqualTo(Kind.NONE);
  }

  @Test
  void markingTheHeadLeavesTheOtherFrames() {
    frames.markHead(64, 10, Kind.FREE_BLOCK);

    assertThat(frames.order(64)).isEqualTo(10);
    assertThat(frames.kind(65)).isEqualTo(Kind.NONE);
  }

  @Test
  void framesBeyondTwoToThe31Link() {
    try (Memory wide = Memory.reserve(FrameTable.FRAMES_MAX, 0)) {
      long last = FrameTable.FRAMES_MAX - 1;
      wide.frames().markBlock(last, 0, Kind.SLAB, 1);
      wide.frames().setNext(1, last);
      wide.frames().setPrevious(1, 1L << 31);

      assertThat(wide.frames().head(last)).isEqualTo(last);
      assertThat(wide.frames().next(1)).isEqualTo(last);
      assertThat(wide.frames().previous(1)).isEqualTo(1L << 31);
    }
  }

  @Test
  void exchangingTheWordNeedsTheOneThatIsThere() {
    frames.setWord(7, 100);

    assertThat(frames.exchangeWord(7, 99, 101)).isFalse();
    assertThat(frames.word(7)).isEqualTo(100);
    assertThat(frames.exchangeWord(7, 100, -1)).isTrue();
    assertThat(frames.word(7)).isEqualTo(-1);
    assertThat(frames.word(8)).isZero();
  }

  @Test
  void exchangesOfTwoThreadsLoseNothing() throws InterruptedException {
    Runnable hundredThousand =
        () -> {
          for (int i = 0; i < 100_000; i++) {
            long seen;
            do {
              seen = frames.word(7);
            } while (!frames.exchangeWord(7, seen, seen + 1));
          }
        };
    Thread other = new Thread(hundredThousand);
    other.start();
    hundredThousand.run();
    other.join();

    assertThat(frames.word(7)).isEqualTo(200_000);
  }

  @Test
  void framesOutsideTheTableAreNoticed() {
    for (long frame : new long[] {-1, SPAN, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> frames.kind(frame)).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void ordersAndCachesThatDoNotFitAreNoticed() {
    assertThatThrownBy(() -> frames.markHead(1, 16, Kind.PAGES)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> frames.markHead(1, -1, Kind.PAGES)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> frames.markBlock(1, 0, Kind.SLAB, FrameTable.CACHES_MAX))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> frames.markBlock(1, 0, Kind.SLAB, -1))
        .isInstanceOf(AssertionError.class);
  }
}
