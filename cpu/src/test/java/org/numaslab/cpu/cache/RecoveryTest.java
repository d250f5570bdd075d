package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.cpu.cache.TinyMachine.ANY;
import static org.numaslab.cpu.cache.TinyMachine.OBJECTS;
import static org.numaslab.cpu.cache.TinyMachine.object;
import static org.numaslab.cpu.cache.TinyMachine.slab;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.cpu.cache.TinyMachine.SendFailed;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.NodeId;

/// What is left of a step in which the shell of a cpu has failed, and what the cpu makes of it.
class RecoveryTest {
  private static final long NOBODYS = 1L << 40;

  private final TinyMachine machine = new TinyMachine();
  private final CacheId cache = machine.cache();
  private final Cpu cpu = machine.cpus.getFirst();

  @AfterEach
  void close() {
    machine.close();
  }

  private void failsIn(Runnable step) {
    failsIn(1, step);
  }

  private void failsIn(int send, Runnable step) {
    machine.failsAtSend = send;
    assertThatThrownBy(step::run).isInstanceOf(SendFailed.class);
    assertThat(cpu.isCut()).isTrue();
  }

  private List<Long> quarantined() {
    return cpu.quarantine().slabs().stream().map(each -> each.slab().frame()).toList();
  }

  // ---- the message that was cut

  @Test
  void whatAnAllocationThatWasCutComesToIsGivenBack() {
    failsIn(() -> cpu.alloc(cache, ANY, Gfp.KERNEL));
    assertThat(cpu.recover()).isFalse();
    assertThat(cpu.isCut()).isFalse();
    assertThat(cpu.isReady()).isFalse();
    machine.settle();
    assertThat(cpu.isReady()).isTrue();
    assertThat(machine.freeListOf(0, cache)).hasSize(OBJECTS);
  }

  @Test
  void soIsWhatABulkAllocationComesTo() {
    long[] out = new long[OBJECTS + 1];
    failsIn(
        2,
        () -> {
          cpu.allocBulk(cache, Gfp.KERNEL, out, out.length);
          machine.settle();
        });
    assertThat(cpu.recover()).isFalse();
    machine.settle();
    machine.flush(0, cache);
    assertThat(cpu.result()).as("an answer had woken it").isEqualTo(out.length);
    machine.free(0, cache, out);
    machine.flush(0, cache);
    assertThat(machine.half(0, cache).totalObjects() - freeIn(0)).isZero();
  }

  private long freeIn(int node) {
    return machine.half(node, cache).partialObjects() - machine.half(node, cache).partialInUse();
  }

  @Test
  void aFreeThatWasCutTakesEffect() {
    long object = machine.alloc(2, cache);
    failsIn(() -> {
      cpu.free(cache, object);
      cpu.endTurn();
    });
    cpu.recover();
    machine.settle();
    assertThat(cpu.isQuiet()).isTrue();
    assertThat(machine.listOf(slab(object), cache)).containsExactly(0);
  }

  @Test
  void aBulkFreeThatWasCutFreesTheRestToo() {
    long[] full = machine.fillSlabs(1, cache, 5);
    failsIn(() -> cpu.freeBulk(cache, full.clone()));
    cpu.recover();
    machine.settle();
    machine.flush(0, cache);
    machine.flush(1, cache);
    assertThat(freeIn(0)).isEqualTo(machine.half(0, cache).totalObjects());
  }

  // ---- the suspended operation

  @Test
  void anAllocationThatIsCutWhereItDoesNotWaitComesToNothing() {
    cpu.reclaimsBy(true);
    long first = machine.alloc(0, cache);
    Arrays.fill(machine.nature.orderMax, -1);
    long[] out = new long[OBJECTS + 1];
    cpu.allocBulk(cache, Gfp.KERNEL, out, out.length);
    machine.settle();
    assertThat(cpu.result()).isEqualTo(Cpu.RECLAIM);
    Operation aside = cpu.setAside();
    Arrays.fill(machine.nature.orderMax, 3);
    long other = machine.alloc(0, cache);
    failsIn(
        2,
        () -> {
          cpu.retry(aside);
          machine.settle();
        });
    assertThat(cpu.recover()).as("it is complete").isTrue();
    assertThat(cpu.result()).isEqualTo(Cpu.NULL);
    machine.settle();
    assertThat(quarantined()).hasSize(1).doesNotContain(slab(first), slab(other));
    assertThat(machine.listOf(slab(first), cache)).as("what it had is free again").hasSize(3);
  }

  @Test
  void anAllocationThatIsThroughIsToldEvenIfWhatWaitedForItIsCut() {
    machine.fillSlabs(0, cache, 1);
    assertThat(cpu.alloc(cache, ANY, Gfp.KERNEL)).isEqualTo(Cpu.WAIT);
    cpu.housekeeping().flush(cache, 9);
    failsIn(machine::settle);
    assertThat(cpu.recover()).isTrue();
    assertThat(cpu.result()).isPositive();
    machine.settle();
    assertThat(machine.done).endsWith(9L);
  }

