package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.cpu.client.AccessFault;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Mempool;
import org.numaslab.cpu.client.Mempools;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.CpuId;

/// Pools of elements.
@Timeout(60)
class MempoolTest {
  /// Memory that ends when a test says so.
  private static final class Memory {
    final AtomicBoolean isEmpty = new AtomicBoolean();
    final List<Integer> gfps = Collections.synchronizedList(new ArrayList<>());
    final List<Long> freed = Collections.synchronizedList(new ArrayList<>());

    long alloc(Task task, int gfp) {
      gfps.add(gfp);
      return isEmpty.get() ? Slab.NULL : task.kmalloc().kmalloc(64, gfp);
    }

    void free(Task task, long element) {
      freed.add(element);
      task.kmalloc().kfree(element);
    }

    Mempool pool(Task current, int minNr) {
      return made(current.mempools().mempoolCreate(minNr, this::alloc, this::free));
    }
  }

  private static Mempool made(@Nullable Mempool pool) {
    return Objects.requireNonNull(pool, "pool");
  }

  /// Runs a task on a machine that was booted with slub_debug.
  static List<String> runDebugged(Machines machines, Task.Body body) {
    GeometryOptions plain = GeometryOptions.forCpus(Machines.TWO_NODES.cpuCount());
    try (Machine machine = machines.start(Machines.TWO_NODES)) {
      Kthreads kthreads =
          machine.boot(
              new GeometryOptions(
                  plain.cpus(),
                  plain.slubMinOrder(),
                  plain.slubMaxOrder(),
                  plain.slubMinObjects(),
                  SlubDebug.parse("FZPU"),
                  false),
              false);
      kthreads.run(new CpuId(0), "test-0", body);
      machine.run(kthreads);
      return machine.kernelLog().take();
    }
  }

  // ---- create and destroy

  @ParameterizedTest
  @EnumSource
  void aPoolHasItsReserveFromTheBegin(Machines machines) {
    machines.run(current -> {
      Mempools pools = current.mempools();
      KmemCache bio = HotplugRun.widget(current);
      for (Mempool pool :
          List.of(
              made(pools.mempoolCreateSlabPool(4, bio)),
              made(pools.mempoolCreateKmallocPool(4, 100)),
              made(pools.mempoolCreatePagePool(4, 1)))) {
        assertThat(pool.minNr()).isEqualTo(4);
        assertThat(pool.currNr()).isEqualTo(4);
        long element = pools.mempoolAlloc(pool, Gfp.NOIO);
        assertThat(element).isNotZero();
        assertThat(pool.currNr()).isEqualTo(4);
        pools.mempoolFree(element, pool);
        pools.mempoolFree(Slab.NULL, pool);
        pools.mempoolDestroy(pool);
        assertThat(pool.currNr()).isZero();
      }
      pools.mempoolDestroy(null);
      current.slab().kmemCacheDestroy(bio);
    });
  }

  @ParameterizedTest
  @EnumSource
  void aPoolThatCannotBeFilledIsNotMadeAndTakesNothing(Machines machines) {
    Memory memory = new Memory();
    machines.run(current -> {
      Mempool.Alloc three = (task, gfp) -> memory.gfps.size() < 3 ? memory.alloc(task, gfp) : 0;
      assertThat(current.mempools().mempoolCreate(4, three, memory::free)).isNull();
      assertThat(memory.freed).hasSize(3).doesNotHaveDuplicates();
      assertThat(current.mempools().mempoolCreate(-1, memory::alloc, memory::free)).isNull();
      assertThat(current.mempools().mempoolCreatePagePool(1000, 10)).isNull();
    });
  }

  @ParameterizedTest
  @EnumSource
  void elementsThatAreOutWhenASlabPoolGoesAreFoundByItsCache(Machines machines) {
    List<String> log =
        machines.run(current -> {
          KmemCache bio = HotplugRun.widget(current);
          Mempool pool = made(current.mempools().mempoolCreateSlabPool(2, bio));
          assertThat(current.mempools().mempoolAlloc(pool, Gfp.KERNEL)).isNotZero();
          current.mempools().mempoolDestroy(pool);
          current.slab().kmemCacheDestroy(bio);
        });

    assertThat(log)
        .contains(
            "kmem_cache_destroy widget: Slab cache still has objects when called from"
                + " kmem_cache_destroy");
  }

