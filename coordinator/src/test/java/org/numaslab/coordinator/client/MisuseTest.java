package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.Completion;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;

/// Mistakes of who allocates and frees, and the kernel's answers.
@Timeout(60)
class MisuseTest {
  private static final int DEBUG = SlabFlags.DEBUG_DEFAULT;
  private static final String NO_SLAB = "virt_to_cache: Object is not a Slab page!";

  private static void stops(ThrowingCallable run, String message) {
    assertThatThrownBy(run).isInstanceOf(EmulatedOops.class).hasMessageContaining(message);
  }

  private static KmemCache cache(Task current, int flags) {
    return CachesTest.make(current, "misused", 1000, flags | SlabFlags.NO_MERGE);
  }

  @ParameterizedTest
  @EnumSource
  void aFreeOfNullIsTold(Machines machines) {
    assertThat(machines.run(current -> current.slab().kmemCacheFree(cache(current, 0), Slab.NULL)))
        .containsExactly(NO_SLAB);
  }

  @ParameterizedTest
  @EnumSource
  void aFreeOfNoMemoryStopsTheMachine(Machines machines) {
    for (long address : new long[] {1L << 40, -4096}) {
      stops(
          () -> machines.run(current -> current.slab().kmemCacheFree(cache(current, 0), address)),
          "page fault: free of");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFreeOfPagesThatAreNoSlabIsToldWhereACacheChecksAndStopsTheMachineElse(Machines machines) {
    assertThat(machines.run(current -> freePages(current, DEBUG))).contains(NO_SLAB);
    stops(() -> machines.run(current -> freePages(current, 0)), "which is no object of misused");
  }

  private static void freePages(Task current, int flags) {
    current
        .slab()
        .kmemCacheFree(cache(current, flags), current.kmalloc().kmalloc(1 << 20, Gfp.KERNEL));
  }

  @ParameterizedTest
  @EnumSource
  void anInteriorPointerIsReportedByADebugCache(Machines machines) {
    for (long inside : new long[] {8, 1}) {
      List<String> log =
          machines.run(current -> {
            KmemCache cache = cache(current, DEBUG);
            long object = current.slab().kmemCacheAlloc(cache, Gfp.KERNEL);
            current.slab().kmemCacheFree(cache, object + inside);
          });
      assertThat(log).anyMatch(line -> line.contains("Invalid object pointer"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInteriorPointerToAnotherNodeStopsTheMachine(Machines machines) {
    AtomicLong object = new AtomicLong();
    Completion taken = new Completion("the object");
    stops(
        () ->
            machines.run(current -> {
              KmemCache cache = cache(current, 0);
              current.kthreadRun(
                  new CpuId(2),
                  "owner",
                  owner -> {
                    object.set(owner.slab().kmemCacheAlloc(cache, Gfp.KERNEL));
                    taken.completeAll();
                  });
              taken.waitForCompletion(current);
              current.slab().kmemCacheFree(cache, object.get() + 8);
            }),
        "which is no object of misused");
  }

  @ParameterizedTest
  @EnumSource
  void anObjectOfAnotherCacheIsToldAndGoesWhereItBelongs(Machines machines) {
    for (int flags : new int[] {0, DEBUG}) {
      List<String> log =
          machines.run(current -> {
            KmemCache wrong = CachesTest.make(current, "wrong", 1000, SlabFlags.NO_MERGE);
            KmemCache right = cache(current, flags);
            long object = current.slab().kmemCacheAlloc(right, Gfp.KERNEL);
            current.slab().kmemCacheFree(wrong, object);
            current.slab().kmemCacheDestroy(right);
          });
      assertThat(log)
          .contains("cache_from_obj: Wrong slab cache. wrong but object is from misused")
          .noneMatch(line -> line.contains("still has objects"));
    }
  }

  private static void freeTwice(Task current, KmemCache cache, int secondCpu) {
    long object = current.slab().kmemCacheAlloc(cache, Gfp.KERNEL);
    current.slab().kmemCacheFree(cache, object);
    Completion freed = new Completion("the second free");
    current.kthreadRun(
        new CpuId(secondCpu),
        "second",
        second -> {
          second.slab().kmemCacheFree(cache, object);
          freed.completeAll();
        });
    freed.waitForCompletion(current);
  }

  @ParameterizedTest
  @EnumSource
  void aDoubleFreeInARowOnOneCpuStopsTheMachine(Machines machines) {
    stops(
        () -> machines.run(current -> freeTwice(current, cache(current, 0), 0)),
        "first on its free list already");
  }

  @ParameterizedTest
  @EnumSource
  void aDoubleFreeIsReportedByADebugCacheFromEveryCpu(Machines machines) {
    for (int cpu : new int[] {0, 1, 2}) {
      List<String> log =
          machines.run(current -> {
            KmemCache cache = cache(current, DEBUG);
            current.slab().kmemCacheAlloc(cache, Gfp.KERNEL);
            freeTwice(current, cache, cpu);
            current.slab().kmemCacheShrink(cache);
          });
      assertThat(log)
          .anyMatch(line -> line.contains("Object already free"))
          .anyMatch(line -> line.contains("Allocated in") && line.contains("pid=1"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDoubleFreeInARowWithinOneBulkStopsTheMachine(Machines machines) {
    // With debug flags too: the list of the bulk is linked before anything is checked.
    for (int flags : new int[] {0, DEBUG}) {
      stops(
          () -> machines.run(current -> bulkTwice(current, flags)),
          "first on its free list already");
    }
  }

  private static void bulkTwice(Task current, int flags) {
    KmemCache cache = cache(current, flags);
    long kept = current.slab().kmemCacheAlloc(cache, Gfp.KERNEL);
    long object = current.slab().kmemCacheAlloc(cache, Gfp.KERNEL);
    assertThat(kept).isNotEqualTo(object);
    current.slab().kmemCacheFreeBulk(cache, 2, new long[] {object, object});
    current.slab().kmemCacheShrink(cache);
  }

  @ParameterizedTest
  @EnumSource
  void bulksOfNothingAndOfNullAreTold(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Slab slab = current.slab();
          KmemCache cache = cache(current, 0);
          assertThat(slab.kmemCacheAllocBulk(cache, Gfp.KERNEL, 0, new long[0])).isZero();
          slab.kmemCacheFreeBulk(cache, 0, new long[0]);
          long object = slab.kmemCacheAlloc(cache, Gfp.KERNEL);
          slab.kmemCacheFreeBulk(cache, 3, new long[] {Slab.NULL, object, Slab.NULL});
          slab.kmemCacheDestroy(cache);
        });
    assertThat(log)
        .containsExactly("WARNING: at mm/slub.c: kmem_cache_free_bulk: !size", NO_SLAB, NO_SLAB);
  }

  @ParameterizedTest
  @EnumSource
  void bulksThatTheArrayDoesNotHoldAreAnError(Machines machines) {
    machines.run(current -> {
      KmemCache cache = cache(current, 0);
      for (int count : new int[] {-1, 3, Integer.MAX_VALUE}) {
        assertThatThrownBy(
                () -> current.slab().kmemCacheAllocBulk(cache, Gfp.KERNEL, count, new long[2]))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("allowed: 0..2");
        assertThatThrownBy(() -> current.slab().kmemCacheFreeBulk(cache, count, new long[2]))
            .isInstanceOf(IllegalArgumentException.class);
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void aBulkThatMemoryDoesNotHoldGivesNone(Machines machines) {
    machines.run(current -> {
      KmemCache cache = CachesTest.make(current, "huge", 1 << 20, SlabFlags.NO_MERGE);
      int count = 200;
      assertThat(
              current
                  .slab()
                  .kmemCacheAllocBulk(cache, Gfp.NOWAIT | Gfp.NOWARN, count, new long[count]))
          .isZero();
      current.slab().kmemCacheDestroy(cache);
    });
  }

  @ParameterizedTest
  @EnumSource
  void aNodeThatThereIsNotIsNoWish(Machines machines) {
    machines.run(current -> {
      KmemCache cache = cache(current, 0);
      for (int node : new int[] {2, 99, -7}) {
        assertThat(current.slab().kmemCacheAllocNode(cache, Gfp.KERNEL, node))
            .isBetween(1L, 64L << 20);
        assertThat(current.kmalloc().kmallocNode(1 << 20, Gfp.KERNEL, node))
            .isNotEqualTo(Slab.NULL);
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void ksizeOfAnObjectThatIsSeenToBeFreeIsTold(Machines machines) {
    List<String> log =
        machines.run(current -> {
          KmemCache cache = cache(current, DEBUG);
          current.slab().kmemCacheAlloc(cache, Gfp.KERNEL);
          long object = current.slab().kmemCacheAlloc(cache, Gfp.KERNEL);
          current.slab().kmemCacheFree(cache, object);
          current.slab().kmemCacheShrink(cache);
          assertThat(current.kmalloc().ksize(object)).isZero();
        });
    assertThat(log).hasSize(1).first().asString().contains("use-after-free in ksize");
  }

  @ParameterizedTest
  @EnumSource
  void kfreeTakesObjectsOfAnyCache(Machines machines) {
    List<String> log =
        machines.run(current -> {
          KmemCache cache = cache(current, 0);
          current.kmalloc().kfree(current.slab().kmemCacheAlloc(cache, Gfp.KERNEL));
          current.slab().kmemCacheDestroy(cache);
        });
    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void kfreeWithinPagesStopsTheMachine(Machines machines) {
    for (long inside : new long[] {8, 4096}) {
      stops(
          () ->
              machines.run(current ->
                  current.kmalloc().kfree(current.kmalloc().kmalloc(1 << 20, Gfp.KERNEL) + inside)),
          "where no pages begin that kmalloc handed out");
    }
  }

  @ParameterizedTest
  @EnumSource
  void kreallocClearsNoMoreThanWhatIsNew(Machines machines) {
    machines.run(current -> {
      Kmalloc heap = current.kmalloc();
      assertThat(heap.krealloc(Slab.NULL, 0, Gfp.KERNEL)).isEqualTo(Kmalloc.ZERO_SIZE_PTR);
      long address = heap.kmallocNode(64, Gfp.KERNEL, 1);
      current.contents().fill(address, 64, (byte) 0x5c);
      assertThat(heap.krealloc(address, 10, Gfp.KERNEL)).isEqualTo(address);
      long grown = heap.krealloc(address, 256, Gfp.KERNEL | Gfp.ZERO);
      assertThat(current.contents().read(grown, 64)).containsOnly(0x5c);
      assertThat(current.contents().read(grown + 64, 192)).containsOnly(0);
    });
  }
}
