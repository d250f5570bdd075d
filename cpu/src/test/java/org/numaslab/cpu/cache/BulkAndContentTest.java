package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.cpu.cache.TinyMachine.ANY;
import static org.numaslab.cpu.cache.TinyMachine.geometry;
import static org.numaslab.node.cache.Stat.ALLOC_FASTPATH;
import static org.numaslab.node.cache.Stat.ALLOC_SLAB;
import static org.numaslab.node.cache.Stat.ALLOC_SLOWPATH;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_FREE;
import static org.numaslab.node.cache.Stat.DEACTIVATE_BYPASS;
import static org.numaslab.node.cache.Stat.FREE_FASTPATH;
import static org.numaslab.node.cache.Stat.FREE_SLOWPATH;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SlabFlags;

/// `kmem_cache_alloc_bulk`, constructors, and what an object reads as when it is handed out.
class BulkAndContentTest {
  private final TinyMachine machine = new TinyMachine();

  @AfterEach
  void close() {
    machine.close();
  }

  private long allocBulk(int cpu, CacheId cache, long[] out) {
    long count = machine.cpus.get(cpu).allocBulk(cache, Gfp.KERNEL, out, out.length);
    machine.settle();
    return count == Cpu.WAIT ? machine.cpus.get(cpu).result() : count;
  }

  @Test
  void aBulkAllocationIsTheOrdinaryPathRepeated() {
    CacheId cache = machine.cache();
    long[] out = new long[6];
    machine.counts(
        0,
        cache,
        () -> assertThat(allocBulk(0, cache, out)).isEqualTo(6),
        ALLOC_FASTPATH,
        4,
        ALLOC_SLOWPATH,
        2,
        ALLOC_SLAB,
        2,
        DEACTIVATE_BYPASS,
        1);
    assertThat(out).doesNotHaveDuplicates().doesNotContain(0);
  }

  @Test
  void aBulkAllocationThatRunsOutFreesWhatItGot() {
    CacheId cache = machine.cache();
    machine.alloc(0, cache);
    Arrays.fill(machine.nature.orderMax, -1);
    machine.counts(
        0,
        cache,
        () -> assertThat(allocBulk(0, cache, new long[6])).isZero(),
        ALLOC_FASTPATH,
        3,
        ALLOC_SLOWPATH,
        1,
        DEACTIVATE_BYPASS,
        1,
        FREE_SLOWPATH,
        1,
        CPU_PARTIAL_FREE,
        1);
    assertThat(machine.cpuPartial(0, cache)).containsExactly(8L);
    assertThat(machine.listOf(8, cache)).as("the last one first").containsExactly(3, 2, 1);
    assertThat(machine.cpus.getFirst().isReady()).isTrue();
  }

  @Test
  void aBulkAllocationThatGetsNothingFreesNothing() {
    CacheId cache = machine.cache();
    Arrays.fill(machine.nature.orderMax, -1);
    machine.counts(
        0, cache, () -> assertThat(allocBulk(0, cache, new long[2])).isZero(), ALLOC_SLOWPATH, 1);
  }

  @Test
  void aBulkAllocationOfNothingIsDoneAtOnce() {
    CacheId cache = machine.cache();
    machine.counts(0, cache, () -> assertThat(allocBulk(0, cache, new long[0])).isZero());
    machine.counts(0, cache, () -> machine.freeBulk(0, cache));
  }

  @Test
  void constructorsRunWhenASlabIsMadeInTheOrderOfItsListAndNeverAgain() {
    List<Long> constructed = new ArrayList<>();
    machine.nature.sequence = new int[] {2, 0, 3, 1};
    CacheId cache =
        machine.cache(
            geometry(1024, 0, 0, 0),
            (home, object) -> constructed.add(object),
            false,
            known -> known);
    long first = machine.alloc(0, cache);
    assertThat(constructed)
        .containsExactly(
            TinyMachine.object(8, 2),
            TinyMachine.object(8, 0),
            TinyMachine.object(8, 3),
            TinyMachine.object(8, 1));
    assertThat(first).isEqualTo(TinyMachine.object(8, 2));
    machine.free(0, cache, first);
    machine.alloc(0, cache);
    machine.flush(0, cache);
    machine.alloc(1, cache);
    machine.alloc(2, cache);
    assertThat(constructed).as("one more slab, on node 1").hasSize(8);
    assertThat(machine.half(0, cache).constructorCalls()).isEqualTo(4);
  }

