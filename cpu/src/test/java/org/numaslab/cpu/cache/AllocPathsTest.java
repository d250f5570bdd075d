package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.cpu.cache.TinyMachine.ANY;
import static org.numaslab.cpu.cache.TinyMachine.geometry;
import static org.numaslab.cpu.cache.TinyMachine.object;
import static org.numaslab.cpu.cache.TinyMachine.slab;
import static org.numaslab.node.cache.Stat.ALLOC_FASTPATH;
import static org.numaslab.node.cache.Stat.ALLOC_FROM_PARTIAL;
import static org.numaslab.node.cache.Stat.ALLOC_NODE_MISMATCH;
import static org.numaslab.node.cache.Stat.ALLOC_REFILL;
import static org.numaslab.node.cache.Stat.ALLOC_SLAB;
import static org.numaslab.node.cache.Stat.ALLOC_SLOWPATH;
import static org.numaslab.node.cache.Stat.CMPXCHG_DOUBLE_CPU_FAIL;
import static org.numaslab.node.cache.Stat.CMPXCHG_DOUBLE_FAIL;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_ALLOC;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_NODE;
import static org.numaslab.node.cache.Stat.DEACTIVATE_BYPASS;
import static org.numaslab.node.cache.Stat.DEACTIVATE_FULL;
import static org.numaslab.node.cache.Stat.DEACTIVATE_REMOTE_FREES;
import static org.numaslab.node.cache.Stat.DEACTIVATE_TO_HEAD;
import static org.numaslab.node.cache.Stat.DEACTIVATE_TO_TAIL;
import static org.numaslab.node.cache.Stat.ORDER_FALLBACK;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.FrameTable;

