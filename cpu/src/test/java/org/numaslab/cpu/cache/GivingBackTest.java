package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.cpu.cache.TinyMachine.geometry;
import static org.numaslab.cpu.cache.TinyMachine.slab;
import static org.numaslab.node.cache.Stat.CMPXCHG_DOUBLE_FAIL;
import static org.numaslab.node.cache.Stat.CPUSLAB_FLUSH;
import static org.numaslab.node.cache.Stat.DEACTIVATE_EMPTY;
import static org.numaslab.node.cache.Stat.DEACTIVATE_FULL;
import static org.numaslab.node.cache.Stat.DEACTIVATE_REMOTE_FREES;
import static org.numaslab.node.cache.Stat.DEACTIVATE_TO_HEAD;
import static org.numaslab.node.cache.Stat.DEACTIVATE_TO_TAIL;
import static org.numaslab.node.cache.Stat.FREE_ADD_PARTIAL;
import static org.numaslab.node.cache.Stat.FREE_SLAB;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply.Shrunk;
import org.numaslab.node.protocol.RegistryReply.ShutDown;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;

/// How slabs leave a cpu, and a node: `deactivate_slab`, `flush_cpu_slab`, `slub_cpu_dead`,
/// `__kmem_cache_do_shrink` and `__kmem_cache_shutdown` of mm/slub.c, with all 26 counters.
class GivingBackTest {
  private final TinyMachine machine = new TinyMachine();
  private final CacheId cache = machine.cache();

  @AfterEach
  void close() {
    machine.close();
  }

  // ---- flush: each outcome of a deactivation

  @Test
  void anExhaustedSlabIsOnNoListAfterwards() {
    machine.fillSlabs(0, cache, 1);
    machine.sent.clear();
    machine.counts(0, cache, () -> machine.flush(0, cache), CPUSLAB_FLUSH, 1, DEACTIVATE_FULL, 1);
    assertThat(machine.sent).as("the cpu does it alone").isEmpty();
    assertThat(machine.partial(0, cache)).isEmpty();
    assertThat(SlabWord.frozen(machine.memory.frames().word(8))).isFalse();
  }

  @Test
  void aPartlyUsedSlabGoesToTheHead() {
    machine.alloc(0, cache);
    long[] full = machine.fillSlabs(1, cache, 1);
    machine.listByFreeing(1, cache, full[0]);
    assertThat(machine.partial(0, cache)).containsExactly(9L);
    machine.counts(
        0, cache, () -> machine.flush(0, cache), CPUSLAB_FLUSH, 1, DEACTIVATE_TO_HEAD, 1);
    assertThat(machine.partial(0, cache)).containsExactly(8L, 9L);
    assertThat(machine.current(0, cache)).isZero();
  }

  @Test
  void aSlabThatOthersFreedIntoGoesToTheTail() {
    long[] full = machine.fillSlabs(1, cache, 2);
    long object = machine.alloc(0, cache);
    machine.listByFreeing(1, cache, full[0]);
    machine.free(1, cache, object);
    machine.describe(machine.description(cache).withMinPartial(5));
    machine.counts(
        0,
        cache,
        () -> machine.flush(0, cache),
        CPUSLAB_FLUSH,
        1,
        DEACTIVATE_REMOTE_FREES,
        1,
        DEACTIVATE_TO_TAIL,
        1);
    assertThat(machine.partial(0, cache)).containsExactly(8L, 10L);
    assertThat(machine.listOf(10, cache)).containsExactly(1, 2, 3, 0);
  }

  @Test
  void anEmptySlabGoesBackOnceTheNodeHasEnough() {
    long[] full = machine.fillSlabs(1, cache, 3);
    machine.listByFreeing(0, cache, full[0], full[4]);
    machine.flush(1, cache);
    long object = machine.alloc(2, cache);
    machine.free(2, cache, object);
    machine.describe(machine.description(cache).withMinPartial(0));
    machine.counts(
        2,
        cache,
        () -> machine.flush(2, cache),
        CPUSLAB_FLUSH,
        1,
        DEACTIVATE_EMPTY,
        1,
        FREE_SLAB,
        1);
    assertThat(machine.nature.givenBack).containsExactly(slab(object));
  }

