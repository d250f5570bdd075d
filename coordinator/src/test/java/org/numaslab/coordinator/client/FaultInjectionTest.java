package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Mempool;
import org.numaslab.cpu.client.Mempools;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.BadInput;

/// Tasks whose allocations are made to fail.
@Timeout(120)
class FaultInjectionTest {
  /// Nothing fails by itself.
  private static final String OFF = "1,0,0,-1,ignore-gfp-wait=N,verbose=0";

  /// Everything fails that may.
  private static final String ALWAYS = "1,100,0,-1,ignore-gfp-wait=N,verbose=0";

  private static final String MARKED = ALWAYS + ",task-filter=Y";
  private static final String ALL_PAGES = ",min-order=0";

  private static FailingMachine slabs(Machines machines, String text) {
    return new FailingMachine(machines, Machines.TWO_NODES, text, null);
  }

  // ---- whose allocations

  @ParameterizedTest
  @EnumSource
  void aTaskFilterSparesTasksThatAreNotMarked(Machines machines) {
    try (FailingMachine machine = slabs(machines, MARKED)) {
      for (int cpu = 0; cpu < 4; cpu++) {
        boolean marked = cpu % 2 == 0;
        Task task =
            machine.add(
                cpu,
                current -> {
                  Kmalloc heap = current.kmalloc();
                  for (int i = 0; i < 300; i++) {
                    long object = heap.kmalloc(64, Gfp.KERNEL);
                    assertThat(object == Slab.NULL).isEqualTo(current.isMadeToFail());
                    heap.kfree(object);
                  }
                  assertThat(current.isMadeToFail()).isEqualTo(marked);
                });
        task.makeItFail(marked);
      }
      machine.run();
      assertThat(machine.failures()).isEqualTo(600);
      assertThat(machine.findings()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void tasksOfOneCpuAreToldApartAndThoseThatAMarkedOneStartsAreNotMarked(Machines machines) {
    try (FailingMachine machine = slabs(machines, MARKED)) {
      machine.add(
          0,
          current -> {
            current.makeItFail(true);
            HotplugRun.kthread(
                current,
                0,
                other -> {
                  for (int i = 0; i < 20; i++) {
                    long object = other.kmalloc().kmalloc(64, Gfp.KERNEL);
                    assertThat(object).isNotEqualTo(Slab.NULL);
                    other.condResched();
                    other.kmalloc().kfree(object);
                  }
                });
            for (int i = 0; i < 20; i++) {
              assertThat(current.kmalloc().kmalloc(64, Gfp.KERNEL)).isEqualTo(Slab.NULL);
              current.condResched();
            }
          });
      machine.run();
      assertThat(machine.failures()).isEqualTo(20);
    }
  }

  @ParameterizedTest
  @EnumSource
  void failNthFailsThatAllocationAndReadsBackAsZero(Machines machines) {
    try (FailingMachine machine = slabs(machines, OFF)) {
      machine.add(
          0,
          current -> {
            Kmalloc heap = current.kmalloc();
            current.failNth(3);
            long first = heap.kmalloc(64, Gfp.KERNEL);
            long second = heap.kmalloc(64, Gfp.KERNEL);
            assertThat(current.failNth()).isEqualTo(1);
            assertThat(heap.kmalloc(64, Gfp.KERNEL)).isEqualTo(Slab.NULL);
            assertThat(current.failNth()).isZero();
            long third = heap.kmalloc(64, Gfp.KERNEL);
            assertThat(List.of(first, second, third)).doesNotContain(Slab.NULL);
            current.failNth(2);
            current.failNth(0);
            for (long object : new long[] {first, second, third}) {
              heap.kfree(object);
            }
            assertThatThrownBy(() -> current.failNth(-1))
                .isInstanceOf(BadInput.class)
                .hasMessage("task test-0: fail-nth: got -1, allowed: 0..2147483647");
          });
      machine.run();
      assertThat(machine.failures()).isEqualTo(1);
      assertThat(machine.findings()).isEmpty();
    }
  }

  // ---- sweeps

  /// Takes memory in every way, and undoes all of it when one fails.
  ///
  /// @return whether it had all that it wanted
  private static boolean small(Task current, KmemCache widget) {
    Kmalloc heap = current.kmalloc();
    List<Runnable> undo = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        long object =
            i < 3
                ? heap.kmalloc(64L << i, Gfp.KERNEL)
                : current.slab().kmemCacheAllocNode(widget, Gfp.KERNEL, i % 2);
        if (object == Slab.NULL) {
          return false;
        }
        boolean isWidget = i >= 3;
        undo.add(() -> {
          if (isWidget) {
            current.slab().kmemCacheFree(widget, object);
          } else {
            heap.kfree(object);
          }
        });
      }
      long[] bulk = new long[40];
      if (current.slab().kmemCacheAllocBulk(widget, Gfp.KERNEL, bulk.length, bulk) == 0) {
        return false;
      }
      undo.add(() -> current.slab().kmemCacheFreeBulk(widget, bulk.length, bulk));
      long pages = current.pages().getFreePages(Gfp.KERNEL, 2);
      if (pages == Slab.NULL) {
        return false;
      }
      undo.add(() -> current.pages().freePages(pages, 2));
      long large = heap.kmalloc(100_000, Gfp.KERNEL);
      if (large == Slab.NULL) {
        return false;
      }
      undo.add(() -> heap.kfree(large));
      Mempool pool = current.mempools().mempoolCreateSlabPool(5, widget);
      if (pool == null) {
        return false;
      }
      undo.add(() -> current.mempools().mempoolDestroy(pool));
      long buffer = heap.kmalloc(10, Gfp.KERNEL);
      if (buffer == Slab.NULL) {
        return false;
      }
      long grown = heap.krealloc(buffer, 300, Gfp.KERNEL);
      heap.kfree(grown == Slab.NULL ? buffer : grown);
      return grown != Slab.NULL;
    } finally {
      undo.reversed().forEach(Runnable::run);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whicheverAllocationOfATaskFailsNothingIsLost(Machines machines) {
    int passed = 0;
    for (int nth = 1; passed == 0; nth++) {
      assertThat(nth).isLessThan(100);
      int failing = nth;
      AtomicInteger left = new AtomicInteger(-1);
      try (FailingMachine machine =
          new FailingMachine(machines, Machines.TWO_NODES, OFF, OFF + ALL_PAGES)) {
        machine.add(
            0,
            current -> {
              KmemCache widget = HotplugRun.widget(current);
              current.failNth(failing);
              boolean hadAll = small(current, widget);
              left.set(current.failNth());
              current.failNth(0);
              assertThat(hadAll || left.get() == 0).isTrue();
              assertThat(small(current, widget)).isTrue();
            });
        machine.run();
        assertThat(machine.failures()).isEqualTo(left.get() == 0 ? 1 : 0);
        assertThat(machine.findings()).as("fail-nth %d", nth).isEmpty();
      }
      passed = left.get();
    }
  }

  // ---- what never fails

  @ParameterizedTest
  @EnumSource
  void nofailNeverFails(Machines machines) {
    try (FailingMachine machine =
        new FailingMachine(machines, Machines.TWO_NODES, ALWAYS, ALWAYS + ALL_PAGES)) {
      for (int cpu = 0; cpu < 4; cpu++) {
        machine.add(
            cpu,
            current -> {
              Kmalloc heap = current.kmalloc();
              current.failNth(1);
              List<Long> held = new ArrayList<>();
              for (int i = 0; i < 400; i++) {
                held.add(heap.kmalloc(16L << i % 10, Gfp.KERNEL | Gfp.NOFAIL));
              }
              assertThat(held).doesNotContain(Slab.NULL).doesNotHaveDuplicates();
              held.forEach(heap::kfree);
            });
      }
      machine.run();
      assertThat(machine.findings()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mempoolsServeTheirMinimumThoughEveryAllocationFails(Machines machines) {
    int min = 4;
    try (FailingMachine machine =
        new FailingMachine(machines, Machines.TWO_NODES, MARKED, MARKED + ALL_PAGES)) {
      machine.add(
          0,
          current -> {
            Mempools pools = current.mempools();
            KmemCache widget = HotplugRun.widget(current);
            List<Mempool> all =
                List.of(
                    Objects.requireNonNull(pools.mempoolCreateSlabPool(min, widget)),
                    Objects.requireNonNull(pools.mempoolCreateKmallocPool(min, 100)),
                    Objects.requireNonNull(pools.mempoolCreatePagePool(min, 1)));
            current.makeItFail(true);
            for (Mempool pool : all) {
              for (int round = 0; round < 50; round++) {
                List<Long> got = new ArrayList<>();
                for (int i = 0; i < min; i++) {
                  got.add(pools.mempoolAlloc(pool, i % 2 == 0 ? Gfp.KERNEL : Gfp.ATOMIC));
                }
                assertThat(got).doesNotContain(Slab.NULL).doesNotHaveDuplicates();
                assertThat(pools.mempoolAlloc(pool, Gfp.ATOMIC)).isEqualTo(Slab.NULL);
                got.forEach(element -> pools.mempoolFree(element, pool));
                assertThat(pool.currNr()).isEqualTo(min);
              }
            }
            current.makeItFail(false);
            all.forEach(pools::mempoolDestroy);
          });
      machine.run();
      assertThat(machine.failures()).isPositive();
      assertThat(machine.findings()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void tasksOfAllCpusShareAPoolOfOneThoughEveryAllocationFails(Machines machines) {
    try (FailingMachine machine =
        new FailingMachine(machines, Machines.TWO_NODES, MARKED, MARKED + ALL_PAGES)) {
      machine.add(
          0,
          current -> {
            Mempool pool =
                Objects.requireNonNull(current.mempools().mempoolCreateKmallocPool(1, 64));
            for (int cpu = 0; cpu < 4; cpu++) {
              HotplugRun.kthread(
                  current,
                  cpu,
                  task -> {
                    task.makeItFail(true);
                    for (int i = 0; i < 50; i++) {
                      long element = task.mempools().mempoolAlloc(pool, Gfp.KERNEL);
                      assertThat(element).isNotEqualTo(Slab.NULL);
                      task.condResched();
                      task.mempools().mempoolFree(element, pool);
                    }
                  });
            }
          });
      machine.run();
      assertThat(machine.failures()).isPositive();
    }
  }

  // ---- memory that really is used up

  @ParameterizedTest
  @EnumSource
  void memoryThatIsUsedUpOnEveryNodeIsNullAndTold(Machines machines) {
    try (FailingMachine machine =
        new FailingMachine(machines, Small.TOPOLOGY, OFF, OFF + ALL_PAGES)) {
      List<Integer> nodes = Collections.synchronizedList(new ArrayList<>());
      for (int cpu = 0; cpu < 4; cpu++) {
        machine.add(
            cpu,
            current -> {
              Kmalloc heap = current.kmalloc();
              List<Long> held = new ArrayList<>();
              for (long a; (a = heap.kmalloc(8192, Gfp.KERNEL)) != Slab.NULL; ) {
                held.add(a);
                nodes.add(Small.nodeOf(a));
              }
              held.forEach(heap::kfree);
            });
      }
      List<String> log = machine.run();
      assertThat(new HashSet<>(nodes)).containsExactlyInAnyOrder(0, 1);
      assertThat(log)
          .anyMatch(line -> line.matches("test-\\d: page allocation failure: order:\\d, mode:.*"))
          .anyMatch(line -> line.startsWith("SLUB: Unable to allocate memory on node -1, gfp="));
      assertThat(machine.failures()).isZero();
      assertThat(machine.findings()).isEmpty();
    }
  }

  // ---- where from

  private static long viaDriver(Task current) {
    return current.kmalloc().kmalloc(64, Gfp.KERNEL);
  }

  private static long viaFilesystem(Task current) {
    return current.kmalloc().kmalloc(64, Gfp.KERNEL);
  }

  @ParameterizedTest
  @EnumSource
  void aStackFilterLooksAtTheTasksMethods(Machines machines) {
    try (FailingMachine machine =
        slabs(machines, ALWAYS + ",require=*.FaultInjectionTest.viaDriver")) {
      machine.add(
          0,
          current -> {
            assertThat(viaDriver(current)).isEqualTo(Slab.NULL);
            assertThat(viaFilesystem(current)).isNotEqualTo(Slab.NULL);
          });
      machine.run();
    }
    try (FailingMachine machine =
        slabs(machines, ALWAYS + ",reject=*.FaultInjectionTest.viaDriver")) {
      machine.add(
          0,
          current -> {
            assertThat(viaDriver(current)).isNotEqualTo(Slab.NULL);
            assertThat(viaFilesystem(current)).isEqualTo(Slab.NULL);
          });
      machine.run();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theStackBeginsWithTheInnermostFunctionOfTheApi(Machines machines) {
    try (FailingMachine machine =
        slabs(machines, ALWAYS + ",require=org.numaslab.cpu.client.Slab.*,stacktrace-depth=1")) {
      machine.add(
          0,
          current -> {
            KmemCache widget = HotplugRun.widget(current);
            assertThat(current.kmalloc().kmalloc(64, Gfp.KERNEL)).isEqualTo(Slab.NULL);
            assertThat(current.slab().kmemCacheAlloc(widget, Gfp.KERNEL)).isEqualTo(Slab.NULL);
          });
      machine.run();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAllocationThatFailsAfterItWaitedShowsTheStackOfItsTask(Machines machines) {
    try (FailingMachine machine =
        new FailingMachine(
            machines, Small.TOPOLOGY, null, "1,0,0,-1,verbose=2,ignore-gfp-wait=N,min-order=0")) {
      machine.add(
          0,
          current -> {
            List<Long> all = Small.takeAll(current, Small.QUIET);
            // The first try asks every node; the second, for the smallest order, fails here.
            current.failNth(2);
            assertThat(viaDriver(current)).isEqualTo(Slab.NULL);
            assertThat(current.failNth()).isZero();
            all.forEach(current.kmalloc()::kfree);
          });
      List<String> log = machine.run();
      int trace = log.indexOf("Call Trace:");
      assertThat(log.get(trace - 1)).isEqualTo("CPU: 0 PID: 1 Comm: test-0");
      assertThat(log.get(trace + 1)).isEqualTo(" <TASK>");
      assertThat(log.get(trace + 2)).startsWith(" org.numaslab.cpu.client.");
      assertThat(log.subList(trace, log.indexOf(" </TASK>")))
          .anyMatch(line -> line.contains("FaultInjectionTest.viaDriver("))
          .noneMatch(line -> line.contains("Baton") || line.contains("java.base"));
    }
  }
}
