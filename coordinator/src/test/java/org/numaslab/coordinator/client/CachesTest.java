package org.numaslab.coordinator.client;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.Field;
import org.numaslab.cpu.client.KernelPanic;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.SlabFlags;

/// Caches come, are used and go: kmem_cache_* with every argument that there is.
@Timeout(60)
class CachesTest {

  static KmemCache make(Task current, String name, int size, int flags) {
    return there(current.slab().kmemCacheCreate(name, size, 0, flags, null));
  }

  private static KmemCache there(@Nullable KmemCache cache) {
    if (cache == null) {
      throw new AssertionError("no cache");
    }
    return cache;
  }

  @ParameterizedTest
  @EnumSource
  void anObjectIsTakenAndGivenBack(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Slab slab = current.slab();
          KmemCache cache = make(current, "objects", 100, 0);
          assertThat(slab.kmemCacheSize(cache)).isEqualTo(100);
          long object = slab.kmemCacheAlloc(cache, Gfp.KERNEL);
          current.contents().fill(object, 100, (byte) 1);
          slab.kmemCacheFree(cache, object);
          long zeros = slab.kmemCacheZalloc(cache, Gfp.KERNEL);
          assertThat(current.contents().read(zeros, 100)).containsOnly(0);
          slab.kmemCacheFree(cache, zeros);
          slab.kmemCacheDestroy(cache);
        });
    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anObjectComesFromTheNodeThatIsNamed(Machines machines) {
    machines.run(current -> {
      KmemCache cache = make(current, "objects", 256, 0);
      for (int node = 0; node < 2; node++) {
        long object = current.slab().kmemCacheAllocNode(cache, Gfp.KERNEL, node);
        assertThat(object >>> 26).isEqualTo(node);
        current.slab().kmemCacheFree(cache, object);
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void bulkAllocationGivesAllOrNone(Machines machines) {
    machines.run(current -> {
      Slab slab = current.slab();
      KmemCache cache = make(current, "objects", 4096, 0);
      long[] objects = new long[100];
      assertThat(slab.kmemCacheAllocBulk(cache, Gfp.KERNEL, 100, objects)).isEqualTo(100);
      assertThat(objects).doesNotHaveDuplicates().doesNotContain(Slab.NULL);
      slab.kmemCacheFreeBulk(cache, 100, objects);
      assertThat(slab.kmemCacheAllocBulk(cache, Gfp.KERNEL, 0, objects)).isZero();
      long[] more = new long[1 << 16];
      assertThat(slab.kmemCacheAllocBulk(cache, Gfp.NOWAIT | Gfp.NOWARN, more.length, more))
          .isZero();
      assertThatThrownBy(() -> slab.kmemCacheAllocBulk(cache, Gfp.KERNEL, 101, objects))
          .isInstanceOf(IllegalArgumentException.class);
      slab.kmemCacheDestroy(cache);
    });
  }

  @ParameterizedTest
  @EnumSource
  void aConstructorRunsOncePerObjectOfASlabAndWhatItWroteStays(Machines machines) {
    machines.run(current -> {
      Slab slab = current.slab();
      KmemCache cache =
          there(
              slab.kmemCacheCreate(
                  "built", 64, 0, 0, (memory, object) -> memory.store(object, 0x6f6b)));
      for (int node = 0; node < 2; node++) {
        long object = slab.kmemCacheAllocNode(cache, Gfp.KERNEL, node);
        assertThat(current.contents().readLong(object)).isEqualTo(0x6f6b);
        current.contents().writeLong(object, 7);
        slab.kmemCacheFree(cache, object);
        assertThat(slab.kmemCacheAllocNode(cache, Gfp.KERNEL, node)).isEqualTo(object);
        assertThat(current.contents().readLong(object)).isEqualTo(7);
        slab.kmemCacheFree(cache, object);
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void aStructureIsACacheAndItsFieldsAreReadAndWritten(Machines machines) {
    StructLayout layout =
        MemoryLayout.structLayout(
                JAVA_LONG.withName("state"),
                JAVA_INT.withName("pid"),
                JAVA_INT.withName("flags"),
                JAVA_SHORT.withName("prio"),
                JAVA_BYTE.withName("on_cpu"),
                MemoryLayout.paddingLayout(45))
            .withName("task_struct")
            .withByteAlignment(64);
    Field state = Field.of(layout, "state");
    Field pid = Field.of(layout, "pid");
    Field flags = Field.of(layout, "flags");
    Field prio = Field.of(layout, "prio");
    Field onCpu = Field.of(layout, "on_cpu");
    assertThat(onCpu.offset()).isEqualTo(18);
    machines.run(current -> {
      Slab slab = current.slab();
      KmemCache cache = there(slab.kmemCacheCreate(layout, SlabFlags.PANIC));
      assertThat(cache.name()).isEqualTo("task_struct");
      assertThat(slab.kmemCacheSize(cache)).isEqualTo(64);
      for (int node = 0; node < 2; node++) {
        long task = slab.kmemCacheAllocNode(cache, Gfp.KERNEL | Gfp.ZERO, node);
        assertThat(task % 64).isZero();
        pid.setInt(current, task, 4711);
        state.setLong(current, task, -1);
        assertThat(pid.getInt(current, task)).isEqualTo(4711);
        assertThat(state.getLong(current, task)).isEqualTo(-1);
        prio.setInt(current, task, -20);
        onCpu.setInt(current, task, 1);
        assertThat(prio.getInt(current, task)).isEqualTo(-20);
        assertThat(onCpu.getLong(current, task)).isEqualTo(1);
        assertThat(flags.getInt(current, task)).isZero();
        slab.kmemCacheFree(cache, task);
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void flagsMakeTheCacheThatTheyAskFor(Machines machines) {
    machines.run(current -> {
      KmemCache aligned = make(current, "aligned", 70, SlabFlags.HWCACHE_ALIGN);
      assertThat(aligned.geometry().size()).isEqualTo(128);
      KmemCache dma = make(current, "dma", 64, SlabFlags.CACHE_DMA);
      long low = current.slab().kmemCacheAlloc(dma, Gfp.KERNEL);
      assertThat(low).isPositive().isLessThan(16 << 20);
      current.slab().kmemCacheFree(dma, low);
      KmemCache dma32 = make(current, "dma32", 64, SlabFlags.CACHE_DMA32);
      assertThat(dma32.geometry().allocFlags() & Gfp.DMA32).isNotZero();
      KmemCache reclaimed = make(current, "reclaimed", 64, SlabFlags.RECLAIM_ACCOUNT);
      assertThat(reclaimed.geometry().allocFlags() & Gfp.RECLAIMABLE).isNotZero();
      KmemCache accounted = make(current, "accounted", 64, SlabFlags.ACCOUNT);
      assertThat(accounted.geometry().flags() & SlabFlags.ACCOUNT).isNotZero();
      KmemCache spread = make(current, "spread", 72, SlabFlags.MEM_SPREAD);
      assertThat(spread.geometry().flags() & SlabFlags.MEM_SPREAD).isZero();
    });
  }

  @ParameterizedTest
  @EnumSource
  void requestsThatFitAnOlderCacheJoinIt(Machines machines) {
    machines.run(current -> {
      Slab slab = current.slab();
      KmemCache first = make(current, "first", 200, 0);
      KmemCache second = make(current, "second", 200, 0);
      assertThat(second.id()).isEqualTo(first.id());
      KmemCache alone = make(current, "alone", 200, SlabFlags.NOLEAKTRACE);
      assertThat(alone.id()).isNotEqualTo(first.id());
      long object = slab.kmemCacheAlloc(first, Gfp.KERNEL);
      slab.kmemCacheDestroy(second);
      slab.kmemCacheFree(first, object);
      slab.kmemCacheDestroy(first);
      assertThatThrownBy(() -> slab.kmemCacheAlloc(first, Gfp.KERNEL))
          .isInstanceOf(EmulatedOops.class);
    });
  }

  @ParameterizedTest
  @EnumSource
  void shrinkingGivesEmptySlabsBack(Machines machines) {
    machines.run(current -> {
      Slab slab = current.slab();
      KmemCache cache = make(current, "objects", 1024, 0);
      long[] objects = new long[64];
      slab.kmemCacheAllocBulk(cache, Gfp.KERNEL, 64, objects);
      slab.kmemCacheFreeBulk(cache, 63, objects);
      assertThat(slab.kmemCacheShrink(cache)).isTrue();
      slab.kmemCacheFree(cache, objects[63]);
      assertThat(slab.kmemCacheShrink(cache)).isFalse();
    });
  }

  // ---- what is refused

  @ParameterizedTest
  @EnumSource
  void impossibleRequestsAreRefusedAsTheKernelRefusesThem(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Slab slab = current.slab();
          assertThat(slab.kmemCacheCreate(null, 64, 0, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("", 64, 0, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("x".repeat(256), 64, 0, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("none", 0, 0, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("less", -8, 0, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("more", (4 << 20) + 1, 0, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("over", Long.MAX_VALUE, 1 << 20, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("odd", 64, 24, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("back", 64, -8, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("wide", 64, 8 << 20, 0, null)).isNull();
          assertThat(slab.kmemCacheCreate("flags", 64, 0, 1, null)).isNull();
        });
    assertThat(log.stream().filter(line -> line.endsWith("failed with error -22"))).hasSize(11);
    assertThat(log)
        .startsWith(
            "kmem_cache_create(null) integrity check failed",
            "kmem_cache_create_usercopy(null) failed with error -22")
        .contains("kmem_cache_create_usercopy(odd) failed with error -22");
  }

  @ParameterizedTest
  @EnumSource
  void aNameOfACacheOfItsOwnIsTakenUntilItIsDestroyed(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Slab slab = current.slab();
          KmemCache cache = there(slab.kmemCacheCreate("mine", 64, 0, SlabFlags.POISON, null));
          assertThat(slab.kmemCacheCreate("mine", 64, 0, SlabFlags.POISON, null)).isNull();
          slab.kmemCacheDestroy(cache);
          there(slab.kmemCacheCreate("mine", 64, 0, SlabFlags.POISON, null));
        });
    assertThat(log)
        .containsExactly(
            "sysfs: cannot create duplicate filename '/kernel/slab/mine'",
            "kmem_cache_create_usercopy(mine) failed with error -17");
  }

  @ParameterizedTest
  @EnumSource
  void aSeparatorInANameStandsAsAnExclamationMark(Machines machines) {
    machines.run(
        current -> assertThat(make(current, "a/b", 64, SlabFlags.POISON).name()).isEqualTo("a!b"));
  }

  @ParameterizedTest
  @EnumSource
  void aRegionForUserspaceMustLieInTheObject(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Slab slab = current.slab();
          there(slab.kmemCacheCreateUsercopy("whole", 64, 0, 0, 0, 64, null));
          there(slab.kmemCacheCreateUsercopy("beyond", 64, 0, 0, 8, 64, null));
          there(slab.kmemCacheCreateUsercopy("before", 64, 0, 0, -8, 16, null));
        });
    assertThat(log)
        .containsExactly(
            "WARNING: mm/slab_common.c kmem_cache_create_usercopy: bad usercopy region of beyond",
            "WARNING: mm/slab_common.c kmem_cache_create_usercopy: bad usercopy region of before");
  }

  @ParameterizedTest
  @EnumSource
  void aConstructorSwitchesThePoisonOfObjectsOff(Machines machines) {
    machines.run(current -> {
      Slab slab = current.slab();
      KmemCache cache =
          there(
              slab.kmemCacheCreate(
                  "built",
                  64,
                  0,
                  SlabFlags.POISON,
                  (memory, object) -> memory.store(object, 0x6f6b)));
      long object = slab.kmemCacheAlloc(cache, Gfp.KERNEL);
      assertThat(current.contents().readLong(object)).isEqualTo(0x6f6b);
      slab.kmemCacheFree(cache, object);
    });
  }

  @ParameterizedTest
  @EnumSource
  void aKernelThatCannotHaveACacheWithPanicPanics(Machines machines) {
    assertThatThrownBy(() ->
            machines.run(
                current -> current.slab().kmemCacheCreate("vital", 0, 0, SlabFlags.PANIC, null)))
        .isInstanceOf(KernelPanic.class)
        .hasMessage(
            "Kernel panic - not syncing: kmem_cache_create_usercopy: Failed to create slab 'vital'."
                + " Error -22");
  }

  // ---- the end of a cache

  @ParameterizedTest
  @EnumSource
  void destroyingNothingIsNothing(Machines machines) {
    machines.run(current -> current.slab().kmemCacheDestroy(null));
  }

  @ParameterizedTest
  @EnumSource
  void aCacheThatIsGoneMustNotBeUsed(Machines machines) {
    machines.run(current -> {
      Slab slab = current.slab();
      KmemCache cache = make(current, "short", 64, SlabFlags.NOLEAKTRACE);
      long object = slab.kmemCacheAlloc(cache, Gfp.KERNEL);
      slab.kmemCacheFree(cache, object);
      slab.kmemCacheDestroy(cache);
      assertUseAfterFree("kmem_cache_destroy", () -> slab.kmemCacheDestroy(cache));
      assertUseAfterFree("kmem_cache_alloc", () -> slab.kmemCacheAlloc(cache, Gfp.KERNEL));
      assertUseAfterFree("kmem_cache_free", () -> slab.kmemCacheFree(cache, object));
      assertUseAfterFree("kmem_cache_shrink", () -> slab.kmemCacheShrink(cache));
      assertUseAfterFree("kmem_cache_size", () -> slab.kmemCacheSize(cache));
      assertUseAfterFree(
          "kmem_cache_alloc_bulk",
          () -> slab.kmemCacheAllocBulk(cache, Gfp.KERNEL, 1, new long[1]));
      assertUseAfterFree(
          "kmem_cache_free_bulk", () -> slab.kmemCacheFreeBulk(cache, 1, new long[] {object}));
    });
  }

  private static void assertUseAfterFree(String function, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(EmulatedOops.class)
        .hasMessage("BUG: KASAN: use-after-free in " + function + ": the cache short is destroyed");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAliveWhenItsCacheIsDestroyedIsListedAndStays(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Slab slab = current.slab();
          KmemCache cache = make(current, "kept", 64, SlabFlags.NOLEAKTRACE);
          long object = slab.kmemCacheAlloc(cache, Gfp.KERNEL);
          slab.kmemCacheDestroy(cache);
          current.contents().writeLong(object, 1);
        });
    assertThat(log.toString())
        .contains("BUG kept")
        .contains("Objects remaining in kept on __kmem_cache_shutdown()")
        .contains("kmem_cache_destroy kept: Slab cache still has objects");
  }

  @ParameterizedTest
  @EnumSource
  void aCacheThatIsDestroyedWhileOthersAllocateEndsForThem(Machines machines) {
    KmemCache[] cache = new KmemCache[1];
    int[] ended = new int[1];
    machines.runAll(
        List.of(
            current -> {
              cache[0] = make(current, "shared", 64, SlabFlags.NOLEAKTRACE);
              for (int i = 0; i < 50; i++) {
                current.condResched();
              }
              current.slab().kmemCacheDestroy(cache[0]);
            },
            current -> {},
            current -> {
              for (int i = 0; i < 10_000 && ended[0] == 0; i++) {
                KmemCache shared = cache[0];
                if (shared != null) {
                  try {
                    current
                        .slab()
                        .kmemCacheFree(shared, current.slab().kmemCacheAlloc(shared, Gfp.KERNEL));
                  } catch (EmulatedOops gone) {
                    assertThat(gone).hasMessageContaining("the cache shared is destroyed");
                    ended[0]++;
                  }
                }
                current.condResched();
              }
            }));
  }
}
