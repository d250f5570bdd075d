package org.numaslab.coordinator.conform;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What is run with a mutant's classes, and says in plain texts what came out.
final class MutantRuns {
  private static final int OBJECTS = 4;
  private static final int NONE = NodeId.NONE;

  private MutantRuns() {}

  /// Names the first of these recordings that is not equal, empty when all are.
  static String firstUnequal(List<String> files) {
    Judge judge = CommittedRecordingsTest.judge();
    for (String file : files) {
      if (!judge.judge(Recording.read(Path.of(file))).isEqual()) {
        return file;
      }
    }
    return "";
  }

  /// A machine of two nodes with two CPUs each, one cache with four objects to a slab, of which
  /// nodes keep one when empty.
  private static final class Lists implements AutoCloseable {
    final SimulatedMachine machine =
        SimulatedMachine.instant(
            TOPOLOGY, memory -> new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.WON), 1 << 28);
    final CacheId cache;

    private static final Topology TOPOLOGY = Topology.uniform(2, 2, 1 << 26);

    Lists() {
      CacheGeometry geometry =
          CacheGeometry.of(
              new CacheRequest("t", 1024, 0, 0, false),
              new GeometryOptions(4, 0, 0, 1, SlubDebug.NONE, false));
      KmemCache created = machine.create("t", geometry, false, null);
      cache = created.id();
      machine.registry().change(created.withMinPartial(1), () -> {});
      machine.drain();
    }

    long[] fill(int cpu, int slabs) {
      long[] objects = new long[slabs * OBJECTS];
      Arrays.setAll(objects, i -> machine.alloc(new CpuId(cpu), cache, NONE, Gfp.KERNEL));
      return objects;
    }

    int listed(int node) {
      return machine.node(new NodeId(node)).cache(cache).nrPartial();
    }

    @Override
    public void close() {
      machine.close();
    }
  }

  /// How a cpu of node 0 allocates while node 1 lists as many slabs as it keeps, and one more: node
  /// of the object, length of node 1's list.
  static String remoteMinPartial() {
    StringBuilder text = new StringBuilder();
    for (int listed = 1; listed <= 2; listed++) {
      try (Lists lists = new Lists()) {
        long[] objects = lists.fill(2, listed + 1);
        for (int i = 0; i < listed; i++) {
          lists.machine.free(new CpuId(3), lists.cache, objects[i * OBJECTS]);
        }
        lists.machine.setCpu(new CpuId(3), false);
        text.append(listed).append(" listed: node ");
        long object = lists.machine.alloc(new CpuId(0), lists.cache, NONE, Gfp.KERNEL);
        text.append(Lists.TOPOLOGY.nodeIndexOfFrame(object >>> 12)).append(", list ");
        text.append(lists.listed(1)).append("; ");
      }
    }
    return text.toString();
  }

  /// How many slabs a node lists after an empty cpu slab is deactivated while it has none, one and
  /// two others, of which it keeps one.
  static String emptyDeactivated() {
    StringBuilder text = new StringBuilder();
    for (int listed = 0; listed <= 2; listed++) {
      try (Lists lists = new Lists()) {
        long[] objects = lists.fill(0, listed + 1);
        long own = lists.machine.alloc(new CpuId(1), lists.cache, NONE, Gfp.KERNEL);
        lists.machine.free(new CpuId(1), lists.cache, own);
        for (int i = 0; i < listed; i++) {
          lists.machine.free(new CpuId(0), lists.cache, objects[i * OBJECTS]);
        }
        lists.machine.setCpu(new CpuId(0), false);
        lists.machine.setCpu(new CpuId(1), false);
        text.append(lists.listed(0)).append(' ');
      }
    }
    return text.toString();
  }
}
