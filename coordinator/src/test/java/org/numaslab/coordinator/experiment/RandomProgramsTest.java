package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.cpu.cache.AllocPath;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// Programs that nobody thought of, on machines small enough to run out of memory: whatever
/// overtakes what, tasks get what they may expect, and at the end everything adds up.
///
/// `-Dnumaslab.seed=N` repeats one of them, `-Dnumaslab.seeds=N` runs so many.
@Tag("long")
class RandomProgramsTest {
  private static final long SEED = Long.getLong("numaslab.seed", -1);
  private static final long TOUCHED_BYTES_MAX = 1L << 30;

  /// What happened in all runs: that the programs reached what they were written for.
  private final Map<AllocPath, Long> paths = new HashMap<>();

  private long nulls;
  private long slots;

  @Test
  void delayedMessagesLoseNothing() {
    forEachSeed(
        250,
        seed ->
            (topology, natures) ->
                SimulatedMachine.delayed(
                    topology, natures, TOUCHED_BYTES_MAX, new SplittableRandom(~seed)));
  }

  @Test
  void actorsLoseNothing() {
    forEachSeed(
        40,
        seed ->
            (topology, natures) ->
                EmbeddedMachine.start(topology, natures, TOUCHED_BYTES_MAX, 1 + (int) (seed % 7)));
  }

  private interface Start {
    Machine machine(Topology topology, Function<Memory, Natures> natures);
  }

  private void forEachSeed(int usually, Function<Long, Start> start) {
    int open = Memory.openCount();
    int count = Integer.getInteger("numaslab.seeds", usually);
    long first = SEED >= 0 ? SEED : 1;
    for (long seed = first; seed < (SEED >= 0 ? SEED + 1 : 1 + count); seed++) {
      try {
        run(RandomPlan.of(seed), seed, start.apply(seed));
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("repeat with -Dnumaslab.seed=" + seed, failure);
      }
    }
    assertThat(Memory.openCount()).isEqualTo(open);
    if (SEED < 0) {
      assertThat(paths.keySet()).containsExactlyInAnyOrder(AllocPath.values());
      assertThat(nulls).isBetween(count * 2L, slots / 3);
    }
  }

  private void run(RandomPlan plan, long seed, Start start) {
    WatchedNatures[] made = new WatchedNatures[1];
    try (Machine machine =
        start.machine(
            plan.topology(),
            memory ->
                made[0] =
                    new WatchedNatures(
                        plan.topology(),
                        new LiveNatures(plan.topology(), memory, seed, plan.remoteDraw())))) {
      List<KmemCache> caches = new ArrayList<>();
      for (RandomPlan.CachePlan cache : plan.caches()) {
        caches.add(
            machine.create("cache" + caches.size(), cache.geometry(), cache.initOnAlloc(), null));
      }
      NaiveObjects objects = new NaiveObjects(machine.state().memory());
      PlannedProgram.Shared shared =
          new PlannedProgram.Shared(
              plan.topology(),
              caches,
              new SlotTable(plan.slots(), machine::wake),
              objects,
              made[0],
              cache -> {
                if (machine instanceof SimulatedMachine simulated) {
                  simulated.registry().shrink(cache, left -> {});
                }
              });
      List<PlannedProgram> programs = new ArrayList<>();
      for (int cpu = 0; cpu < plan.topology().cpuCount(); cpu++) {
        programs.add(new PlannedProgram(new CpuId(cpu), plan.byCpu().get(cpu), shared));
      }

      machine.run(programs);

      audit(machine, made[0].live(), caches, programs, objects);
    }
    slots += plan.slots();
  }

  private void audit(
      Machine machine,
      LiveNatures natures,
      List<KmemCache> caches,
      List<PlannedProgram> programs,
      NaiveObjects objects) {
    ReplayTally tally = new ReplayTally(machine.state().topology().nodeCount(), caches.size());
    programs.forEach(program -> tally.add(program.tally()));
    programs.forEach(program -> nulls += program.nulls());
    for (AllocPath path : AllocPath.values()) {
      long count = path == AllocPath.NO_MEMORY ? nulls : tally.count(path);
      if (count > 0) {
        paths.merge(path, count, Long::sum);
      }
    }
    Map<Integer, long[]> live = new HashMap<>();
    caches.forEach(cache -> live.put(cache.id().value(), objects.live(cache.id().value())));
    Audit audit = Audit.of(Dumper.dump(machine.state(), natures, caches, tally, live));
    assertThat(audit.findings()).isEmpty();
    assertThat(machine.kernelLog().take()).isEmpty();
  }
}
