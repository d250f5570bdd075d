package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.cpu.cache.TinyMachine.ANY;
import static org.numaslab.cpu.cache.TinyMachine.geometry;
import static org.numaslab.node.cache.Stat.ALLOC_FASTPATH;
import static org.numaslab.node.cache.Stat.CMPXCHG_DOUBLE_CPU_FAIL;
import static org.numaslab.node.cache.Stat.CMPXCHG_DOUBLE_FAIL;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_DRAIN;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_FREE;
import static org.numaslab.node.cache.Stat.DEACTIVATE_EMPTY;
import static org.numaslab.node.cache.Stat.FREE_ADD_PARTIAL;
import static org.numaslab.node.cache.Stat.FREE_FASTPATH;
import static org.numaslab.node.cache.Stat.FREE_FROZEN;
import static org.numaslab.node.cache.Stat.FREE_REMOVE_PARTIAL;
import static org.numaslab.node.cache.Stat.FREE_SLAB;
import static org.numaslab.node.cache.Stat.FREE_SLOWPATH;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.SlabFlags;

/// Each way in which 6.1 takes an object back, with all 26 counters: `do_slab_free`, `__slab_free`,
/// `put_cpu_partial` and `__unfreeze_partials` of mm/slub.c.
class FreePathsTest {
  private final TinyMachine machine = new TinyMachine();
  private final CacheId cache = machine.cache();

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void anObjectOfTheCurrentSlabGoesOnTheFreeList() {
    long object = machine.alloc(0, cache);
    machine.counts(0, cache, () -> machine.free(0, cache, object), FREE_FASTPATH, 1);
    assertThat(machine.freeListOf(0, cache)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void aPreemptedFreeLosesAndTriesAgain() {
    long object = machine.alloc(0, cache);
    machine.counts(
        0,
        cache,
        () -> machine.cpus.getFirst().freeInterrupted(cache, object, () -> machine.alloc(0, cache)),
        ALLOC_FASTPATH,
        1,
        FREE_FASTPATH,
        1,
        CMPXCHG_DOUBLE_CPU_FAIL,
        1);
    assertThat(machine.freeListOf(0, cache)).containsExactly(0, 2, 3);
  }

  @Test
  void anotherCpusCurrentSlabStaysItsOwn() {
    long object = machine.alloc(0, cache);
    machine.counts(
        1, cache, () -> machine.free(1, cache, object), FREE_SLOWPATH, 1, FREE_FROZEN, 1);
    assertThat(machine.listOf(8, cache)).containsExactly(0);
    assertThat(machine.freeListOf(0, cache)).containsExactly(1, 2, 3);
  }

  @Test
  void aSlabOfSomebodysPartialListStaysThere() {
    long[] objects = machine.fillSlabs(0, cache, 2);
    machine.free(0, cache, objects[0]);
    assertThat(machine.cpuPartial(0, cache)).containsExactly(8L);
    machine.counts(
        1, cache, () -> machine.free(1, cache, objects[1]), FREE_SLOWPATH, 1, FREE_FROZEN, 1);
    machine.counts(
        0, cache, () -> machine.free(0, cache, objects[2]), FREE_SLOWPATH, 1, FREE_FROZEN, 1);
    assertThat(machine.listOf(8, cache)).containsExactly(2, 1, 0);
  }

  @Test
  void aFullSlabGoesOnTheFreeingCpusList() {
    long[] objects = machine.fillSlabs(0, cache, 2);
    machine.counts(
        1, cache, () -> machine.free(1, cache, objects[2]), FREE_SLOWPATH, 1, CPU_PARTIAL_FREE, 1);
    assertThat(machine.cpuPartial(1, cache)).containsExactly(8L);
    assertThat(machine.partial(0, cache)).isEmpty();
  }

  @Test
  void aFullListIsDrainedToTheTailBeforeTheNewSlab() {
    long[] objects = machine.fillSlabs(0, cache, 5);
    machine.listByFreeing(1, cache, objects[0]);
    machine.free(1, cache, objects[4], objects[8]);
    assertThat(machine.cpuPartial(1, cache)).containsExactly(10L, 9L);
    machine.counts(
        1,
        cache,
        () -> machine.free(1, cache, objects[12]),
        FREE_SLOWPATH,
        1,
        CPU_PARTIAL_FREE,
        1,
        CPU_PARTIAL_DRAIN,
        1,
        FREE_ADD_PARTIAL,
        2);
    assertThat(machine.cpuPartial(1, cache)).containsExactly(11L);
    assertThat(machine.partial(0, cache)).containsExactly(8L, 10L, 9L);
  }

  @Test
  void theListMayBeAsLongAsTheLimitAndALimitOfZeroHoldsOne() {
    for (int limit = 0; limit <= 4; limit++) {
      int objectsOfLimit = limit * TinyMachine.OBJECTS / 2;
      CacheId c = machine.cache(known -> known.withCpuPartial(objectsOfLimit));
      long[] objects = machine.fillSlabs(0, c, 7);
      int longest = Math.max(1, limit);
      for (int i = 0; i < longest; i++) {
        machine.free(1, c, objects[4 * i]);
      }
      assertThat(machine.cpuPartial(1, c)).hasSize(longest);
      machine.counts(
          1,
          c,
          () -> machine.free(1, c, objects[4 * longest]),
          FREE_SLOWPATH,
          1,
          CPU_PARTIAL_FREE,
          1,
          CPU_PARTIAL_DRAIN,
          1,
          FREE_ADD_PARTIAL,
          longest);
      assertThat(machine.cpuPartial(1, c)).hasSize(1);
    }
  }

  @Test
  void drainedSlabsThatAreEmptyGoBackOnceTheNodeHasEnough() {
    long[] objects = machine.fillSlabs(0, cache, 6);
    machine.listByFreeing(1, cache, objects[0], objects[4]);
    machine.free(1, cache, objects[8], objects[9], objects[10], objects[11], objects[12]);
    machine.counts(
        1,
        cache,
        () -> machine.free(1, cache, objects[16]),
        FREE_SLOWPATH,
        1,
        CPU_PARTIAL_FREE,
        1,
        CPU_PARTIAL_DRAIN,
        1,
        FREE_ADD_PARTIAL,
        1,
        DEACTIVATE_EMPTY,
        1,
        FREE_SLAB,
        1);
    assertThat(machine.nature.givenBack).containsExactly(10L);
    assertThat(machine.partial(0, cache)).containsExactly(8L, 9L, 11L);
  }

  @Test
  void drainedSlabsThatAreEmptyStayWhileTheNodeHasFew() {
    long[] objects = machine.fillSlabs(0, cache, 5);
    machine.listByFreeing(1, cache, objects[0]);
    machine.free(1, cache, objects[4], objects[5], objects[6], objects[7]);
    machine.free(1, cache, objects[8], objects[9], objects[10], objects[11]);
    machine.counts(
        1,
        cache,
        () -> machine.free(1, cache, objects[12]),
        FREE_SLOWPATH,
        1,
        CPU_PARTIAL_FREE,
        1,
        CPU_PARTIAL_DRAIN,
        1,
        FREE_ADD_PARTIAL,
        1,
        DEACTIVATE_EMPTY,
        1,
        FREE_SLAB,
        1);
    assertThat(machine.partial(0, cache)).as("10 made it two, so 9 went").containsExactly(8L, 10L);
    assertThat(machine.nature.givenBack).containsExactly(9L);
  }

  @Test
  void aFullSlabOfACacheWithoutCpuListsGoesToTheTail() {
    CacheId c =
        machine.cache(geometry(1024, 0, 0, SlabFlags.CONSISTENCY_CHECKS), null, false, k -> k);
    long[] objects = machine.fillSlabs(0, c, 3);
    machine.counts(
        1, c, () -> machine.free(1, c, objects[4]), FREE_SLOWPATH, 1, FREE_ADD_PARTIAL, 1);
    machine.counts(
        1, c, () -> machine.free(1, c, objects[0]), FREE_SLOWPATH, 1, FREE_ADD_PARTIAL, 1);
    assertThat(machine.partial(0, c)).containsExactly(9L, 8L);
  }

  @Test
  void theOnlyObjectOfASlabWithoutCpuListsEmptiesItAtOnce() {
    CacheId c =
        machine.cache(
            geometry(4096, 0, 0, SlabFlags.CONSISTENCY_CHECKS),
            null,
            false,
            known -> known.withMinPartial(0));
    long[] objects = machine.fillSlabs(0, c, 2);
    machine.counts(1, c, () -> machine.free(1, c, objects[0]), FREE_SLOWPATH, 1, FREE_SLAB, 1);
    assertThat(machine.nature.givenBack).containsExactly(8L);
  }

  @Test
  void theOnlyObjectOfASlabFreezesItForTheFreer() {
    CacheId c = machine.cache(geometry(4096, 0, 0, 0), null, false, k -> k);
    long[] objects = machine.fillSlabs(0, c, 2);
    machine.counts(
        1, c, () -> machine.free(1, c, objects[0]), FREE_SLOWPATH, 1, CPU_PARTIAL_FREE, 1);
    assertThat(machine.cpuPartial(1, c)).containsExactly(8L);
  }

  @Test
  void aListedSlabThatStaysPartialStaysWhereItIs() {
    long[] objects = machine.fillSlabs(0, cache, 3);
    machine.listByFreeing(1, cache, objects[0], objects[4]);
    machine.sent.clear();
    machine.counts(1, cache, () -> machine.free(1, cache, objects[1]), FREE_SLOWPATH, 1);
    assertThat(machine.sent).as("the cpu does it alone").isEmpty();
    assertThat(machine.partial(0, cache)).containsExactly(8L, 9L);
    assertThat(machine.listOf(8, cache)).containsExactly(1, 0);
  }

  @Test
  void theLastObjectTakesTheSlabOffALongList() {
    long[] objects = machine.fillSlabs(0, cache, 3);
    machine.listByFreeing(1, cache, objects[0], objects[4]);
    machine.free(1, cache, objects[1], objects[2]);
    machine.counts(
        1,
        cache,
        () -> machine.free(1, cache, objects[3]),
        FREE_SLOWPATH,
        1,
        FREE_REMOVE_PARTIAL,
        1,
        FREE_SLAB,
        1);
    assertThat(machine.partial(0, cache)).containsExactly(9L);
    assertThat(machine.nature.givenBack).containsExactly(8L);
    assertThat(machine.half(0, cache).nrSlabs()).isEqualTo(2);
  }

  @Test
  void theLastObjectLeavesTheSlabOnAShortList() {
    long[] objects = machine.fillSlabs(0, cache, 2);
    machine.listByFreeing(1, cache, objects[0]);
    machine.free(1, cache, objects[1], objects[2]);
    machine.counts(1, cache, () -> machine.free(1, cache, objects[3]), FREE_SLOWPATH, 1);
    assertThat(machine.partial(0, cache)).containsExactly(8L);
    assertThat(machine.nature.givenBack).isEmpty();
  }

  @Test
  void aFreeThatLosesTheExchangeIsRepeated() {
    long[] objects = machine.fillSlabs(0, cache, 2);
    machine.listByFreeing(1, cache, objects[0]);
    FrameTable mine = machine.framesOfCpu.get(1);
    mine.interruptExchanges(frame -> {
      mine.interruptExchanges(null);
      machine.cpus.getFirst().free(cache, objects[2]);
    });
    machine.countsInterrupted(
        1,
        cache,
        () -> machine.free(1, cache, objects[1]),
        FREE_SLOWPATH,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1);
    assertThat(machine.listOf(8, cache)).containsExactly(1, 2, 0);
  }

  @Test
  void aRaceForAFullSlabFreezesItForOneOfBoth() {
    long[] objects = machine.fillSlabs(0, cache, 2);
    FrameTable mine = machine.framesOfCpu.get(1);
    mine.interruptExchanges(frame -> {
      mine.interruptExchanges(null);
      machine.cpus.getFirst().free(cache, objects[2]);
    });
    machine.countsInterrupted(
        1,
        cache,
        () -> machine.free(1, cache, objects[1]),
        FREE_SLOWPATH,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1,
        FREE_FROZEN,
        1);
    assertThat(machine.cpuPartial(0, cache)).containsExactly(8L);
    assertThat(machine.cpuPartial(1, cache)).isEmpty();
  }

  @Test
  void aFreeAtTheNodeThatLosesTheExchangeIsRepeatedThere() {
    long[] objects = machine.fillSlabs(0, cache, 2);
    machine.listByFreeing(1, cache, objects[0]);
    FrameTable nodes = machine.framesOfNode.getFirst();
    nodes.interruptExchanges(frame -> {
      nodes.interruptExchanges(null);
      machine.cpus.getFirst().free(cache, objects[2]);
    });
    machine.countsInterrupted(
        2,
        cache,
        () -> machine.free(2, cache, objects[1]),
        FREE_SLOWPATH,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1);
    assertThat(machine.listOf(8, cache)).containsExactly(1, 2, 0);
  }

  // ---- bulk

  @Test
  void aBulkFreeIsOneFreePerSlab() {
    long[] objects = machine.fillSlabs(0, cache, 3);
    machine.counts(
        1,
        cache,
        () -> machine.freeBulk(1, cache, objects[0], objects[1], objects[4], objects[5]),
        FREE_SLOWPATH,
        2,
        CPU_PARTIAL_FREE,
        2);
    assertThat(machine.listOf(8, cache)).as("the last element first").containsExactly(1, 0);
    assertThat(machine.listOf(9, cache)).containsExactly(1, 0);
    assertThat(machine.cpuPartial(1, cache)).as("from the array's end").containsExactly(8L, 9L);
  }

  @Test
  void aBulkFreeToTheCurrentSlabCountsOnce() {
    long[] objects = machine.fillSlabs(0, cache, 1);
    machine.counts(0, cache, () -> machine.freeBulk(0, cache, objects.clone()), FREE_FASTPATH, 1);
    assertThat(machine.freeListOf(0, cache)).containsExactly(3, 2, 1, 0);
  }

  @Test
  void theSearchForMoreOfTheSlabGoesPastTwoForeignObjects() {
    long[] a = machine.fillSlabs(0, cache, 1);
    long[] b = machine.fillSlabs(0, cache, 1);
    machine.fillSlabs(0, cache, 1);
    machine.counts(
        1,
        cache,
        () -> machine.freeBulk(1, cache, a[0], b[0], b[1], a[1]),
        FREE_SLOWPATH,
        2,
        CPU_PARTIAL_FREE,
        2);
    assertThat(machine.listOf(8, cache)).containsExactly(1, 0);
    assertThat(machine.listOf(9, cache)).as("swapped to the front").containsExactly(0, 1);
  }

  @Test
  void theSearchForMoreOfTheSlabEndsAtTheThirdForeignObject() {
    long[] a = machine.fillSlabs(0, cache, 1);
    long[] b = machine.fillSlabs(0, cache, 1);
    machine.fillSlabs(0, cache, 1);
    machine.counts(
        1,
        cache,
        () -> machine.freeBulk(1, cache, a[0], b[0], b[1], b[2], a[1]),
        FREE_SLOWPATH,
        3,
        CPU_PARTIAL_FREE,
        2,
        FREE_FROZEN,
        1);
    assertThat(machine.listOf(8, cache)).containsExactly(0, 1);
    assertThat(machine.listOf(9, cache)).containsExactly(2, 1, 0);
  }

  @Test
  void runsOfSeveralNodesTakeEffectInTheOrderOfTheArray() {
    long[] near = machine.fillSlabs(0, cache, 3);
    long[] far = machine.fillSlabs(2, cache, 3);
    machine.freeBulk(1, cache, near[0], far[0], near[4], far[4]);
    assertThat(machine.cpuPartial(1, cache)).containsExactly(8L, 64L);
    assertThat(machine.partial(0, cache)).containsExactly(9L);
    assertThat(machine.partial(1, cache)).containsExactly(65L);
  }

  @Test
  void aFreeOfNoObjectIsNoticedAtItsHome() {
    long object = machine.alloc(2, cache);
    assertThatThrownBy(() -> machine.free(0, cache, object + 8))
        .isInstanceOf(EmulatedOops.class)
        .hasMessageContaining("no object of t0");
  }

  @Test
  void aMemorylessCpuFreesEverythingRemotely() {
    long object = machine.alloc(6, cache, ANY, Gfp.KERNEL);
    machine.counts(6, cache, () -> machine.free(6, cache, object), FREE_FASTPATH, 1);
    long[] objects = machine.fillSlabs(4, cache, 2);
    machine.counts(
        6, cache, () -> machine.free(6, cache, objects[0]), FREE_SLOWPATH, 1, CPU_PARTIAL_FREE, 1);
    assertThat(machine.cpuPartial(6, cache)).hasSize(1);
  }
}