  // ---- steps that may be done twice

  @Test
  void aFlushThatWasCutIsDoneAgain() {
    machine.alloc(0, cache);
    failsIn(() -> cpu.housekeeping().flushAll(77));
    cpu.recover();
    machine.settle();
    assertThat(machine.done).containsExactly(77L);
    assertThat(machine.current(0, cache)).isZero();
    assertThat(machine.partial(0, cache)).hasSize(1);
  }

  @Test
  void whatMayNotBeHandedOutAnyMoreGoesBackAllTheSame() {
    CacheId other = machine.cache();
    machine.alloc(0, cache, 1, Gfp.KERNEL);
    machine.alloc(0, other, 1, Gfp.KERNEL);
    failsIn(() -> cpu.giveBack(new NodeId(1)));
    cpu.recover();
    assertThat(machine.current(0, cache)).isZero();
    assertThat(machine.current(0, other)).isZero();
  }

  // ---- what it is not sure of

  @Test
  void slabsInHandAreQuarantined() {
    long own = machine.fillSlabs(0, cache, 1)[0];
    long[] lent = new long[OBJECTS];
    for (int i = 0; i < OBJECTS; i++) {
      lent[i] = machine.alloc(2, cache);
    }
    machine.flush(0, cache);
    machine.flush(2, cache);
    machine.free(0, cache, lent[0]);
    machine.free(0, cache, own);
    assertThat(machine.cpuPartial(0, cache)).containsExactly(slab(own), slab(lent[0]));
    failsIn(() -> cpu.housekeeping().flush(cache, 5));
    cpu.recover();
    machine.settle();
    assertThat(machine.done).endsWith(5L);
    assertThat(quarantined()).containsExactly(slab(lent[0]));
    assertThat(machine.partial(0, cache)).containsExactly(slab(own));
    assertThat(machine.nodes.get(1).borrowers()).containsOnlyKeys(slab(lent[0]));
  }

  @Test
  void aSlabWithACorruptListIsQuarantinedAndOtherCachesGoOn() {
    CacheId other = machine.cache();
    CacheId third = machine.cache();
    long first = machine.alloc(0, cache);
    long fine = machine.alloc(0, other);
    machine.memory.store(object(slab(first), machine.freeListOf(0, cache).getFirst()), 12345);
    failsIn(() -> cpu.alloc(third, ANY, Gfp.KERNEL));
    cpu.recover();
    machine.settle();
    assertThat(quarantined()).containsExactly(slab(first));
    assertThat(machine.current(0, other)).isEqualTo(slab(fine));
    assertThat(slab(machine.alloc(0, cache))).isNotEqualTo(slab(first));
  }

  @Test
  void aSlabThatIsNotFrozenAnyMoreIsQuarantined() {
    long object = machine.alloc(0, cache);
    long word = machine.memory.frames().word(slab(object));
    machine
        .memory
        .frames()
        .setWord(
            slab(object),
            SlabWord.with(word, SlabWord.firstFree(word), SlabWord.inUse(word), false));
    CacheId other = machine.cache();
    failsIn(() -> cpu.alloc(other, ANY, Gfp.KERNEL));
    cpu.recover();
    assertThat(quarantined()).containsExactly(slab(object));
  }

  @Test
  void aNodeThatIsGoneTakesItsQuarantinedSlabsAlong() {
    long own = machine.fillSlabs(0, cache, 1)[0];
    long[] lent = new long[OBJECTS];
    for (int i = 0; i < OBJECTS; i++) {
      lent[i] = machine.alloc(2, cache);
    }
    machine.flush(0, cache);
    machine.flush(2, cache);
    machine.free(0, cache, lent[0]);
    machine.free(0, cache, own);
    failsIn(() -> cpu.housekeeping().flush(cache, 5));
    cpu.recover();
    machine.settle();
    cpu.forget(new NodeId(1));
    assertThat(quarantined()).isEmpty();
    assertThat(cpu.quarantine().everAdded()).isEqualTo(1);
  }

  @Test
  void aFailureThatIsNotOfTheShellIsNotRecoverable() {
    assertThatThrownBy(() -> machine.free(0, cache, NOBODYS)).isInstanceOf(EmulatedOops.class);
    assertThat(cpu.isCut()).isFalse();
  }

  // ---- how often

  @Test
  void threeFailuresWithinTenSecondsAreForgivenTheFourthIsNot() {
    Restarts restarts = new Restarts();
    for (int i = 0; i < Restarts.MAX; i++) {
      assertThat(restarts.mayStartAgain(i)).isTrue();
    }
    assertThat(restarts.mayStartAgain(Restarts.WITHIN_NANOS - 1)).isFalse();
    assertThat(restarts.mayStartAgain(2 * Restarts.WITHIN_NANOS)).isTrue();
  }
}
