package org.numaslab.node.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.topology.EnvironmentFailure;

class MemoryTest {
  private static final long MIB = 1 << 20;

  @Test
  void whatIsStoredIsLoaded() {
    try (Memory memory = Memory.reserve(1024, MIB)) {
      memory.store(4096, 0x0123456789abcdefL);
      memory.store(4096 + 13, Long.MIN_VALUE + 5);
      memory.storeByte(9000, (byte) 0x6b);
      memory.fill(8192, 3, (byte) 0xbb);

      assertThat(memory.load(4096)).isEqualTo(0x0123456789abcdefL);
      assertThat(memory.load(4096 + 13)).isEqualTo(Long.MIN_VALUE + 5);
      assertThat(memory.loadByte(9000)).isEqualTo((byte) 0x6b);
      assertThat(memory.loadByte(4096)).as("little-endian").isEqualTo((byte) 0xef);
      assertThat(memory.copyOut(8191, 5))
          .containsExactly(0, (byte) 0xbb, (byte) 0xbb, (byte) 0xbb, 0);
    }
  }

  @Test
  void theLastByteOfAMachineIsItsOwnAndNotAPageFrameEntry() {
    try (Memory memory = Memory.reserve(1, MIB)) {
      memory.store(4096 - 8, -1);

      assertThat(memory.frames().word(0)).isZero();
      memory.frames().setWord(0, 5);
      assertThat(memory.load(4096 - 8)).isEqualTo(-1);
    }
  }

  @Test
  void machinesOfOneJvmDoNotSeeEachOther() {
    try (Memory one = Memory.reserve(1000, MIB);
        Memory two = Memory.reserve(3000, MIB);
        Memory three = Memory.reserve(1, MIB)) {
      for (long page = 0; page < 1000; page++) {
        one.fill(page << 12, 4096, (byte) 1);
        one.frames().markBlock(page, 0, Kind.SLAB, 1);
      }
      for (long page = 0; page < 3000; page += 7) {
        assertThat(two.load(page << 12)).isZero();
        assertThat(two.frames().kind(page)).isEqualTo(Kind.NONE);
      }
      assertThat(three.load(0)).isZero();
      assertThat(three.frames().kind(0)).isEqualTo(Kind.NONE);
      two.touch(0, 3);
      assertThat(one.touchedBytes()).isZero();
    }
  }

  @Test
  void theNextMachineFindsZeros() {
    Memory first = Memory.reserve(1000, MIB);
    first.fill(0, 1000 << 12, (byte) 0x5a);
    first.frames().markBlock(8, 3, Kind.SLAB, 5);
    first.touch(8, 3);
    first.close();

    try (Memory next = Memory.reserve(1000, MIB)) {
      for (long address = 0; address < 1000 << 12; address += 512) {
        assertThat(next.load(address)).isZero();
      }
      assertThat(next.frames().kind(8)).isEqualTo(Kind.NONE);
      assertThat(next.touchedBytes()).isZero();
      next.touch(8, 3);
      assertThat(next.touchedBytes()).isEqualTo(8 << 12);
    }
  }

  @Test
  void aRangeGivenBackIsHandedOutAgain() {
    // As wide as half of everything: more than two at once could not be.
    for (int i = 0; i < 5; i++) {
      Memory.reserve(FrameTable.FRAMES_MAX, 0).close();
    }
  }

  @Test
  void closingTwiceIsAMistakeAndHurtsNobody() {
    Memory first = Memory.reserve(10, MIB);
    first.close();
    try (Memory next = Memory.reserve(10, MIB)) {
      next.store(0, 77);

      assertThatIllegalStateException().isThrownBy(first::close).withMessageContaining("closed");
      assertThat(next.load(0)).isEqualTo(77);
    }
  }

  @Test
  void machinesNotClosedAreCounted() {
    int before = Memory.openCount();
    Memory one = Memory.reserve(10, MIB);
    Memory two = Memory.reserve(10, MIB);

    assertThat(Memory.openCount()).isEqualTo(before + 2);
    one.close();
    assertThat(Memory.openCount()).isEqualTo(before + 1);
    two.close();
    assertThat(Memory.openCount()).isEqualTo(before);
  }

