package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.numaslab.coordinator.trace.KnownCaches;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceCursor;
import org.numaslab.coordinator.trace.TraceFilter;
import org.numaslab.coordinator.trace.TraceReader;

@Timeout(60)
class TraceOrderTest {
  /// A trace of one allocation per number: the cpu that did it.
  private static Trace allocationsOn(int... cpus) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < cpus.length; i++) {
      text.append(
          String.format(
              Locale.ROOT,
              "task-1 [%03d] ..... 5.%06d: kmem_cache_alloc: call_site=a+0x1/0x2"
                  + " ptr=%016x bytes_req=64 bytes_alloc=64 gfp_flags=GFP_KERNEL node=-1"
                  + " accounted=false%n",
              cpus[i],
              i,
              0xffff888100000000L + 64L * i));
    }
    return TraceReader.read(
        "test.txt",
        new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.ISO_8859_1)),
        KnownCaches.NONE,
        TraceFilter.ALL);
  }

  private static long length(Trace trace, int cpus, int rounds) {
    long length = 0;
    for (int cpu = 0; cpu < cpus; cpu++) {
      length += trace.operations(cpu, rounds);
    }
    return length;
  }

  @Test
  void oneOperationIsUpAndItsEndWakesTheNextCpu() {
    Trace trace = allocationsOn(1, 0, 0, 1);
    List<Integer> woken = new ArrayList<>();
    TraceOrder order = new TraceOrder(trace, length(trace, 2, 1));
    order.wakeBy(woken::add);
    assertThat(order.cpu()).isEqualTo(1);
    assertThat(order.isUp(0)).isTrue();
    assertThat(order.isUp(1)).isFalse();
    order.pass();
    order.pass();
    assertThat(order.isUp(2)).isTrue();
    assertThat(order.isUp(1)).isFalse();
    order.pass();
    assertThat(woken).containsExactly(0, 0, 1);
  }

  @Test
  void afterTheLastOperationNobodyIsUp() {
    Trace trace = allocationsOn(0, 1);
    List<Integer> woken = new ArrayList<>();
    TraceOrder order = new TraceOrder(trace, length(trace, 2, 1));
    order.wakeBy(woken::add);
    order.pass();
    order.pass();
    assertThat(order.cpu()).isEqualTo(-1);
    assertThat(woken).containsExactly(1);
  }

  @Test
  void roundsFollowEachOtherWithTheirClosingFreesBetween() {
    Trace trace = allocationsOn(1, 0);
    long length = length(trace, 2, 2);
    assertThat(length).isEqualTo(2 + 2 + 2);
    TraceOrder order = new TraceOrder(trace, length);
    List<Integer> cpus = new ArrayList<>();
    while (order.cpu() >= 0) {
      cpus.add(order.cpu());
      order.pass();
    }
    assertThat(cpus).containsExactly(1, 0, 1, 0, 1, 0);
  }

  @Test
  void noWakeIsLostBetweenTwoThreads() throws Exception {
    Trace trace = allocationsOn(0, 1, 0, 0, 1, 1, 1, 0, 1, 0);
    int rounds = 4000;
    Semaphore[] wakes = {new Semaphore(0), new Semaphore(0)};
    TraceOrder order = new TraceOrder(trace, length(trace, 2, rounds));
    order.wakeBy(cpu -> wakes[cpu].release());
    List<Long> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      SlotTableTest.both(
          threads.submit(() -> replay(trace.cursor(0, rounds), order, wakes[0], done)),
          threads.submit(() -> replay(trace.cursor(1, rounds), order, wakes[1], done)));
    }
    assertThat(done).hasSize((int) length(trace, 2, rounds)).isSorted();
  }

  /// @param done written by whose operation is up: nothing else protects it
  private static void replay(
      TraceCursor cursor, TraceOrder order, Semaphore wakes, List<Long> done) {
    while (cursor.isAtOperation()) {
      while (!order.isUp(cursor.sequence())) {
        SlotTableTest.sleep(wakes, "a cpu");
      }
      done.add(cursor.sequence());
      cursor.advance();
      order.pass();
    }
  }
}
