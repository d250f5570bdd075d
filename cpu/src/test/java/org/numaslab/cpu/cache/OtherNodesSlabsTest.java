package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.cpu.cache.TinyMachine.ANY;
import static org.numaslab.cpu.cache.TinyMachine.slab;
import static org.numaslab.node.cache.Stat.ALLOC_FROM_PARTIAL;
import static org.numaslab.node.cache.Stat.ALLOC_SLAB;
import static org.numaslab.node.cache.Stat.ALLOC_SLOWPATH;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_NODE;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;

/// When a cpu takes slabs of other nodes' partial lists: `get_any_partial` of mm/slub.c, v6.1.
class OtherNodesSlabsTest {
  private final TinyMachine machine = new TinyMachine();
  private final CacheId cache = machine.cache();

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void aNodeThatIsNamedNeverSearchesOthers() {
    long[] objects = machine.fillSlabs(2, cache, 5);
    machine.listByFreeing(3, cache, objects[0], objects[4], objects[8], objects[12]);
    machine.nature.draws = 0;
    machine.counts(
        0,
        cache,
        () -> assertThat(slab(machine.alloc(0, cache, 0, Gfp.KERNEL))).isEqualTo(8),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1);
    assertThat(machine.nature.draws).isZero();
    assertThat(machine.partial(1, cache)).containsExactly(64L, 65L, 66L, 67L);
  }

  @Test
  void anotherNodeGivesOnlyWhatItHasBeyondMinPartial() {
    long[] objects = machine.fillSlabs(2, cache, 4);
    machine.listByFreeing(3, cache, objects[0], objects[4]);
    int minPartial = (int) machine.description(cache).minPartial();
    assertThat(machine.partial(1, cache)).hasSize(minPartial).containsExactly(64L, 65L);
    machine.counts(
        0,
        cache,
        () -> assertThat(slab(machine.alloc(0, cache))).isEqualTo(8),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1);
    assertThat(machine.partial(1, cache)).containsExactly(64L, 65L);

    machine.listByFreeing(3, cache, objects[8]);
    assertThat(machine.partial(1, cache)).hasSize(minPartial + 1);
    machine.counts(
        1,
        cache,
        () -> assertThat(machine.alloc(1, cache)).isEqualTo(objects[0]),
        ALLOC_SLOWPATH,
        1,
        ALLOC_FROM_PARTIAL,
        1,
        CPU_PARTIAL_NODE,
        2);
    assertThat(machine.partial(1, cache)).isEmpty();
    assertThat(machine.current(1, cache)).isEqualTo(64);
    assertThat(machine.cpuPartial(1, cache)).containsExactly(66L, 65L);
  }

  @Test
  void theNearestNodeWithEnoughIsTaken() {
    KmemCache few = machine.description(cache).withMinPartial(0);
    machine.describe(few);
    long[] far = machine.fillSlabs(4, cache, 2);
    machine.listByFreeing(5, cache, far[0]);
    assertThat(slab(machine.alloc(0, cache))).isEqualTo(128);
    long[] near = machine.fillSlabs(2, cache, 2);
    machine.listByFreeing(3, cache, near[0]);
    machine.listByFreeing(5, cache, far[4]);
    assertThat(slab(machine.alloc(1, cache))).isEqualTo(64);
  }

  @Test
  void aLostDrawOrARatioOfZeroMakesANewSlab() {
    machine.describe(machine.description(cache).withMinPartial(0));
    long[] objects = machine.fillSlabs(2, cache, 2);
    machine.listByFreeing(3, cache, objects[0]);
    machine.nature.isDrawWon = false;
    assertThat(slab(machine.alloc(0, cache))).isEqualTo(8);
    assertThat(machine.nature.draws).isPositive();
    machine.nature.draws = 0;
    machine.nature.isDrawWon = true;
    machine.describe(machine.description(cache).withRemoteNodeDefragRatio(0));
    assertThat(slab(machine.alloc(1, cache))).isEqualTo(9);
    assertThat(machine.nature.draws).isZero();
  }

  @Test
  void thisNodeWithoutANameKeepsToTheOwnNode() {
    machine.describe(machine.description(cache).withMinPartial(0));
    long[] objects = machine.fillSlabs(2, cache, 2);
    machine.listByFreeing(3, cache, objects[0]);
    assertThat(slab(machine.alloc(0, cache, ANY, Gfp.KERNEL | Gfp.THISNODE))).isEqualTo(8);
    machine.nature.orderMax[0] = -1;
    assertThat(machine.alloc(1, cache, ANY, Gfp.KERNEL | Gfp.THISNODE)).isEqualTo(Cpu.NULL);
  }
}