/// Each way in which 6.1 serves an allocation, with all 26 counters: `__slab_alloc_node` and
/// `___slab_alloc` of mm/slub.c.
///
/// Two of the kernel's ways do not exist here: pfmemalloc slabs (memory reserves are not modelled),
/// and a slab that was installed while the allocation slept: a cpu that waits does nothing else.
class AllocPathsTest {
  private final TinyMachine machine = new TinyMachine();
  private final CacheId cache = machine.cache();

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void theFreeListServesAtOnce() {
    machine.alloc(0, cache);
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(object(8, 1)),
        ALLOC_FASTPATH,
        1);
  }

  @Test
  void aPreemptedAllocationLosesAndTriesAgain() {
    machine.alloc(0, cache);
    machine.counts(
        0,
        cache,
        () -> {
          Cpu cpu = machine.cpus.getFirst();
          long second = cpu.allocInterrupted(cache, ANY, Gfp.KERNEL, () -> machine.alloc(0, cache));
          assertThat(second).isEqualTo(object(8, 2));
        },
        ALLOC_FASTPATH,
        2,
        CMPXCHG_DOUBLE_CPU_FAIL,
        1);
  }

  @Test
  void anInterruptionThatDoesNotTouchTheCacheIsNotNoticed() {
    machine.alloc(0, cache);
    machine.counts(
        0,
        cache,
        () -> machine.cpus.getFirst().allocInterrupted(cache, ANY, Gfp.KERNEL, () -> {}),
        ALLOC_FASTPATH,
        1);
  }

  @Test
  void theFirstAllocationMakesASlab() {
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(object(8, 0)),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1);
    assertThat(machine.freeListOf(0, cache)).containsExactly(1, 2, 3);
    assertThat(machine.half(0, cache).nrSlabs()).isEqualTo(1);
  }

  @Test
  void anotherNodeNamedSendsTheSlabToTheHeadOfItsList() {
    long[] full = machine.fillSlabs(1, cache, 1);
    machine.listByFreeing(0, cache, full[0]);
    machine.alloc(0, cache); // takes slab 8 from the list
    machine.alloc(0, cache); // slab 9
    long[] other = machine.fillSlabs(1, cache, 1);
    machine.free(1, cache, other[3]);
    machine.flush(1, cache);
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache, 1, Gfp.KERNEL)).isEqualTo(object(64, 0)),
        ALLOC_SLOWPATH,
        1,
        ALLOC_NODE_MISMATCH,
        1,
        DEACTIVATE_TO_HEAD,
        1,
        ALLOC_SLAB,
        1);
    assertThat(machine.partial(0, cache)).containsExactly(9L, 10L);
    assertThat(machine.current(0, cache)).isEqualTo(64);
  }

  @Test
  void aSlabThatOthersFreedIntoGoesToTheTail() {
    machine.alloc(0, cache);
    long freedByOther = machine.alloc(0, cache);
    long[] listed = machine.fillSlabs(1, cache, 1);
    machine.listByFreeing(0, cache);
    machine.free(1, cache, listed[0]);
    machine.flush(1, cache);
    machine.free(1, cache, freedByOther);
    machine.counts(
        0,
        cache,
        () -> machine.alloc(0, cache, 1, Gfp.KERNEL),
        ALLOC_SLOWPATH,
        1,
        ALLOC_NODE_MISMATCH,
        1,
        DEACTIVATE_REMOTE_FREES,
        1,
        DEACTIVATE_TO_TAIL,
        1,
        ALLOC_SLAB,
        1);
    assertThat(machine.partial(0, cache)).containsExactly(9L, 8L);
    assertThat(machine.listOf(8, cache))
        .as("the cpu's list before what others freed")
        .containsExactly(2, 3, 1);
  }

  @Test
  void aNodeWithoutMemoryIsNoConstraint() {
    machine.alloc(0, cache);
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache, 3, Gfp.KERNEL)).isEqualTo(object(8, 1)),
        ALLOC_SLOWPATH,
        1);
  }

  @Test
  void aNodeWithoutMemoryIsNoConstraintForANewSlabEither() {
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache, 3, Gfp.KERNEL)).isEqualTo(object(8, 0)),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1);
    machine.counts(
        6,
        cache,
        () -> assertThat(slab(machine.alloc(6, cache))).as("the nearest memory").isEqualTo(128),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1);
  }

  @Test
  void whatOthersFreedRefillsTheCpu() {
    long[] objects = machine.fillSlabs(0, cache, 1);
    machine.free(1, cache, objects[1], objects[2]);
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(objects[2]),
        ALLOC_SLOWPATH,
        1,
        ALLOC_REFILL,
        1);
    assertThat(machine.freeListOf(0, cache)).containsExactly(1);
  }

  @Test
  void anExhaustedSlabIsDropped() {
    machine.fillSlabs(0, cache, 1);
    machine.counts(
        0,
        cache,
        () -> assertThat(slab(machine.alloc(0, cache))).isEqualTo(9),
        ALLOC_SLOWPATH,
        1,
        DEACTIVATE_BYPASS,
        1,
        ALLOC_SLAB,
        1);
  }

  @Test
  void aRefillThatLosesTheExchangeIsRepeated() {
    long[] objects = machine.fillSlabs(0, cache, 1);
    FrameTable mine = machine.framesOfCpu.getFirst();
    mine.interruptExchanges(frame -> {
      mine.interruptExchanges(null);
      machine.cpus.get(1).free(cache, objects[3]);
    });
    machine.countsInterrupted(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(objects[3]),
        ALLOC_SLOWPATH,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1,
        ALLOC_REFILL,
        1);
  }

  @Test
  void theHeadOfTheCpuPartialListComesNext() {
    long[] objects = machine.fillSlabs(0, cache, 3);
    machine.free(0, cache, objects[0], objects[4]);
    assertThat(machine.cpuPartial(0, cache)).containsExactly(9L, 8L);
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(objects[4]),
        ALLOC_SLOWPATH,
        1,
        DEACTIVATE_BYPASS,
        1,
        CPU_PARTIAL_ALLOC,
        1,
        ALLOC_REFILL,
        1);
    assertThat(machine.cpuPartial(0, cache)).containsExactly(8L);
  }

  @Test
  void slabsOfTheCpuPartialListMustBeOfTheNodeNamedToo() {
    long[] objects = machine.fillSlabs(0, cache, 3);
    machine.free(0, cache, objects[0], objects[4]);
    machine.counts(
        0,
        cache,
        () -> assertThat(slab(machine.alloc(0, cache, 1, Gfp.KERNEL))).isEqualTo(64),
        ALLOC_SLOWPATH,
        1,
        ALLOC_NODE_MISMATCH,
        3,
        DEACTIVATE_FULL,
        1,
        CPU_PARTIAL_ALLOC,
        2,
        DEACTIVATE_REMOTE_FREES,
        2,
        DEACTIVATE_TO_TAIL,
        2,
        ALLOC_SLAB,
        1);
    assertThat(machine.partial(0, cache)).containsExactly(9L, 8L);
    assertThat(machine.cpuPartial(0, cache)).isEmpty();
  }

  @Test
  void theNodesListServesOneSlabAndSomeMore() {
    long[] objects = machine.fillSlabs(1, cache, 5);
    machine.listByFreeing(0, cache, objects[0], objects[4], objects[8], objects[12]);
    assertThat(machine.partial(0, cache)).containsExactly(8L, 9L, 10L, 11L);
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(objects[0]),
        ALLOC_SLOWPATH,
        1,
        ALLOC_FROM_PARTIAL,
        1,
        CPU_PARTIAL_NODE,
        2);
    assertThat(machine.current(0, cache)).isEqualTo(8);
    assertThat(machine.cpuPartial(0, cache))
        .as("the last one taken first")
        .containsExactly(10L, 9L);
    assertThat(machine.partial(0, cache)).containsExactly(11L);
  }

  @Test
  void theExtrasAreHalfTheLimitAndOneMore() {
    for (int limit = 0; limit <= 6; limit++) {
      int objectsOfLimit = limit * TinyMachine.OBJECTS / 2;
      CacheId c = machine.cache(known -> known.withCpuPartial(objectsOfLimit));
      assertThat(machine.description(c).cpuPartialSlabs()).isEqualTo(limit);
      long[] objects = machine.fillSlabs(1, c, 6);
      machine.listByFreeing(
          0, c, objects[0], objects[4], objects[8], objects[12], objects[16], objects[20]);
      machine.counts(
          0,
          c,
          () -> machine.alloc(0, c),
          ALLOC_SLOWPATH,
          1,
          ALLOC_FROM_PARTIAL,
          1,
          CPU_PARTIAL_NODE,
          limit / 2 + 1);
    }
  }

  @Test
  void aLostExchangeOfTheFirstSlabEndsTheSearchOfThisNode() {
    long[] objects = machine.fillSlabs(1, cache, 3);
    machine.listByFreeing(0, cache, objects[0], objects[4]);
    FrameTable nodes = machine.framesOfNode.getFirst();
    nodes.interruptExchanges(frame -> {
      nodes.interruptExchanges(null);
      machine.cpus.get(1).free(cache, objects[1]);
    });
    machine.nature.isDrawWon = false;
    machine.countsInterrupted(
        0,
        cache,
        () -> assertThat(slab(machine.alloc(0, cache))).isEqualTo(11),
        ALLOC_SLOWPATH,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1,
        ALLOC_SLAB,
        1);
    assertThat(machine.partial(0, cache)).containsExactly(8L, 9L);
  }

  @Test
  void aLostExchangeOfAnExtraSlabKeepsWhatWasTaken() {
    long[] objects = machine.fillSlabs(1, cache, 4);
    machine.listByFreeing(0, cache, objects[0], objects[4], objects[8]);
    FrameTable nodes = machine.framesOfNode.getFirst();
    nodes.interruptExchanges(frame -> {
      if (frame == 9) {
        nodes.interruptExchanges(null);
        machine.cpus.get(1).free(cache, objects[5]);
      }
    });
    machine.countsInterrupted(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(objects[0]),
        ALLOC_SLOWPATH,
        1,
        ALLOC_FROM_PARTIAL,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1);
    assertThat(machine.cpuPartial(0, cache)).isEmpty();
    assertThat(machine.partial(0, cache)).containsExactly(9L, 10L);
  }

  @Test
  void withoutPagesOfTheWishedOrderTheSmallestSlabIsMade() {
    CacheId c = machine.cache(geometry(2048, 1, 0, 0), null, false, known -> known);
    Arrays.fill(machine.nature.orderMax, 0);
    machine.counts(
        0,
        c,
        () -> assertThat(slab(machine.alloc(0, c))).isEqualTo(8),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1,
        ORDER_FALLBACK,
        1);
    assertThat(machine.half(0, c).totalObjects()).isEqualTo(2);
    assertThat(machine.nature.asked)
        .containsExactly(
            "0 1 FIRST", "1 1 LOW", "2 1 LOW", "0 1 MIN", "1 1 MIN", "2 1 MIN", "0 0 FIRST");
  }

  @Test
  void aNodeWithSmallPagesOnlyLosesToAFullSlabOnTheNextNode() {
    CacheId c = machine.cache(geometry(2048, 1, 0, 0), null, false, known -> known);
    machine.nature.orderMax[0] = 0;
    machine.counts(
        0,
        c,
        () -> assertThat(slab(machine.alloc(0, c, 0, Gfp.KERNEL))).isEqualTo(64),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1);
    assertThat(machine.half(1, c).totalObjects()).isEqualTo(4);
    assertThat(machine.nature.asked).containsExactly("0 1 FIRST", "1 1 LOW");
  }

  @Test
  void thisNodeStaysAndTakesTheSmallestSlab() {
    CacheId c = machine.cache(geometry(2048, 1, 0, 0), null, false, known -> known);
    machine.nature.orderMax[1] = 0;
    machine.counts(
        0,
        c,
        () -> assertThat(slab(machine.alloc(0, c, 1, Gfp.KERNEL | Gfp.THISNODE))).isEqualTo(64),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1,
        ORDER_FALLBACK,
        1);
    assertThat(machine.nature.asked).containsExactly("1 1 FIRST", "1 1 MIN", "1 0 FIRST");
  }

  @Test
  void withoutAnyPageTheAnswerIsNull() {
    Arrays.fill(machine.nature.orderMax, -1);
    machine.counts(
        0, cache, () -> assertThat(machine.alloc(0, cache)).isEqualTo(Cpu.NULL), ALLOC_SLOWPATH, 1);
    assertThat(machine.cpus.getFirst().path()).isEqualTo(AllocPath.NO_MEMORY);
    assertThat(machine.nature.asked)
        .as("the last try, in which the kernel would reclaim, gives up the atomic reserve")
        .hasSize(15)
        .endsWith("0 0 MIN", "1 0 MIN", "2 0 MIN", "0 0 LAST", "1 0 LAST", "2 0 LAST");
    machine.nature.orderMax[0] = 0;
    assertThat(machine.alloc(0, cache)).as("once there is memory again").isNotZero();
  }

  @Test
  void whoMayNotReclaimIsRefusedAtTheMinWatermark() {
    Arrays.fill(machine.nature.orderMax, -1);
    assertThat(machine.alloc(0, cache, ANY, Gfp.ATOMIC)).isEqualTo(Cpu.NULL);
    assertThat(machine.nature.asked).hasSize(12).last().isEqualTo("2 0 MIN");
  }

  @Test
  void aCpuThatWaitsDoesNothingElse() {
    Cpu cpu = machine.cpus.getFirst();
    assertThat(cpu.alloc(cache, ANY, Gfp.KERNEL)).isEqualTo(Cpu.WAIT);
    assertThat(cpu.isReady()).isFalse();
    machine.settle();
    assertThat(cpu.isReady()).isTrue();
    assertThat(cpu.result()).isEqualTo(object(8, 0));
  }
}
