package org.numaslab.coordinator.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;

/// Corruption that nothing checks for ends the emulated machine, with a line that says who met it:
/// not the JVM, and not in silence.
class OopsTest {
  private static final long WILD = 0x5a5a5a5a5a5a5a5aL;

  private final CheckedMachine machine = new CheckedMachine(5);

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void aCorruptFreePointerIsMetByTheSecondAllocationOfTheFreeList() {
    KmemCache cache = machine.cache("plain", 64, 0);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.memory.store(p + cache.geometry().offset(), WILD);
    assertThat(machine.alloc(cache)).isEqualTo(p);
    assertThatThrownBy(() -> machine.alloc(cache))
        .isInstanceOf(EmulatedOops.class)
        .hasMessageContainingAll("cpu 0", "cache plain", "path FAST", "general protection fault");
  }

  @Test
  void anObjectFreedTwiceInARowIsMetByTheSecondFree() {
    KmemCache cache = machine.cache("plain", 64, 0);
    long p = machine.alloc(1, cache);
    machine.free(1, cache, p);
    assertThatThrownBy(() -> machine.free(1, cache, p))
        .isInstanceOf(EmulatedOops.class)
        .hasMessageContainingAll("cpu 1", "cache plain", "free", "freed");
  }

  @Test
  void aCorruptListIsMetWhereItIsLent() {
    KmemCache cache = machine.cache("plain", 64, 0);
    int objects = cache.geometry().ooObjects();
    long[] p = machine.alloc(cache, 2 * objects);
    machine.freeBulk(cache, p[0], p[1]);
    machine.shrink(cache); // the slab is on the node's list now
    machine.memory.store(p[0] + cache.geometry().offset(), WILD);
    machine.memory.store(p[1] + cache.geometry().offset(), WILD);
    assertThat(machine.partial(0, cache)).containsExactly(machine.slab(p[0]));
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 4; i++) {
                machine.machine.alloc(
                    new CpuId(CheckedMachine.REMOTE_CPU), cache.id(), 0, Gfp.KERNEL);
              }
            })
        .isInstanceOf(EmulatedOops.class)
        .hasMessageContainingAll("cpu 2", "cache plain", "TakePartial on node 0");
  }

  @Test
  void aDebugCacheWithoutChecksFollowsItsPointersToo() {
    KmemCache cache = machine.cache("poisoned", 64, SlabFlags.POISON);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.memory.store(p + cache.geometry().offset(), WILD);
    assertThatThrownBy(() -> machine.alloc(cache))
        .isInstanceOf(EmulatedOops.class)
        .hasMessageContainingAll("cpu 0", "cache poisoned", "TakePartial on node 0", "corrupt");
  }

  @Test
  void aFreeOfWhatIsNoMemory() {
    KmemCache cache = machine.cache("plain", 64, 0);
    assertThatThrownBy(() -> machine.free(cache, 1L << 40))
        .isInstanceOf(EmulatedOops.class)
        .hasMessageContainingAll("cpu 0", "cache plain", "page fault");
  }

  @Test
  void viewsOfCorruptListsEndWhereTheListDoes() {
    KmemCache cache = machine.cache("plain", 64, 0);
    long[] p = machine.alloc(cache, 3);
    machine.free(cache, p[0]);
    machine.free(cache, p[1]);
    machine.link(cache, p[0], p[1]); // in circles
    assertThat(machine.machine.cpu(new CpuId(0)).cache(cache.id()).view().free()).hasSize(2);
    machine.link(cache, p[0], WILD);
    assertThat(machine.machine.cpu(new CpuId(0)).cache(cache.id()).view().free()).hasSize(2);
  }

  @Test
  void aListInCirclesIsMetWhenTheSlabIsGivenBack() {
    KmemCache cache = machine.cache("plain", 64, 0);
    long[] p = machine.alloc(cache, 3);
    machine.free(cache, p[0]);
    machine.free(cache, p[1]);
    machine.link(cache, p[0], p[1]);
    assertThatThrownBy(() -> machine.shrink(cache))
        .isInstanceOf(EmulatedOops.class)
        .hasMessageContainingAll("cache plain", "Deactivate on node 0", "free list");
  }
}
