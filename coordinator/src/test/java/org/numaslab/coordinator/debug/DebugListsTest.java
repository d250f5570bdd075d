package org.numaslab.coordinator.debug;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuView;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// On which list a debug cache's slab is, and what its operations count.
class DebugListsTest {
  private static final int SIZE = 700;
  private static final int FZPU = SlabFlags.DEBUG_DEFAULT;
  private static final int FZP = FZPU & ~SlabFlags.STORE_USER;

  private final CheckedMachine machine = new CheckedMachine(4);

  @AfterEach
  void close() {
    machine.close();
  }

  private long[] fillSlab(KmemCache cache) {
    return machine.alloc(cache, cache.geometry().ooObjects());
  }

  @Test
  void theRestOfANewSlabIsPartialAndWithStoreUserAFullOneIsOnTheFullList() {
    KmemCache cache = machine.cache("listed", SIZE, FZPU);
    long p = machine.alloc(cache);
    assertThat(machine.partial(0, cache)).containsExactly(machine.slab(p));
    assertThat(machine.full(0, cache)).isEmpty();
    machine.alloc(cache, cache.geometry().ooObjects() - 1);
    assertThat(machine.partial(0, cache)).isEmpty();
    assertThat(machine.full(0, cache)).containsExactly(machine.slab(p));
  }

  @Test
  void withoutStoreUserNobodyKeepsFullSlabs() {
    KmemCache cache = machine.cache("listed", SIZE, FZP);
    long[] p = fillSlab(cache);
    assertThat(machine.partial(0, cache)).isEmpty();
    assertThat(machine.full(0, cache)).isEmpty();
    assertThat(machine.slabs(cache.id())).isOne();
    machine.free(cache, p[0]);
    assertThat(machine.partial(0, cache)).containsExactly(machine.slab(p[0]));
  }

  @Test
  void newSlabsGoToTheHeadFreedIntoOnesToTheTail() {
    KmemCache cache = machine.cache("listed", SIZE, FZPU);
    long[] a = fillSlab(cache);
    long[] b = fillSlab(cache);
    long c = machine.alloc(cache);
    machine.free(cache, b[1]);
    machine.free(cache, a[1]);
    assertThat(machine.partial(0, cache))
        .containsExactly(machine.slab(c), machine.slab(b[0]), machine.slab(a[0]));
    assertThat(machine.full(0, cache)).isEmpty();
  }

  @Test
  void theListIsServedFromItsHeadAndEachSlabLastInFirstOut() {
    KmemCache cache = machine.cache("listed", SIZE, FZPU);
    long[] a = fillSlab(cache);
    machine.free(cache, a[2]);
    machine.free(cache, a[0]);
    assertThat(machine.alloc(cache)).isEqualTo(a[0]);
    assertThat(machine.alloc(cache)).isEqualTo(a[2]);
  }

  @Test
  void anEmptySlabGoesBackWhereMinPartialAreListedItselfIncluded() {
    KmemCache cache = machine.cache("listed", SIZE, FZPU);
    machine.machine.write(cache.id(), "min_partial", "2");
    long[][] slabs = {fillSlab(cache), fillSlab(cache), fillSlab(cache), fillSlab(cache)};
    for (long[] slab : slabs) {
      for (long object : slab) {
        machine.free(cache, object);
      }
      assertThat(machine.partial(0, cache)).containsExactly(machine.slab(slabs[0][0]));
    }
    assertThat(machine.slabs(cache.id())).isOne();
    assertThat(machine.log()).isEmpty();
  }

  @Test
  void aWrittenOffSlabIsOnNoListButCounts() {
    KmemCache cache = machine.cache("listed", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.write(p + 1, 0);
    long other = machine.alloc(cache);
    assertThat(machine.partial(0, cache)).containsExactly(machine.slab(other));
    assertThat(machine.full(0, cache)).isEmpty();
    assertThat(machine.slabs(cache.id())).isEqualTo(2);
    assertThat(SlabWord.inUse(machine.word(p))).isEqualTo(cache.geometry().ooObjects());
    assertThat(machine.objects(cache).firstFree(machine.slab(p), machine.word(p))).isZero();
  }

  @Test
  void noCpuHoldsASlabAndNoSlabIsLent() {
    KmemCache cache = machine.cache("listed", SIZE, FZPU);
    machine.machine.write(cache.id(), "min_partial", "1");
    for (int i = 0; i < 200; i++) {
      long p = machine.alloc(i % 3, cache);
      if (i % 2 == 0) {
        machine.free((i + 1) % 3, cache, p);
      }
      if (i % 7 == 0) {
        machine.freeBulk(cache, machine.alloc(cache, 3));
      }
    }
    for (Cpu cpu : machine.machine.state().cpus()) {
      CpuView view = cpu.cache(cache.id()).view();
      assertThat(view.slab()).isNull();
      assertThat(view.free()).isEmpty();
      assertThat(view.partial()).isEmpty();
    }
    for (int node = 0; node < 2; node++) {
      assertThat(machine.machine.node(new NodeId(node)).borrowers()).isEmpty();
    }
    assertThat(machine.log()).isEmpty();
  }

  @Test
  void aRemoteFreeIsCheckedAtHomeAndStaysThere() {
    KmemCache cache = machine.cache("listed", SIZE, FZPU);
    long[] p = fillSlab(cache);
    machine.free(CheckedMachine.REMOTE_CPU, cache, p[0]);
    assertThat(machine.partial(0, cache)).containsExactly(machine.slab(p[0]));
    assertThat(machine.partial(1, cache)).isEmpty();
    long far = machine.alloc(CheckedMachine.REMOTE_CPU, cache);
    assertThat(machine.partial(1, cache)).containsExactly(machine.slab(far));
  }

  @Test
  void eachOperationCountsItsSlowPath() {
    KmemCache cache = machine.cache("listed", SIZE, FZPU);
    int objects = cache.geometry().ooObjects();
    long[] p = fillSlab(cache);
    machine.free(cache, p[0]);
    machine.free(cache, p[1]);
    machine.freeBulk(cache, p[2], p[3]);
    assertThat(stat(cache, Stat.ALLOC_FASTPATH)).isZero();
    assertThat(stat(cache, Stat.ALLOC_SLOWPATH)).isEqualTo(objects);
    assertThat(stat(cache, Stat.ALLOC_SLAB)).isOne();
    assertThat(stat(cache, Stat.ALLOC_FROM_PARTIAL)).isZero();
    assertThat(stat(cache, Stat.FREE_FASTPATH)).isZero();
    assertThat(stat(cache, Stat.FREE_SLOWPATH)).isEqualTo(3);
    assertThat(stat(cache, Stat.FREE_ADD_PARTIAL)).isOne();
    assertThat(stat(cache, Stat.CPU_PARTIAL_FREE)).isZero();
    machine.machine.write(cache.id(), "min_partial", "0");
    for (int i = 4; i < objects; i++) {
      machine.free(cache, p[i]);
    }
    assertThat(stat(cache, Stat.FREE_REMOVE_PARTIAL)).isOne();
    assertThat(stat(cache, Stat.FREE_SLAB)).isOne();
  }

  private long stat(KmemCache cache, Stat stat) {
    long sum = 0;
    for (int cpu = 0; cpu < 3; cpu++) {
      sum += machine.machine.cpu(new CpuId(cpu)).cache(cache.id()).stat(stat);
    }
    return sum;
  }
}
