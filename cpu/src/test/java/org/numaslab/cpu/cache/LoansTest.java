package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.cpu.cache.TinyMachine.ANY;
import static org.numaslab.cpu.cache.TinyMachine.slab;
import static org.numaslab.node.cache.Stat.ALLOC_FASTPATH;
import static org.numaslab.node.cache.Stat.ALLOC_FROM_PARTIAL;
import static org.numaslab.node.cache.Stat.ALLOC_NODE_MISMATCH;
import static org.numaslab.node.cache.Stat.ALLOC_REFILL;
import static org.numaslab.node.cache.Stat.ALLOC_SLAB;
import static org.numaslab.node.cache.Stat.ALLOC_SLOWPATH;
import static org.numaslab.node.cache.Stat.CMPXCHG_DOUBLE_FAIL;
import static org.numaslab.node.cache.Stat.CPUSLAB_FLUSH;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_ALLOC;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_DRAIN;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_FREE;
import static org.numaslab.node.cache.Stat.CPU_PARTIAL_NODE;
import static org.numaslab.node.cache.Stat.DEACTIVATE_BYPASS;
import static org.numaslab.node.cache.Stat.DEACTIVATE_FULL;
import static org.numaslab.node.cache.Stat.DEACTIVATE_REMOTE_FREES;
import static org.numaslab.node.cache.Stat.DEACTIVATE_TO_HEAD;
import static org.numaslab.node.cache.Stat.DEACTIVATE_TO_TAIL;
import static org.numaslab.node.cache.Stat.FREE_ADD_PARTIAL;
import static org.numaslab.node.cache.Stat.FREE_FASTPATH;
import static org.numaslab.node.cache.Stat.FREE_FROZEN;
import static org.numaslab.node.cache.Stat.FREE_SLOWPATH;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeProtocol.Activate;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.topology.CpuId;

/// Slabs that CPUs of other nodes hold: the same paths and counters as at home, by message.
class LoansTest {
  private final TinyMachine machine = new TinyMachine();
  private final CacheId cache = machine.cache();

  @AfterEach
  void close() {
    machine.close();
  }

  /// Three slabs on node 1's list, 64 65 66 with two free objects each, of which cpu 0 borrows all.
  private long[] borrowThree() {
    long[] o = machine.fillSlabs(2, cache, 4);
    machine.listByFreeing(3, cache, o[0], o[4], o[8]);
    machine.free(3, cache, o[1], o[5], o[9]);
    machine.alloc(0, cache);
    return o;
  }

  @Test
  void theFirstSlabComesWithItsListAndTheOthersAsRightsAlone() {
    long[] o = borrowThree();
    assertThat(machine.current(0, cache)).isEqualTo(64);
    assertThat(machine.freeListOf(0, cache)).as("after the object given out").containsExactly(0);
    assertThat(machine.cpuPartial(0, cache)).containsExactly(66L, 65L);
    assertThat(machine.listOf(65, cache)).as("still on the slab's own list").containsExactly(1, 0);
    assertThat(machine.listOf(64, cache)).isEmpty();
    assertThat(machine.nodes.get(1).borrowers()).containsOnlyKeys(64L, 65L, 66L);
    machine.counts(
        0, cache, () -> assertThat(machine.alloc(0, cache)).isEqualTo(o[0]), ALLOC_FASTPATH, 1);
  }

