package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SlotTableTest {
  private static final long OBJECT = 0x7fff_ffff_f000L;

  private final List<Integer> woken = new ArrayList<>();
  private final SlotTable slots = new SlotTable(4, woken::add);

  @Test
  void anObjectGoesFromTheAllocatingToTheFreeingCpu() {
    slots.put(2, OBJECT);
    assertThat(slots.awaitFull(2, 5)).isEqualTo(OBJECT);
    assertThat(slots.object(2)).isEqualTo(OBJECT);
    assertThat(woken).isEmpty();
  }

  @Test
  void whoFindsTheSlotEmptyIsWokenOnceItIsFull() {
    assertThat(slots.awaitFull(1, 5)).isEqualTo(SlotTable.EMPTY);
    assertThat(slots.awaitFull(1, 5)).isEqualTo(SlotTable.EMPTY);
    slots.put(0, OBJECT);
    assertThat(woken).isEmpty();
    slots.put(1, OBJECT);
    assertThat(woken).containsExactly(5);
    slots.put(1, SlotTable.EMPTY);
    assertThat(woken).containsExactly(5);
  }

  @Test
  void whoFindsTheSlotFullIsWokenOnceItIsEmpty() {
    slots.put(3, OBJECT);
    assertThat(slots.awaitEmpty(3, 0)).isFalse();
    assertThat(slots.awaitFull(3, 7)).isEqualTo(OBJECT);
    assertThat(slots.object(3)).isEqualTo(OBJECT);
    slots.put(3, SlotTable.EMPTY);
    assertThat(woken).containsExactly(0);
    assertThat(slots.awaitEmpty(3, 0)).isTrue();
  }

  @Test
  void cpu8191CanWait() {
    assertThat(slots.awaitFull(0, 8191)).isEqualTo(SlotTable.EMPTY);
    slots.put(0, SlotTable.FAILED);
    assertThat(woken).containsExactly(8191);
  }

  @Test
  void aFailedAllocationIsNoObjectButFillsItsSlot() {
    slots.put(0, SlotTable.FAILED);
    assertThat(slots.awaitFull(0, 1)).isEqualTo(SlotTable.FAILED);
    assertThat(slots.awaitEmpty(0, 1)).isFalse();
    assertThat(slots.object(0)).isZero();
  }

  @Test
  void noWakeIsLostBetweenTwoThreads() throws Exception {
    int rounds = 100_000;
    Semaphore[] wakes = {new Semaphore(0), new Semaphore(0)};
    SlotTable shared = new SlotTable(3, cpu -> wakes[cpu].release());
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> allocates =
          threads.submit(() -> {
            for (int i = 0; i < rounds; i++) {
              while (!shared.awaitEmpty(i % 3, 0)) {
                sleep(wakes[0], "the allocating cpu");
              }
              shared.put(i % 3, 8L * i + 8);
            }
          });
      Future<?> frees =
          threads.submit(() -> {
            for (int i = 0; i < rounds; i++) {
              long object = shared.awaitFull(i % 3, 1);
              while (object == SlotTable.EMPTY) {
                sleep(wakes[1], "the freeing cpu");
                object = shared.awaitFull(i % 3, 1);
              }
              assertThat(object).isEqualTo(8L * i + 8);
              shared.put(i % 3, SlotTable.EMPTY);
            }
          });
      both(allocates, frees);
    }
  }

  static void both(Future<?> one, Future<?> other) throws InterruptedException, ExecutionException {
    one.get();
    other.get();
  }

  /// Sleeps until woken.
  static void sleep(Semaphore wakes, String who) {
    try {
      if (!wakes.tryAcquire(10, TimeUnit.SECONDS)) {
        throw new AssertionError(who + " was never woken");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