  @ParameterizedTest
  @EnumSource
  void aPoolThatWasDestroyedIsNone(Machines machines) {
    machines.run(current -> {
      Mempools pools = current.mempools();
      Mempool pool = made(pools.mempoolCreateKmallocPool(1, 64));
      long element = pools.mempoolAlloc(pool, Gfp.KERNEL);
      pools.mempoolDestroy(pool);
      for (Runnable use :
          List.<Runnable>of(
              () -> pools.mempoolAlloc(pool, Gfp.KERNEL),
              () -> pools.mempoolFree(element, pool),
              () -> pools.mempoolResize(pool, 2),
              () -> pools.mempoolDestroy(pool))) {
        assertThatThrownBy(use::run)
            .isInstanceOf(EmulatedOops.class)
            .hasMessageContaining("was destroyed");
      }
      current.kmalloc().kfree(element);
    });
  }

  // ---- elements

  @ParameterizedTest
  @EnumSource
  void theReserveServesWhenThereIsNoMemory(Machines machines) {
    Memory memory = new Memory();
    machines.run(current -> {
      Mempools pools = current.mempools();
      Mempool pool = memory.pool(current, 3);
      memory.isEmpty.set(true);
      List<Long> got = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        got.add(pools.mempoolAlloc(pool, Gfp.KERNEL));
      }
      assertThat(got).doesNotContain(Slab.NULL).doesNotHaveDuplicates();
      assertThat(pools.mempoolAlloc(pool, Gfp.ATOMIC)).isEqualTo(Slab.NULL);

      got.forEach(element -> pools.mempoolFree(element, pool));
      assertThat(memory.freed).isEmpty();
      assertThat(pool.currNr()).isEqualTo(3);
      memory.isEmpty.set(false);
      long more = pools.mempoolAlloc(pool, Gfp.KERNEL);
      pools.mempoolFree(more, pool);
      assertThat(memory.freed).containsExactly(more);
    });
  }

  @ParameterizedTest
  @EnumSource
  void memoryIsAskedFirstWithoutReclaimAndNeverForTheLastReserves(Machines machines) {
    Memory memory = new Memory();
    machines.run(current -> {
      Mempool pool = memory.pool(current, 0);
      memory.isEmpty.set(true);
      assertThat(current.mempools().mempoolAlloc(pool, Gfp.ATOMIC)).isEqualTo(Slab.NULL);
      int polite = Gfp.NOMEMALLOC | Gfp.NORETRY | Gfp.NOWARN;
      assertThat(memory.gfps).containsExactly(Gfp.ATOMIC | polite);

      memory.gfps.clear();
      memory.isEmpty.set(false);
      Mempool one = memory.pool(current, 1);
      current.mempools().mempoolAlloc(one, Gfp.KERNEL);
      assertThat(memory.gfps)
          .containsExactly(Gfp.KERNEL, (Gfp.KERNEL | polite) & ~(Gfp.DIRECT_RECLAIM | Gfp.IO));
      memory.isEmpty.set(true);
      current.mempools().mempoolAlloc(one, Gfp.KERNEL);
      memory.gfps.clear();
      memory.isEmpty.set(false);
      Mempool.Alloc onlyWithReclaim =
          (task, gfp) -> (gfp & Gfp.DIRECT_RECLAIM) == 0 ? 0 : memory.alloc(task, gfp);
      Mempool none = made(current.mempools().mempoolCreate(0, onlyWithReclaim, memory::free));
      assertThat(current.mempools().mempoolAlloc(none, Gfp.KERNEL)).isNotZero();
      assertThat(memory.gfps).containsExactly(Gfp.KERNEL | polite);
    });
  }

  @ParameterizedTest
  @EnumSource
  void whoMayBlockWaitsForAnElementThatComesBack(Machines machines) {
    Memory memory = new Memory();
    List<Long> got = Collections.synchronizedList(new ArrayList<>());
    machines.run(current -> {
      Mempool pool = memory.pool(current, 1);
      memory.isEmpty.set(true);
      long only = current.mempools().mempoolAlloc(pool, Gfp.KERNEL);
      for (int cpu = 0; cpu < 4; cpu++) {
        HotplugRun.kthread(
            current,
            cpu,
            task -> {
              long element = task.mempools().mempoolAlloc(pool, Gfp.NOIO);
              got.add(element);
              task.condResched();
              task.mempools().mempoolFree(element, pool);
            });
      }
      for (int i = 0; i < 20; i++) {
        current.condResched();
      }
      assertThat(got).isEmpty();
      current.mempools().mempoolFree(only, pool);
    });

    assertThat(got).hasSize(4).containsOnly(got.getFirst());
  }

  @ParameterizedTest
  @EnumSource
  void inAtomicContextABlockingAllocationIsTold(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Mempool pool = made(current.mempools().mempoolCreateKmallocPool(1, 64));
          current.preemptDisable();
          current.mempools().mempoolFree(current.mempools().mempoolAlloc(pool, Gfp.ATOMIC), pool);
          current.mempools().mempoolFree(current.mempools().mempoolAlloc(pool, Gfp.KERNEL), pool);
          current.preemptEnable();
        });

    assertThat(log)
        .contains("BUG: sleeping function called from invalid context at include/linux/sched/mm.h")
        .hasSize(3);
  }

  @ParameterizedTest
  @EnumSource
  void aPagePoolServesOnAMachineWithoutMemory(Machines machines) {
    machines.run(current -> {
      Mempools pools = current.mempools();
      Mempool pool = made(pools.mempoolCreatePagePool(8, 0));
      List<Long> taken = new ArrayList<>();
      int polite = Gfp.NOWAIT | Gfp.NOMEMALLOC | Gfp.NORETRY | Gfp.NOWARN;
      for (int order = 10; order >= 0; order--) {
        for (long block = current.pages().getFreePages(polite, order);
            block != Slab.NULL;
            block = current.pages().getFreePages(polite, order)) {
          taken.add(block);
        }
      }
      List<Long> got = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        got.add(pools.mempoolAlloc(pool, Gfp.NOWAIT));
      }
      assertThat(got).doesNotContain(Slab.NULL).doesNotHaveDuplicates();
      assertThat(pools.mempoolAlloc(pool, Gfp.NOWAIT)).isEqualTo(Slab.NULL);
      got.forEach(element -> pools.mempoolFree(element, pool));
      assertThat(pool.currNr()).isEqualTo(8);
      taken.forEach(current.kmalloc()::kfree);
    });
  }

  // ---- resize

  @ParameterizedTest
  @EnumSource
  void aPoolIsResized(Machines machines) {
    Memory memory = new Memory();
    machines.run(current -> {
      Mempools pools = current.mempools();
      Mempool pool = memory.pool(current, 4);
      assertThat(pools.mempoolResize(pool, 10)).isZero();
      assertThat(pool.currNr()).isEqualTo(10);
      assertThat(pools.mempoolResize(pool, 3)).isZero();
      assertThat(pool.currNr()).isEqualTo(3);
      assertThat(pool.minNr()).isEqualTo(3);
      assertThat(memory.freed).hasSize(7).doesNotHaveDuplicates();
      assertThatThrownBy(() -> pools.mempoolResize(pool, 0))
          .isInstanceOf(EmulatedOops.class)
          .hasMessageStartingWith("kernel BUG at mm/mempool.c");
    });
  }

  @ParameterizedTest
  @EnumSource
  void aReserveThatGrowsWithoutMemoryIsFilledByWhoFrees(Machines machines) {
    Memory memory = new Memory();
    machines.run(current -> {
      Mempools pools = current.mempools();
      Mempool pool = memory.pool(current, 1);
      long element = pools.mempoolAlloc(pool, Gfp.KERNEL);
      memory.isEmpty.set(true);
      assertThat(pools.mempoolResize(pool, 2)).isZero();
      assertThat(pool.currNr()).isEqualTo(1);
      pools.mempoolFree(element, pool);
      assertThat(pool.currNr()).isEqualTo(2);
      assertThat(memory.freed).isEmpty();
      assertThat(pools.mempoolResize(pool, 1 << 28)).isEqualTo(-12);
      assertThat(pool.minNr()).isEqualTo(2);
    });
  }

  // ---- debugging: poison in the reserve, and the cases of mm/kasan/kasan_test.c

  private static final int SIZE = 128;

  /// Pools of both slab backends, each with a full reserve.
  private static List<Mempool> slabPools(Task current) {
    KmemCache cache =
        HotplugRun.created(current, new CacheRequest("mempool_cache", SIZE, 0, 0, false));
    return List.of(
        made(current.mempools().mempoolCreateKmallocPool(1, SIZE)),
        made(current.mempools().mempoolCreateSlabPool(1, cache)));
  }

  /// Makes the reserve larger by an element of which the test knows where it is: the one that was
  /// freed last.
  private static long growByKnown(Task current, Mempool pool) {
    long element = current.mempools().mempoolAlloc(pool, Gfp.KERNEL);
    current.mempools().mempoolFree(element, pool);
    current.mempools().mempoolResize(pool, 2);
    byte[] poison = current.contents().read(element, SIZE);
    assertThat(Arrays.copyOf(poison, SIZE - 1)).containsOnly(0x6b);
    assertThat(poison[SIZE - 1]).isEqualTo((byte) 0xa5);
    return element;
  }

  private static void assertReported(List<String> log, String beginning) {
    assertThat(log.stream().filter(line -> line.startsWith("BUG ")).toList())
        .hasSize(2)
        .allMatch(line -> line.contains(beginning));
  }

  @ParameterizedTest
  @EnumSource
  void elementsOfTheReserveArePoisonedWhenDebuggingIsOn(Machines machines) {
    List<String> log =
        runDebugged(
            machines,
            current -> {
              for (Mempool pool : slabPools(current)) {
                growByKnown(current, pool);
                current.mempools().mempoolDestroy(pool);
              }
            });

    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void mempool_kmalloc_uaf_mempool_slab_uaf(Machines machines) {
    List<String> log =
        runDebugged(
            machines,
            current -> {
              for (Mempool pool : slabPools(current)) {
                long element = growByKnown(current, pool);
                current.contents().write(element + 20, new byte[] {'x'});
                current.mempools().mempoolResize(pool, 1);
              }
            });

    assertThat(log.stream().filter(l -> l.equals("BUG: mempool element poison mismatch")))
        .hasSize(2);
    assertThat(log.stream().filter(l -> l.startsWith("Mempool 0x") && l.endsWith(" size 128")))
        .hasSize(2);
    assertThat(log.stream().filter(l -> l.startsWith(" nr=1 @ 0x")))
        .hasSize(2)
        .allMatch(l -> l.endsWith(": ... 0x6b 6b 6b 6b 6b 6b 6b 6b 78 6b 6b 6b 6b 6b 6b 6b ..."));
  }

  @ParameterizedTest
  @EnumSource
  void mempool_kmalloc_oob_right_mempool_slab_oob_right(Machines machines) {
    List<String> log =
        runDebugged(
            machines,
            current -> {
              for (Mempool pool : slabPools(current)) {
                long element = current.mempools().mempoolAlloc(pool, Gfp.KERNEL);
                assertThatThrownBy(() -> current.contents().write(element + SIZE, new byte[1]))
                    .isInstanceOf(AccessFault.class);
                current.contents().unchecked().write(element + SIZE, new byte[1]);
                current.mempools().mempoolFree(element, pool);
              }
            });

    assertReported(log, "Right Redzone overwritten");
  }

  @ParameterizedTest
  @EnumSource
  void mempool_kmalloc_double_free_mempool_slab_double_free(Machines machines) {
    List<String> log =
        runDebugged(
            machines,
            current -> {
              for (Mempool pool : slabPools(current)) {
                long element = current.mempools().mempoolAlloc(pool, Gfp.KERNEL);
                current.mempools().mempoolFree(element, pool);
                current.mempools().mempoolFree(element, pool);
              }
            });

    assertReported(log, "Object already free");
  }

  @ParameterizedTest
  @EnumSource
  void mempool_kmalloc_invalid_free_mempool_slab_invalid_free(Machines machines) {
    List<String> log =
        runDebugged(
            machines,
            current -> {
              for (Mempool pool : slabPools(current)) {
                long element = current.mempools().mempoolAlloc(pool, Gfp.KERNEL);
                current.mempools().mempoolFree(element + 1, pool);
                current.mempools().mempoolFree(element, pool);
              }
            });

    assertReported(log, "Invalid object pointer");
  }
}