  @Test
  void anAddressBeyondTheReservationIsAnOops() {
    try (Memory memory = Memory.reserve(10, MIB)) {
      for (long address : new long[] {1L << 50, Long.MAX_VALUE - 7, Long.MIN_VALUE, -1L << 50}) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> memory.load(address));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> memory.store(address, 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> memory.loadByte(address));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> memory.storeByte(address, (byte) 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> memory.fill(address, 8, (byte) 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> memory.copyOut(address, 8));
      }
    }
  }

  @Test
  void withAssertionsAnAddressBeyondTheMachineIsTheSameOops() {
    try (Memory memory = Memory.reserve(10, MIB);
        Memory next = Memory.reserve(10, MIB)) {
      Memory view = memory.seenBy(frame -> true);
      for (long address : new long[] {10 << 12, -8, (1L << 21), (10 << 12) + (1L << 21)}) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> memory.load(address));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> view.store(address, 1));
      }
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> memory.fill(9 << 12, 4097, (byte) 1));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> memory.copyOut((10 << 12) - 1, 2));
      assertThat(next.load(0)).isZero();
    }
  }

  @Test
  void aViewRefusesFramesOfOthers() {
    try (Memory memory = Memory.reserve(10, MIB)) {
      Memory mine = memory.seenBy(frame -> frame < 5);
      mine.store(4 << 12, 9);
      mine.touch(4, 0);

      assertThat(memory.load(4 << 12)).isEqualTo(9);
      assertThat(memory.touchedBytes()).isEqualTo(4096);
      assertThatThrownBy(() -> mine.load(5 << 12))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("send its node a message");
      assertThatThrownBy(() -> mine.fill(4 << 12, 4097, (byte) 0))
          .isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> mine.copyOut((5 << 12) - 1, 2)).isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> mine.frames().kind(5)).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void aFrameCountsAsTouchedOnce() {
    try (Memory memory = Memory.reserve(1024, 16 << 12)) {
      memory.touch(8, 3);
      assertThat(memory.touchedBytes()).isEqualTo(8 << 12);
      memory.touch(8, 3);
      memory.touch(10, 0);
      assertThat(memory.touchedBytes()).isEqualTo(8 << 12);
      memory.touch(0, 4);
      assertThat(memory.touchedBytes()).isEqualTo(16 << 12);
    }
  }

  @Test
  void aFrameStaysTouchedWhateverItBecomes() {
    try (Memory memory = Memory.reserve(1024, MIB)) {
      memory.touch(8, 3);
      memory.frames().markBlock(8, 3, Kind.SLAB, 3);
      memory.frames().markHead(8, 0, Kind.NONE);
      memory.frames().markBlock(8, 2, Kind.PAGES, 0);
      memory.touch(8, 3);

      assertThat(memory.touchedBytes()).isEqualTo(8 << 12);
    }
  }

  @Test
  void pagesInUseAreThoseHandedOutAndNotTakenBack() {
    try (Memory memory = Memory.reserve(1 << 10, MIB)) {
      memory.touch(8, 3);
      memory.touch(16, 0);
      memory.takeBack(3);
      memory.touch(8, 3);
      assertThat(memory.pagesInUse()).isEqualTo(9);
      assertThat(memory.touchedBytes()).isEqualTo(9 << 12);
    }
  }

  @Test
  void theBudgetIsExactAndARefusedBlockIsNotCounted() {
    try (Memory memory = Memory.reserve(1 << 20, MIB + 4095)) {
      memory.touch(0, 7);
      memory.touch(512, 7);
      assertThat(memory.touchedBytes()).isEqualTo(MIB);

      assertThatExceptionOfType(EnvironmentFailure.class)
          .isThrownBy(() -> memory.touch(1024, 0))
          .withMessageContaining("1028 KiB touched, 1024 KiB allowed")
          .withMessageContaining("--limit-touched");
      assertThat(memory.touchedBytes()).isEqualTo(MIB);
      memory.touch(0, 7);
      assertThatExceptionOfType(EnvironmentFailure.class).isThrownBy(() -> memory.touch(1024, 0));
    }
  }

  @Test
  void aBlockThatIsRefusedTakesNothingFromOneThatFits() throws InterruptedException {
    for (int round = 0; round < 100; round++) {
      // 1000 frames, all wanted one by one; a block of 1024 never fits.
      try (Memory memory = Memory.reserve(4096, 1000 << 12)) {
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger fitted = new AtomicInteger();
        Thread greedy =
            new Thread(() -> {
              while (!done.get()) {
                try {
                  memory.touch(2048, 10);
                  fitted.incrementAndGet();
                } catch (EnvironmentFailure expected) {
                  started.countDown();
                }
              }
            });
        greedy.start();
        started.await();
        try {
          for (long frame = 0; frame < 1000; frame++) {
            memory.touch(frame, 0);
          }
        } finally {
          done.set(true);
          greedy.join();
        }
        assertThat(memory.touchedBytes()).isEqualTo(1000 << 12);
        assertThat(fitted).hasValue(0);
      }
    }
  }

  @Test
  void spansThatNoMachineHasAreRefused() {
    for (long span : new long[] {0, -1, FrameTable.FRAMES_MAX + 1}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Memory.reserve(span, 0));
    }
  }

  @Test
  void addressesPrintAsTheKernelPrintsThem() {
    assertThat(new ObjectAddress(0x1234500)).hasToString("0xffff888001234500");
    assertThat(ObjectAddress.ofPointer(0xffff888001234500L))
        .isEqualTo(new ObjectAddress(0x1234500));
    assertThat(new ObjectAddress(0x1234500).frame()).isEqualTo(0x1234);
  }
}