  @Test
  void anExhaustedLoanIsClosedAndTheNextOneActivated() {
    long[] o = borrowThree();
    machine.alloc(0, cache);
    machine.sent.clear();
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(o[9]),
        ALLOC_SLOWPATH,
        1,
        DEACTIVATE_BYPASS,
        1,
        CPU_PARTIAL_ALLOC,
        1,
        ALLOC_REFILL,
        1);
    assertThat(machine.sent).hasSize(2).allMatch(Activate.class::isInstance);
    assertThat(machine.nodes.get(1).borrowers()).containsOnlyKeys(65L, 66L);
    assertThat(machine.freeListOf(0, cache)).containsExactly(0);
  }

  @Test
  void whatTheHomeFreedRefillsTheBorrower() {
    long[] o = borrowThree();
    machine.alloc(0, cache);
    machine.free(2, cache, o[2]);
    machine.free(3, cache, o[3]);
    machine.counts(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(o[3]),
        ALLOC_SLOWPATH,
        1,
        ALLOC_REFILL,
        1);
    assertThat(machine.freeListOf(0, cache)).containsExactly(2);
  }

  @Test
  void aLostExchangeOfARefillIsTheBorrowersToCount() {
    long[] o = borrowThree();
    machine.alloc(0, cache);
    FrameTable nodes = machine.framesOfNode.get(1);
    nodes.interruptExchanges(frame -> {
      nodes.interruptExchanges(null);
      machine.cpus.get(2).free(cache, o[3]);
    });
    machine.countsInterrupted(
        0,
        cache,
        () -> assertThat(machine.alloc(0, cache)).isEqualTo(o[3]),
        ALLOC_SLOWPATH,
        1,
        CMPXCHG_DOUBLE_FAIL,
        1,
        ALLOC_REFILL,
        1);
  }

  @Test
  void theBorrowerFreesIntoItsCurrentSlabWithoutAMessage() {
    long[] o = borrowThree();
    machine.sent.clear();
    machine.counts(0, cache, () -> machine.free(0, cache, o[3], o[2]), FREE_FASTPATH, 2);
    assertThat(machine.sent).isEmpty();
    assertThat(machine.freeListOf(0, cache)).containsExactly(2, 3, 0);
  }

  @Test
  void theBorrowerFreesIntoItsOtherSlabsAtHome() {
    long[] o = borrowThree();
    machine.counts(0, cache, () -> machine.free(0, cache, o[6]), FREE_SLOWPATH, 1, FREE_FROZEN, 1);
    assertThat(machine.listOf(65, cache)).containsExactly(2, 1, 0);
  }

  @Test
  void aFullSlabIsFrozenForTheRemoteFreer() {
    long[] o = machine.fillSlabs(2, cache, 2);
    machine.counts(
        0, cache, () -> machine.free(0, cache, o[1]), FREE_SLOWPATH, 1, CPU_PARTIAL_FREE, 1);
    assertThat(machine.cpuPartial(0, cache)).containsExactly(64L);
    assertThat(machine.nodes.get(1).borrowers()).containsEntry(64L, new CpuId(0));
    assertThat(machine.partial(1, cache)).isEmpty();
    machine.counts(2, cache, () -> machine.free(2, cache, o[2]), FREE_SLOWPATH, 1, FREE_FROZEN, 1);
  }

  @Test
  void aDrainSendsEachSlabToItsOwnNode() {
    long[] far = machine.fillSlabs(2, cache, 2);
    long[] near = machine.fillSlabs(0, cache, 3);
    machine.free(0, cache, far[0], near[0]);
    machine.counts(
        0,
        cache,
        () -> machine.free(0, cache, near[4]),
        FREE_SLOWPATH,
        1,
        CPU_PARTIAL_FREE,
        1,
        CPU_PARTIAL_DRAIN,
        1,
        FREE_ADD_PARTIAL,
        2);
    assertThat(machine.partial(0, cache)).containsExactly(8L);
    assertThat(machine.partial(1, cache)).containsExactly(64L);
    assertThat(machine.nodes.get(1).borrowers()).isEmpty();
    assertThat(machine.cpuPartial(0, cache)).containsExactly(9L);
  }

  @Test
  void theRestOfALoanGoesHomeInListOrder() {
    long[] o = borrowThree();
    machine.free(0, cache, o[3], o[2]);
    machine.counts(
        0,
        cache,
        () -> machine.flush(0, cache),
        CPUSLAB_FLUSH,
        1,
        DEACTIVATE_TO_HEAD,
        1,
        FREE_ADD_PARTIAL,
        2);
    assertThat(machine.partial(1, cache)).containsExactly(64L, 66L, 65L);
    assertThat(machine.listOf(64, cache)).containsExactly(2, 3, 0);
    assertThat(machine.nodes.get(1).borrowers()).isEmpty();
  }

  @Test
  void anExhaustedLoanIsFullAtHomeWhenFlushed() {
    borrowThree();
    machine.alloc(0, cache);
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
    assertThat(machine.partial(1, cache)).containsExactly(66L, 65L);
  }

  @Test
  void aLoanIntoWhichOthersFreedGoesToTheTail() {
    long[] o = borrowThree();
    machine.free(2, cache, o[2]);
    machine.counts(
        0,
        cache,
        () -> machine.alloc(0, cache, 0, Gfp.KERNEL),
        ALLOC_SLOWPATH,
        1,
        ALLOC_NODE_MISMATCH,
        3,
        DEACTIVATE_REMOTE_FREES,
        3,
        DEACTIVATE_TO_TAIL,
        3,
        CPU_PARTIAL_ALLOC,
        2,
        ALLOC_SLAB,
        1);
    assertThat(machine.partial(1, cache)).containsExactly(64L, 66L, 65L);
    assertThat(machine.listOf(64, cache)).containsExactly(0, 2);
  }

  @Test
  void aNewSlabOfAnotherNodeIsALoanWithAllItsObjects() {
    machine.counts(
        0,
        cache,
        () -> assertThat(slab(machine.alloc(0, cache, 1, Gfp.KERNEL))).isEqualTo(64),
        ALLOC_SLOWPATH,
        1,
        ALLOC_SLAB,
        1);
    assertThat(machine.freeListOf(0, cache)).containsExactly(1, 2, 3);
    assertThat(machine.half(1, cache).nrSlabs()).isEqualTo(1);
    assertThat(machine.half(0, cache).nrSlabs()).isZero();
    machine.counts(
        0,
        cache,
        () -> assertThat(slab(machine.alloc(0, cache, ANY, Gfp.KERNEL))).isEqualTo(64),
        ALLOC_FASTPATH,
        1);
  }

  @Test
  void theListsOfALoanAreThoseOfALocalSlab() {
    // The same operations on cpu 0 with a slab of its own and with a lent one.
    for (int node : new int[] {0, 1}) {
      int helper = node == 0 ? 1 : 2;
      CacheId c = machine.cache();
      long a = machine.alloc(0, c, node, Gfp.KERNEL);
      long b = machine.alloc(0, c);
      long d = machine.alloc(0, c);
      machine.free(0, c, a);
      machine.free(helper, c, b);
      assertThat(machine.freeListOf(0, c)).containsExactly(0, 3);
      assertThat(machine.listOf(slab(a), c)).containsExactly(1);
      machine.free(0, c, d);
      assertThat(machine.freeListOf(0, c)).containsExactly(2, 0, 3);
      machine.flush(0, c);
      assertThat(machine.listOf(slab(a), c)).containsExactly(2, 0, 3, 1);
    }
  }

  @Test
  void extrasOfALoanCountAsTheKernelCountsThem() {
    long[] o = machine.fillSlabs(2, cache, 4);
    machine.listByFreeing(3, cache, o[0], o[4], o[8]);
    machine.counts(
        0,
        cache,
        () -> machine.alloc(0, cache),
        ALLOC_SLOWPATH,
        1,
        ALLOC_FROM_PARTIAL,
        1,
        CPU_PARTIAL_NODE,
        2);
  }

  @Test
  void aLoanThatIsNotOpenIsRefused() {
    borrowThree();
    SlabRef forged = new SlabRef(64, 1, 4711);
    assertThatThrownBy(() ->
            machine
                .nodes
                .get(1)
                .receive(new NodeProtocol.Activate(new Caller(new CpuId(0), 1), 99, cache, forged)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no open loan");
  }

  // ---- answers that are under way

  @Test
  void aCpuWaitsOnceSoManyAnswersAreOutstanding() {
    long[] o = machine.fillSlabs(2, cache, 2);
    Cpu cpu = machine.cpus.getFirst();
    for (int i = 0; i < OpenRequests.MAX; i++) {
      assertThat(cpu.isReady()).isTrue();
      cpu.free(cache, o[0]);
      cpu.endTurn();
      machine.network.clear(); // lost on the way: nobody answers
    }
    assertThat(cpu.isReady()).isFalse();
  }

  @Test
  void remoteFreesAreSentWhenABatchIsFullOrTheTurnEnds() {
    CacheId c = machine.cache(TinyMachine.geometry(64, 0, 0, 0), null, false, known -> known);
    long[] o = machine.fillSlabs(2, c, 3);
    Cpu cpu = machine.cpus.getFirst();
    machine.sent.clear();
    for (int i = 0; i < RemoteFrees.BATCH_MAX - 1; i++) {
      cpu.free(c, o[i]);
    }
    assertThat(machine.sent).isEmpty();
    assertThat(cpu.isQuiet()).isFalse();
    cpu.free(c, o[63]);
    assertThat(machine.sent).hasSize(1);
    cpu.free(c, o[64]);
    cpu.endTurn();
    assertThat(machine.sent).hasSize(2);
    machine.settle();
    assertThat(cpu.isQuiet()).isTrue();
  }

  @Test
  void aFlushGivesBackAlsoWhatAnAnswerUnderWayBrings() {
    long[] o = machine.fillSlabs(2, cache, 2);
    Cpu cpu = machine.cpus.getFirst();
    cpu.free(cache, o[0]); // waits in the batch, then freezes slab 64 for cpu 0
    machine.flush(0, cache);
    assertThat(machine.cpuPartial(0, cache)).isEmpty();
    assertThat(machine.partial(1, cache)).containsExactly(64L);
    assertThat(machine.nodes.get(1).borrowers()).isEmpty();
  }

  @Test
  void aFlushComesAfterTheAllocationThatWaits() {
    Cpu cpu = machine.cpus.getFirst();
    assertThat(cpu.alloc(cache, ANY, Gfp.KERNEL)).isEqualTo(Cpu.WAIT);
    cpu.housekeeping().flush(cache, 5);
    machine.settle();
    assertThat(cpu.result()).isEqualTo(TinyMachine.object(8, 0));
    assertThat(machine.done).containsExactly(5L);
    assertThat(machine.current(0, cache)).isZero();
    assertThat(machine.partial(0, cache)).containsExactly(8L);
  }

  @Test
  void aRemoteObjectIsHandedOutOnlyAfterItWasCleared() {
    long object = machine.alloc(0, cache, 1, Gfp.KERNEL);
    machine.free(0, cache, object);
    Cpu cpu = machine.cpus.getFirst();
    assertThat(cpu.alloc(cache, ANY, Gfp.KERNEL | Gfp.ZERO))
        .as("somebody on its node could free it before it is cleared")
        .isEqualTo(Cpu.WAIT);
    machine.settle();
    assertThat(cpu.result()).isEqualTo(object);
  }

  @Test
  void remoteObjectsAreClearedAtHome() {
    long object = machine.alloc(0, cache, 1, Gfp.KERNEL);
    machine.memory.store(object, -1);
    machine.free(0, cache, object);
    machine.alloc(0, cache, ANY, Gfp.KERNEL);
    assertThat(machine.memory.load(object)).as("not asked to clear").isEqualTo(-1);
    machine.free(0, cache, object);
    machine.alloc(0, cache, ANY, Gfp.KERNEL | Gfp.ZERO);
    assertThat(machine.memory.copyOut(object, TinyMachine.OBJECT)).containsOnly(0);
    assertThat(object % Memory.PAGE_BYTES).isZero();
  }
}
