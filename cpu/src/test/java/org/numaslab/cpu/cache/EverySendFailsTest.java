package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.cpu.cache.TinyMachine.ANY;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.numaslab.cpu.cache.TinyMachine.SendFailed;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCacheNode;

/// Random operations of two CPUs of different nodes, again and again: each time another message is
/// the one with which a shell fails. Whatever was allocated and freed must add up.
class EverySendFailsTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final int SEEDS = 40;
  private static final int OPERATIONS = 60;
  private static final int BULK = 6;
  private static final int[] CPUS = {0, 2};

  private final Set<Long> held = new HashSet<>();
  private final List<List<Long>> mine = List.of(new ArrayList<>(), new ArrayList<>());
  private long quarantined;
  private long failures;

  @Test
  void nothingIsLostAndNothingIsHandedOutTwice() {
    for (long seed = SEED; seed < SEED + SEEDS; seed++) {
      int send = 1;
      while (run(seed, send)) {
        send++;
      }
    }
    assertThat(failures).isGreaterThan(SEEDS * 20L);
    assertThat(quarantined).isPositive();
  }

  /// @return whether that message was sent
  private boolean run(long seed, int failing) {
    held.clear();
    mine.forEach(List::clear);
    String what = "-Dnumaslab.seed=" + seed + ", send " + failing;
    try (TinyMachine machine = new TinyMachine()) {
      SplittableRandom random = new SplittableRandom(seed);
      CacheId[] caches = {machine.cache(), machine.cache()};
      machine.failsAtSend = failing;
      for (int i = 0; i < OPERATIONS; i++) {
        int who = random.nextInt(2);
        operation(machine, random, who, caches[who == 0 ? 0 : random.nextInt(2)], what);
        settle(machine, what);
      }
      boolean hasFailed = machine.failsAtSend == 0;
      machine.failsAtSend = 0;
      freeAll(machine, caches[0], caches[1]);
      check(machine, caches, what);
      failures += hasFailed ? 1 : 0;
      return hasFailed;
    }
  }

  private void operation(
      TinyMachine machine, SplittableRandom random, int who, CacheId cache, String what) {
    Cpu cpu = machine.cpus.get(CPUS[who]);
    switch (random.nextInt(8)) {
      case 0, 1 -> alloc(machine, who, cache, ANY, what);
      case 2 -> alloc(machine, who, cache, random.nextInt(3), what);
      case 3 -> allocBulk(machine, who, cache, what);
      case 4 -> survives(cpu, () -> cpu.housekeeping().flushAll(random.nextLong()));
      default -> free(machine, random, who, cache);
    }
  }

  private void alloc(TinyMachine machine, int who, CacheId cache, int node, String what) {
    Cpu cpu = machine.cpus.get(CPUS[who]);
    long[] value = {Cpu.NULL};
    if (survives(cpu, () -> value[0] = cpu.alloc(cache, node, Gfp.KERNEL))) {
      if (value[0] == Cpu.WAIT) {
        settle(machine, what);
        value[0] = cpu.result();
      }
      got(who, value[0], what);
    }
  }

  private void allocBulk(TinyMachine machine, int who, CacheId cache, String what) {
    Cpu cpu = machine.cpus.get(CPUS[who]);
    long[] out = new long[BULK];
    long[] count = new long[1];
    if (survives(cpu, () -> count[0] = cpu.allocBulk(cache, Gfp.KERNEL, out, BULK))) {
      if (count[0] == Cpu.WAIT) {
        settle(machine, what);
        count[0] = cpu.result();
      }
      for (int i = 0; i < count[0]; i++) {
        got(who, out[i], what);
      }
    }
  }

  private void got(int who, long object, String what) {
    if (object != Cpu.NULL) {
      assertThat(held.add(object)).as("0x%x is handed out twice, %s", object, what).isTrue();
      mine.get(who).add(object);
    }
  }

  private void free(TinyMachine machine, SplittableRandom random, int who, CacheId cache) {
    // Objects of the other task: most frees are remote.
    List<Long> from = mine.get(random.nextInt(2));
    List<Long> some = new ArrayList<>();
    for (long object : List.copyOf(from)) {
      boolean isOf = machine.memory.frames().isSlabOf(TinyMachine.slab(object), cache.value());
      if (isOf && some.size() < BULK && random.nextInt(3) > 0) {
        some.add(object);
        from.remove(object);
        held.remove(object);
      }
    }
    Cpu cpu = machine.cpus.get(CPUS[who]);
    long[] objects = some.stream().mapToLong(Long::longValue).toArray();
    if (objects.length == 1) {
      survives(cpu, () -> cpu.free(cache, objects[0]));
    } else {
      survives(cpu, () -> cpu.freeBulk(cache, objects));
    }
    survives(cpu, cpu::endTurn);
  }

  /// @return whether it was not cut
  private static boolean survives(Cpu cpu, Runnable step) {
    try {
      step.run();
      return true;
    } catch (SendFailed failed) {
      assertThat(cpu.recover()).isFalse();
      return false;
    }
  }

  /// Whoever receives an answer may fail, too.
  private void settle(TinyMachine machine, String what) {
    boolean isThrough = false;
    while (!isThrough) {
      try {
        machine.settle();
        isThrough = true;
      } catch (SendFailed failed) {
        Cpu cut = machine.cpus.stream().filter(Cpu::isCut).findFirst().orElseThrow();
        cut.recover();
      }
    }
    for (int cpu : CPUS) {
      assertThat(machine.cpus.get(cpu).isReady()).as("cpu %d, %s", cpu, what).isTrue();
    }
  }

  private void freeAll(TinyMachine machine, CacheId... caches) {
    for (int who = 0; who < 2; who++) {
      for (long object : mine.get(who)) {
        for (CacheId cache : caches) {
          if (machine.memory.frames().isSlabOf(TinyMachine.slab(object), cache.value())) {
            machine.free(CPUS[who], cache, object);
            break;
          }
        }
      }
    }
    for (CacheId cache : caches) {
      machine.flush(CPUS[0], cache);
      machine.flush(CPUS[1], cache);
    }
  }

  private void check(TinyMachine machine, CacheId[] caches, String what) {
    List<Quarantine.Slab> all = new ArrayList<>();
    for (int cpu : CPUS) {
      assertThat(machine.cpus.get(cpu).isQuiet()).as("cpu %d, %s", cpu, what).isTrue();
      all.addAll(machine.cpus.get(cpu).quarantine().slabs());
    }
    quarantined += all.size();
    for (int node = 0; node < 3; node++) {
      int home = node;
      for (CacheId cache : caches) {
        KmemCacheNode half = machine.half(node, cache);
        long slabs = all.stream().filter(s -> s.home() == home && s.cache().equals(cache)).count();
        assertThat(half.nrSlabs() - half.nrPartial())
            .as("slabs of %s on node %d, %s", cache, node, what)
            .isEqualTo((int) slabs);
        assertThat(half.partialInUse()).as("in use on node %d, %s", node, what).isZero();
      }
      long lent = all.stream().filter(s -> s.home() == home && s.slab().isLoan()).count();
      assertThat(machine.nodes.get(node).borrowers()).as("%s", what).hasSize((int) lent);
    }
  }
}