  @Test
  void objectsReadAsZeroWhereThatIsTheKernelsSetting() {
    CacheId cache = machine.cache(geometry(1024, 0, 0, 0), null, true, known -> known);
    long object = machine.alloc(0, cache);
    machine.memory.fill(object, TinyMachine.OBJECT, (byte) 0x41);
    machine.free(0, cache, object);
    assertThat(machine.alloc(0, cache)).isEqualTo(object);
    assertThat(machine.memory.copyOut(object, TinyMachine.OBJECT)).containsOnly(0);
  }

  @Test
  void bulkObjectsReadAsZeroToo() {
    CacheId cache = machine.cache(geometry(1024, 0, 0, 0), null, true, known -> known);
    long[] objects = machine.fillSlabs(0, cache, 1);
    for (long object : objects) {
      machine.memory.fill(object, TinyMachine.OBJECT, (byte) 0x41);
    }
    machine.freeBulk(0, cache, objects.clone());
    machine.counts(
        0,
        cache,
        () -> {
          long[] out = new long[4];
          allocBulk(0, cache, out);
          for (long object : out) {
            assertThat(machine.memory.copyOut(object, TinyMachine.OBJECT)).containsOnly(0);
          }
        },
        ALLOC_FASTPATH,
        4);
  }

  @Test
  void contentOfConstructedObjectsSurvives() {
    CacheId cache =
        machine.cache(geometry(1024, 0, 0, 0), (home, object) -> {}, true, known -> known);
    long object = machine.alloc(0, cache);
    machine.memory.store(object + 512, 0x1234);
    machine.free(0, cache, object);
    machine.alloc(0, cache, ANY, Gfp.KERNEL);
    assertThat(machine.memory.load(object + 512)).isEqualTo(0x1234);
  }

  @Test
  void contentOfRcuObjectsSurvivesUnlessAskedToBeCleared() {
    CacheId cache =
        machine.cache(geometry(1024, 0, 0, SlabFlags.TYPESAFE_BY_RCU), null, true, known -> known);
    long object = machine.alloc(0, cache);
    machine.memory.store(object + 512, 0x1234);
    machine.free(0, cache, object);
    machine.alloc(0, cache, ANY, Gfp.KERNEL);
    assertThat(machine.memory.load(object + 512)).isEqualTo(0x1234);
    machine.free(0, cache, object);
    machine.alloc(0, cache, ANY, Gfp.KERNEL | Gfp.ZERO);
    assertThat(machine.memory.load(object + 512)).isZero();
  }

  @Test
  void pagesAreClearedForNewSlabsAlsoBetweenObjects() {
    machine.memory.fill(8L << 12, 4096, (byte) 0x5a);
    CacheId plain = machine.cache(geometry(1000, 0, 0, 0), null, false, known -> known);
    machine.memory.fill(9L << 12, 4096, (byte) 0x5a);
    machine.alloc(0, plain);
    assertThat(machine.memory.loadByte((8L << 12) + 4090)).isEqualTo((byte) 0x5a);
    CacheId cleared = machine.cache(geometry(1000, 0, 0, 0), null, true, known -> known);
    machine.alloc(0, cleared);
    assertThat(machine.memory.loadByte((9L << 12) + 4090)).isZero();
  }

  @Test
  void aWrittenAttributeHoldsFromTheNextOperationOn() {
    CacheId cache = machine.cache();
    long[] o = machine.fillSlabs(0, cache, 4);
    KmemCache one = machine.description(cache).withCpuPartial(2);
    assertThat(one.cpuPartialSlabs()).isEqualTo(1);
    machine.describe(one);
    machine.free(1, cache, o[0], o[4]);
    assertThat(machine.cpuPartial(1, cache)).containsExactly(9L);
    assertThat(machine.partial(0, cache)).containsExactly(8L);
    machine.counts(0, cache, () -> machine.freeBulk(0, cache, o[12], o[13]), FREE_FASTPATH, 1);
  }
}