  @Test
  void anEmptySlabStaysAtTheHeadWhileTheNodeHasFew() {
    long object = machine.alloc(0, cache);
    machine.free(0, cache, object);
    machine.counts(
        0, cache, () -> machine.flush(0, cache), CPUSLAB_FLUSH, 1, DEACTIVATE_TO_HEAD, 1);
    assertThat(machine.partial(0, cache)).containsExactly(8L);
    assertThat(machine.listOf(8, cache)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void minPartialItselfIsEnoughToGiveEmptySlabsBack() {
    for (int slabs = 1; slabs <= 3; slabs++) {
      CacheId c = machine.cache();
      long[] full = machine.fillSlabs(0, c, slabs + 1);
      for (int i = 0; i < slabs; i++) {
        machine.listByFreeing(1, c, full[4 * i]);
      }
      machine.nature.givenBack.clear();
      machine.flush(0, c);
      assertThat(machine.partial(0, c)).hasSize(slabs);
      // An empty slab comes from another cpu's list.
      long[] last = {
        full[4 * slabs], full[4 * slabs + 1], full[4 * slabs + 2], full[4 * slabs + 3]
      };
      machine.free(1, c, last);
      machine.flush(1, c);
      assertThat(machine.nature.givenBack).hasSize(slabs >= 2 ? 1 : 0);
    }
  }

  @Test
  void theListsOfTheCpuFollowItsSlab() {
    long[] objects = machine.fillSlabs(0, cache, 3);
    machine.free(0, cache, objects[0], objects[4]);
    machine.counts(
        0,
        cache,
        () -> machine.flush(0, cache),
        CPUSLAB_FLUSH,
        1,
        DEACTIVATE_FULL,
        1,
        FREE_ADD_PARTIAL,
        2);
    assertThat(machine.partial(0, cache))
        .as("head first, each to the tail")
        .containsExactly(9L, 8L);
  }

  @Test
  void aCpuThatHasNothingCountsNothing() {
    machine.counts(0, cache, () -> machine.flush(0, cache));
  }

  @Test
  void aSlabThatSomebodyFreesIntoAtTheLastMomentGoesOnTheList() {
    long[] objects = machine.fillSlabs(0, cache, 1);
    FrameTable mine = machine.framesOfCpu.getFirst();
    mine.interruptExchanges(frame -> {
      mine.interruptExchanges(null);
      machine.cpus.get(1).free(cache, objects[3]);
    });
    machine.countsInterrupted(
        0,
        cache,
        () -> machine.flush(0, cache),
        CPUSLAB_FLUSH,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1,
        DEACTIVATE_REMOTE_FREES,
        1,
        DEACTIVATE_TO_TAIL,
        1);
    assertThat(machine.partial(0, cache)).containsExactly(8L);
  }

  @Test
  void aDeactivationThatLosesTheExchangeIsRepeated() {
    machine.alloc(0, cache);
    long object = machine.alloc(0, cache);
    FrameTable nodes = machine.framesOfNode.getFirst();
    nodes.interruptExchanges(frame -> {
      nodes.interruptExchanges(null);
      machine.cpus.get(1).free(cache, object);
    });
    machine.countsInterrupted(
        0,
        cache,
        () -> machine.flush(0, cache),
        CPUSLAB_FLUSH,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1,
        DEACTIVATE_TO_HEAD,
        1);
    assertThat(machine.listOf(8, cache)).containsExactly(2, 3, 1);
  }

  @Test
  void aDrainThatLosesTheExchangeIsRepeated() {
    long[] objects = machine.fillSlabs(0, cache, 2);
    machine.free(0, cache, objects[0]);
    FrameTable nodes = machine.framesOfNode.getFirst();
    nodes.interruptExchanges(frame -> {
      nodes.interruptExchanges(null);
      machine.cpus.get(1).free(cache, objects[1]);
    });
    machine.countsInterrupted(
        0,
        cache,
        () -> machine.flush(0, cache),
        CPUSLAB_FLUSH,
        1,
        DEACTIVATE_FULL,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1,
        FREE_ADD_PARTIAL,
        1);
    assertThat(machine.listOf(8, cache)).containsExactly(1, 0);
  }

  // ---- a cpu goes off line

  @Test
  void aDeadCpuGivesBackWhatItHasOfEveryCache() {
    CacheId other = machine.cache();
    long[] objects = machine.fillSlabs(0, cache, 2);
    machine.free(0, cache, objects[0]);
    machine.alloc(0, other);
    machine.counts(
        0,
        cache,
        () -> {
          machine.cpus.getFirst().housekeeping().flushAll(77);
          machine.settle();
        },
        CPUSLAB_FLUSH,
        1,
        DEACTIVATE_FULL,
        1,
        FREE_ADD_PARTIAL,
        1);
    assertThat(machine.done).contains(77L);
    assertThat(machine.current(0, other)).isZero();
    assertThat(machine.partial(0, other)).hasSize(1);
  }

  // ---- shrink

  @Test
  void shrinkingSortsFullestFirstAndOfEquallyFullTheLastFirst() {
    long[] o = machine.fillSlabs(0, cache, 6);
    machine.listByFreeing(1, cache, o[0], o[4], o[8], o[12], o[16]);
    machine.free(1, cache, o[1], o[2], o[9]);
    assertThat(machine.partial(0, cache)).containsExactly(8L, 9L, 10L, 11L, 12L);
    machine.shrink(cache);
    assertThat(machine.partial(0, cache)).containsExactly(12L, 11L, 9L, 10L, 8L);
  }

  @Test
  void shrinkingGivesEmptySlabsBackAndCountsNothing() {
    long[] o = machine.fillSlabs(0, cache, 2);
    machine.free(0, cache, o);
    machine.flush(0, cache);
    assertThat(machine.partial(0, cache)).hasSize(2);
    machine.counts(0, cache, () -> machine.shrink(cache));
    assertThat(machine.partial(0, cache)).isEmpty();
    assertThat(machine.nature.givenBack).hasSize(2);
    assertThat(machine.half(0, cache).nrSlabs()).isZero();
    assertThat(lastShrunk(0).slabsLeft()).isFalse();
  }

  @Test
  void fullSlabsCountAsLeftAfterAShrink() {
    machine.fillSlabs(0, cache, 1);
    machine.shrink(cache);
    assertThat(lastShrunk(0).slabsLeft()).isTrue();
    assertThat(lastShrunk(1).slabsLeft()).isFalse();
  }

  private Shrunk lastShrunk(int node) {
    return machine.registryReplies.stream()
        .filter(Shrunk.class::isInstance)
        .map(Shrunk.class::cast)
        .filter(s -> s.from().value() == node)
        .toList()
        .getLast();
  }

  @Test
  void slabsWithMoreThan32FreeObjectsStayBehindInTheirOrder() {
    CacheId c = machine.cache(geometry(64, 0, 0, 0), null, false, k -> k);
    long[] o = machine.fillSlabs(0, c, 5); // 64 objects each
    for (int slab = 0; slab < 4; slab++) {
      int freed = slab == 0 ? 33 : slab == 1 ? 40 : slab == 2 ? 32 : 1;
      for (int i = 0; i < freed; i++) {
        machine.free(1, c, o[64 * slab + i]);
      }
      machine.flush(1, c);
    }
    assertThat(machine.partial(0, c)).containsExactly(8L, 9L, 10L, 11L);
    machine.shrink(c);
    assertThat(machine.partial(0, c)).containsExactly(11L, 10L, 8L, 9L);
  }

  // ---- destroy

  @Test
  void destroyingGivesEmptySlabsBackAndNamesLiveObjects() {
    long[] o = machine.fillSlabs(0, cache, 2);
    machine.free(0, cache, o[0], o[1], o[2], o[3], o[5]);
    machine.flush(0, cache);
    machine.nodes.getFirst().receive(new NodeProtocol.Shutdown(1, cache));
    ShutDown down = (ShutDown) machine.registryReplies.getLast();
    assertThat(machine.nature.givenBack).containsExactly(8L);
    assertThat(down.slabsLeft()).isEqualTo(1);
    assertThat(machine.log)
        .contains(
            "Slab 0xffffea0000000240 objects=4 used=3 fp="
                + ObjectAddress.print(o[5])
                + " flags=0x0(slab|node=0|zone=0)");
    assertThat(machine.log.stream().filter(line -> line.startsWith("Object ")))
        .containsExactly(live(o[4]), live(o[6]), live(o[7]));
  }

  @Test
  void fullSlabsKeepACacheFromBeingDestroyedWithoutBeingListed() {
    machine.fillSlabs(0, cache, 1);
    machine.flush(0, cache);
    machine.nodes.getFirst().receive(new NodeProtocol.Shutdown(1, cache));
    ShutDown down = (ShutDown) machine.registryReplies.getLast();
    assertThat(down.slabsLeft()).isEqualTo(1);
    assertThat(machine.log).isEmpty();
  }

  private static String live(long object) {
    return "Object " + ObjectAddress.print(object) + " @offset=" + object % Memory.PAGE_BYTES;
  }

  @Test
  void pagesOfRcuCachesGoBackAfterTheGracePeriodOnly() {
    CacheId c = machine.cache(geometry(1024, 0, 0, SlabFlags.TYPESAFE_BY_RCU), null, false, k -> k);
    long[] o = machine.fillSlabs(0, c, 1);
    machine.free(0, c, o);
    machine.shrink(c);
    assertThat(machine.half(0, c).nrSlabs()).isZero();
    assertThat(machine.nature.givenBack).isEmpty();
    assertThat(machine.memory.frames().kind(8)).isEqualTo(FrameTable.Kind.RCU);
    assertThat(machine.nodes.getFirst().waitingForGracePeriod()).isEqualTo(1);
    // One that began before the slab was discarded is not enough.
    machine.nodes.getFirst().receive(new NodeProtocol.EndGracePeriod(7));
    assertThat(machine.nature.givenBack).isEmpty();
    machine.nodes.getFirst().receive(new NodeProtocol.BeginGracePeriod(8));
    machine.nodes.getFirst().receive(new NodeProtocol.EndGracePeriod(9));
    assertThat(machine.nature.givenBack).containsExactly(8L);
    assertThat(machine.nodes.getFirst().waitingForGracePeriod()).isZero();
  }

  // ---- stale messages

  @Test
  void aSlabOfAnEarlierGenerationIsRefused() {
    machine.alloc(0, cache);
    int generation = SlabWord.generation(machine.memory.frames().word(8));
    SlabRef stale = new SlabRef(8, generation - 1, SlabRef.OWN);
    Caller caller = new Caller(new CpuId(0), 1);
    assertThatThrownBy(() ->
            machine
                .nodes
                .getFirst()
                .receive(new NodeProtocol.Deactivate(caller, 99, cache, stale, 0, new int[0])))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("generation");
    assertThatThrownBy(() ->
            machine
                .nodes
                .getFirst()
                .receive(new NodeProtocol.Unfreeze(caller, 99, cache, new SlabRef[] {stale})))
        .isInstanceOf(IllegalStateException.class);
  }
}
