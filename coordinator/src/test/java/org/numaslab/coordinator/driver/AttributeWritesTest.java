package org.numaslab.coordinator.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.report.SlabAttributes;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Writes to files of /sys/kernel/slab/CACHE on whole machines: everybody has confirmed them when
/// they return.
@Timeout(60)
class AttributeWritesTest {
  private static final int NODES = 2;
  private static final int CPUS = 4;
  private static final long PAGES = 1024;
  private static final int OBJECTS = 3000;
  private static final Topology TOPOLOGY =
      Topology.uniform(NODES, CPUS / NODES, PAGES * Memory.PAGE_BYTES);

  private static Machine machine(String driver) {
    long bytesMax = NODES * PAGES * Memory.PAGE_BYTES;
    return driver.equals("embedded")
        ? EmbeddedMachine.start(TOPOLOGY, AttributeWritesTest::natures, bytesMax, 16)
        : SimulatedMachine.instant(TOPOLOGY, AttributeWritesTest::natures, bytesMax);
  }

  private static Natures natures(Memory memory) {
    return new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.LOST);
  }

  private static CacheId cache(Machine machine, int flags) {
    CacheRequest request = new CacheRequest("objects", 256, 8, flags, false);
    CacheGeometry geometry = CacheGeometry.of(request, GeometryOptions.forCpus(CPUS));
    return machine.create("objects", geometry, false, null).id();
  }

  private static KmemCache description(Machine machine, CacheId id) {
    return machine.state().registry().cache(id);
  }

  /// Allocates some objects and frees all but every `keep`-th of them.
  private static final class Churn implements Program {
    private final CacheId cache;
    private final int count;
    private final int keep;
    private final List<Long> objects = new ArrayList<>();
    private int freed;

    Churn(CacheId cache, int count, int keep) {
      this.cache = cache;
      this.count = count;
      this.keep = keep;
    }

    @Override
    public Step step(Cpu cpu) {
      if (objects.size() < count) {
        long object = cpu.alloc(cache, NodeId.NONE, Gfp.KERNEL);
        if (object == Cpu.WAIT) {
          return Step.WAITS;
        }
        objects.add(object);
        return Step.DONE;
      }
      if (freed == count) {
        return Step.FINISHED;
      }
      if (freed % keep != 0) {
        cpu.free(cache, objects.get(freed));
      }
      freed++;
      return Step.DONE;
    }

    @Override
    public void completed(Cpu cpu) {
      objects.add(cpu.result());
    }
  }

  private static void churn(Machine machine, CacheId cache, int count, int keep) {
    List<Program> programs = new ArrayList<>();
    for (int cpu = 0; cpu < CPUS; cpu++) {
      programs.add(new Churn(cache, count, keep));
    }
    machine.run(programs);
  }

  private static long sum(Machine machine, CacheId cache, Stat stat) {
    return machine.state().cpus().stream().mapToLong(cpu -> cpu.cache(cache).stat(stat)).sum();
  }

  private static int heldByCpus(Machine machine, CacheId cache) {
    return machine.state().cpus().stream()
        .map(cpu -> cpu.cache(cache).view())
        .mapToInt(view -> view.partial().length + (view.slab() == null ? 0 : 1))
        .sum();
  }

  private static long slabs(Machine machine, CacheId cache) {
    return machine.state().nodes().stream().mapToLong(n -> n.cache(cache).nrSlabs()).sum();
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "simulate"})
  void limitsAreKnownToEveryNodeAndCpu(String driver) {
    try (Machine machine = machine(driver)) {
      CacheId cache = cache(machine, 0);

      assertThat(machine.write(cache, "min_partial", "3")).isEmpty();
      assertThat(machine.write(cache, "cpu_partial", "100\n")).isEmpty();
      assertThat(machine.write(cache, "remote_node_defrag_ratio", "7")).isEmpty();

      List<KmemCache> known = new ArrayList<>(List.of(description(machine, cache)));
      machine.state().nodes().forEach(node -> known.add(node.cache(cache).cache()));
      machine.state().cpus().forEach(cpu -> known.add(cpu.cache(cache).cache()));
      assertThat(known)
          .hasSize(1 + NODES + CPUS)
          .allMatch(c -> c.minPartial() == 3)
          .allMatch(c -> c.cpuPartial() == 100)
          .allMatch(c -> c.remoteNodeDefragRatio() == 70);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "simulate"})
  void aWriteToCpuPartialTakesTheSlabsFromTheCpus(String driver) {
    try (Machine machine = machine(driver)) {
      CacheId cache = cache(machine, 0);
      churn(machine, cache, 100, 7);
      assertThat(heldByCpus(machine, cache)).isPositive();

      assertThat(machine.write(cache, "cpu_partial", "0")).isEmpty();

      assertThat(heldByCpus(machine, cache)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "simulate"})
  void shrinkGivesEmptySlabsBack(String driver) {
    try (Machine machine = machine(driver)) {
      CacheId cache = cache(machine, 0);
      churn(machine, cache, 100, 1000);
      assertThat(slabs(machine, cache)).isGreaterThan(CPUS);

      assertThat(machine.write(cache, "shrink", "1")).isEmpty();

      // Each cpu kept its first object.
      assertThat(slabs(machine, cache)).isBetween(1L, (long) CPUS);
      assertThat(heldByCpus(machine, cache)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "simulate"})
  void aCounterIsClearedOnEachCpuAndTheOthersAreNot(String driver) {
    try (Machine machine = machine(driver)) {
      CacheId cache = cache(machine, 0);
      churn(machine, cache, 100, 7);
      long frees = sum(machine, cache, Stat.FREE_FASTPATH);
      long tid = machine.state().cpus().getFirst().cache(cache).tid();
      assertThat(sum(machine, cache, Stat.ALLOC_FASTPATH)).isPositive();

      assertThat(machine.write(cache, "alloc_fastpath", "0")).isEmpty();

      assertThat(sum(machine, cache, Stat.ALLOC_FASTPATH)).isZero();
      assertThat(sum(machine, cache, Stat.FREE_FASTPATH)).isEqualTo(frees);
      assertThat(machine.state().cpus().getFirst().cache(cache).tid()).isEqualTo(tid);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "simulate"})
  void validateLooksAtEachObject(String driver) {
    try (Machine machine = machine(driver)) {
      CacheId cache = cache(machine, SlabFlags.DEBUG_DEFAULT);
      churn(machine, cache, 20, 3);
      assertThat(machine.write(cache, "validate", "1")).isEmpty();
      assertThat(machine.kernelLog().take()).isEmpty();

      long slab = machine.state().nodes().getFirst().cache(cache).partialSlabs()[0];
      machine.state().memory().storeByte((slab << Memory.PAGE_SHIFT) + 1, (byte) 0x42);
      assertThat(machine.write(cache, "validate", "1")).isEmpty();

      assertThat(machine.kernelLog().take()).anyMatch(line -> line.contains("Redzone overwritten"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "simulate"})
  void nonsenseIsRefusedAndChangesNothing(String driver) {
    try (Machine machine = machine(driver)) {
      CacheId cache = cache(machine, 0);
      KmemCache before = description(machine, cache);

      assertError(machine.write(cache, "min_partial", "many"), Errno.EINVAL);
      assertError(machine.write(cache, "remote_node_defrag_ratio", "101"), Errno.ERANGE);
      assertError(machine.write(cache, "order", "3"), Errno.EACCES);
      assertError(machine.write(cache, "colour", "3"), Errno.ENOENT);

      assertThat(description(machine, cache)).isSameAs(before);
    }
  }

  @Test
  void aDestroyedCacheHasNoFiles() {
    try (SimulatedMachine machine = (SimulatedMachine) machine("simulate")) {
      CacheId cache = cache(machine, 0);
      machine.registry().destroy(cache, left -> {});
      machine.drain();

      for (String attribute : new String[] {"shrink", "alloc_slab", "order", "colour"}) {
        assertError(machine.write(cache, attribute, "1"), Errno.ENOENT);
      }
    }
  }

  @Test
  void aCacheThatCouldNotBeDestroyedKeepsItsFiles() {
    try (SimulatedMachine machine = (SimulatedMachine) machine("simulate")) {
      CacheId cache = cache(machine, 0);
      long object = machine.alloc(new CpuId(0), cache, NodeId.NONE, Gfp.KERNEL);
      machine.registry().destroy(cache, left -> {});
      machine.drain();

      assertThat(machine.write(cache, "shrink", "1")).isEmpty();

      machine.free(new CpuId(0), cache, object);
    }
  }

  /// While programs run: the cpus come to it between their operations.
  @Test
  void filesCanBeWrittenWhileCpusWork() {
    try (Machine machine = machine("embedded")) {
      CacheId cache = cache(machine, 0);
      CompletableFuture<Void> work =
          CompletableFuture.runAsync(() -> churn(machine, cache, OBJECTS, 7));
      int writes = 0;
      while (!work.isDone()) {
        assertThat(machine.write(cache, "alloc_fastpath", "0")).isEmpty();
        assertThat(machine.write(cache, "cpu_partial", Integer.toString(writes % 60))).isEmpty();
        assertThat(machine.write(cache, "shrink", "1")).isEmpty();
        writes++;
      }
      work.join();

      assertThat(writes).isPositive();
      assertThat(machine.write(cache, "shrink", "1")).isEmpty();
      SlabAttributes attributes = new SlabAttributes(machine.state(), description(machine, cache));
      assertThat(attributes.activeObjectCount()).isEqualTo((long) CPUS * Math.ceilDiv(OBJECTS, 7));
    }
  }

  private static void assertError(Optional<Refused> written, Errno error) {
    assertThat(written).map(Refused::error).contains(error);
  }
}
