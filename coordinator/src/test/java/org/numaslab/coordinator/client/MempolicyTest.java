package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.cpu.cache.Mempolicy.Mode;
import org.numaslab.cpu.cache.NumaEvents.Event;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// A task's mempolicy decides on which node each new slab is put.
@Timeout(60)
class MempolicyTest {
  private static final int EINVAL = -22;
  private static final NodeId ZERO = new NodeId(0);
  private static final NodeId ONE = new NodeId(1);

  /// A slab of the 8 KiB cache has four objects.
  private static final int OBJECTS_PER_SLAB = 4;

  /// The node of each of the next slabs.
  private static List<Integer> slabs(Task current, int count, int gfp) {
    List<Integer> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int node = Small.nodeOf(current.kmalloc().kmalloc(8192, gfp));
      nodes.add(node);
      for (int object = 1; object < OBJECTS_PER_SLAB; object++) {
        long next = current.kmalloc().kmalloc(8192, gfp);
        assertThat(Small.nodeOf(next)).as("object %d of slab %d", object, i).isEqualTo(node);
      }
    }
    return nodes;
  }

  /// Nobody searches other nodes for partial slabs, which takes a turn too.
  private static void withoutSearch(Machine machine) {
    for (KmemCache cache : machine.state().registry().caches()) {
      assertThat(machine.write(cache.id(), "remote_node_defrag_ratio", "0")).isEmpty();
    }
  }

  private static List<Integer> slabs(Task current, int count) {
    return slabs(current, count, Gfp.KERNEL);
  }

  @ParameterizedTest
  @EnumSource
  void withoutAPolicySlabsAreLocal(Machines machines) {
    Small.run(
        machines,
        current -> {
          assertThat(current.mempolicy().mode()).isEqualTo(Mode.DEFAULT);
          assertThat(slabs(current, 3)).containsExactly(0, 0, 0);
          assertThat(current.setMempolicy(Mode.PREFERRED, ONE)).isZero();
          assertThat(current.setMempolicy(Mode.DEFAULT)).isZero();
          assertThat(slabs(current, 3)).containsExactly(0, 0, 0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void interleaveTakesTheNodesInTurnSlabBySlab(Machines machines) {
    Small.run(
        machines,
        MempolicyTest::withoutSearch,
        current -> {
          assertThat(current.setMempolicy(Mode.INTERLEAVE, ONE, ZERO)).isZero();
          assertThat(slabs(current, 5)).containsExactly(0, 1, 0, 1, 0);
        },
        machine -> {
          var events = machine.state().cpus().getFirst().numaEvents();
          assertThat(events.count(Event.INTERLEAVE_HIT, ZERO)).isEqualTo(3);
          assertThat(events.count(Event.INTERLEAVE_HIT, ONE)).isEqualTo(2);
          assertThat(events.count(Event.NUMA_HIT, ONE)).isEqualTo(2);
        });
  }

  @ParameterizedTest
  @EnumSource
  void weightedInterleaveGivesEachNodeItsShare(Machines machines) {
    Small.run(
        machines,
        MempolicyTest::withoutSearch,
        current -> {
          assertThat(current.interleaveWeights().set(ONE, 3)).isZero();
          assertThat(current.setMempolicy(Mode.WEIGHTED_INTERLEAVE, ZERO, ONE)).isZero();
          assertThat(slabs(current, 8)).containsExactly(0, 1, 1, 1, 0, 1, 1, 1);
        },
        machine -> {});
  }

  @ParameterizedTest
  @EnumSource
  void weightsAreFrom1To255(Machines machines) {
    Small.run(
        machines,
        current -> {
          assertThat(current.interleaveWeights().set(ONE, 256)).isEqualTo(EINVAL);
          assertThat(current.interleaveWeights().set(ONE, -1)).isEqualTo(EINVAL);
          assertThat(current.interleaveWeights().set(new NodeId(2), 1)).isEqualTo(-2);
          assertThat(current.interleaveWeights().set(ONE, 0)).isZero();
          assertThat(current.interleaveWeights().get(ONE)).isEqualTo(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void preferredGoesElsewhereWhenItsNodeIsFull(Machines machines) {
    Small.run(
        machines,
        current -> {
          current.setMempolicy(Mode.PREFERRED, ONE);
          assertThat(slabs(current, 2)).containsExactly(1, 1);
          while (current.kmalloc().kmallocNode(8192, Small.QUIET | Gfp.THISNODE, 1) != Slab.NULL) {}
          assertThat(slabs(current, 2)).containsExactly(0, 0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void bindFailsWhenItsNodesAreFull(Machines machines) {
    List<String> log =
        Small.run(
            machines,
            current -> {
              current.setMempolicy(Mode.BIND, ONE);
              assertThat(slabs(current, 2)).containsExactly(1, 1);
              while (current.kmalloc().kmalloc(8192, Small.QUIET) != Slab.NULL) {}
              assertThat(current.kmalloc().kmalloc(8192, Gfp.NOWAIT)).isEqualTo(Slab.NULL);
              current.setMempolicy(Mode.DEFAULT);
              assertThat(Small.nodeOf(current.kmalloc().kmalloc(8192, Gfp.NOWAIT))).isZero();
            });

    assertThat(log.getFirst()).contains("nodemask=1,cpuset=/,mems_allowed=0-1");
    assertThat(log.get(1))
        .startsWith("SLUB: Unable to allocate memory on node -1, gfp=0x800(GFP_NOWAIT)");
  }

  @ParameterizedTest
  @EnumSource
  void preferredManyTriesItsNodesFirst(Machines machines) {
    Small.run(
        machines,
        current -> {
          Small.Hoard stingy = new Small.Hoard();
          stingy.register(current);
          current.setMempolicy(Mode.PREFERRED_MANY, ONE);
          assertThat(slabs(current, 2)).containsExactly(1, 1);
          while (current.kmalloc().kmallocNode(8192, Gfp.NOWAIT | Gfp.NOWARN | Gfp.THISNODE, 1)
              != Slab.NULL) {}
          assertThat(slabs(current, 2)).containsExactly(0, 0);
          assertThat(stingy.counted).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void localIsTheNodeOfTheCpu(Machines machines) {
    Small.run(
        machines,
        current ->
            current.kthreadRun(
                new CpuId(2),
                "there",
                other -> {
                  assertThat(other.setMempolicy(Mode.LOCAL)).isZero();
                  assertThat(slabs(other, 2)).containsExactly(1, 1);
                }));
  }

  @ParameterizedTest
  @EnumSource
  void preferredWithoutNodesIsLocal(Machines machines) {
    Small.run(
        machines,
        current -> {
          assertThat(current.setMempolicy(Mode.PREFERRED)).isZero();
          assertThat(current.mempolicy().mode()).isEqualTo(Mode.LOCAL);
        });
  }

  @ParameterizedTest
  @EnumSource
  void anotherTasksPolicyIsItsOwn(Machines machines) {
    Small.run(
        machines,
        current -> {
          current.setMempolicy(Mode.PREFERRED, ONE);
          current.kthreadRun(
              current.cpu(), "other", other -> assertThat(slabs(other, 2)).containsExactly(0, 0));
        });
  }

  @ParameterizedTest
  @EnumSource
  void thisnodeAndNamedNodesAreNotThePolicys(Machines machines) {
    Small.run(
        machines,
        current -> {
          current.setMempolicy(Mode.BIND, ONE);
          assertThat(slabs(current, 1, Gfp.KERNEL | Gfp.THISNODE)).containsExactly(0);
          assertThat(Small.nodeOf(current.kmalloc().kmallocNode(4096, Gfp.KERNEL, 0))).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void pagesThatAreNoSlabAreNotThePolicys(Machines machines) {
    Small.run(
        machines,
        current -> {
          current.setMempolicy(Mode.BIND, ONE);
          assertThat(Small.nodeOf(current.kmalloc().kmalloc(64 << 10, Gfp.KERNEL))).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void masksWithoutUsableNodesAreInvalid(Machines machines) {
    Small.run(
        machines,
        current -> {
          for (Mode mode :
              List.of(Mode.BIND, Mode.INTERLEAVE, Mode.PREFERRED_MANY, Mode.WEIGHTED_INTERLEAVE)) {
            assertThat(current.setMempolicy(mode)).as("%s of none", mode).isEqualTo(EINVAL);
            assertThat(current.setMempolicy(mode, new NodeId(7))).as("%s", mode).isEqualTo(EINVAL);
          }
          assertThat(current.setMempolicy(Mode.PREFERRED, new NodeId(7))).isEqualTo(EINVAL);
          assertThat(current.setMempolicy(Mode.PREFERRED, new NodeId(-1))).isEqualTo(EINVAL);
          assertThat(current.setMempolicy(Mode.DEFAULT, ONE)).isEqualTo(EINVAL);
          assertThat(current.setMempolicy(Mode.LOCAL, ONE)).isEqualTo(EINVAL);
          assertThat(current.setMempolicy(Mode.BIND, ONE, new NodeId(7))).isZero();
          assertThat(current.mempolicy().nodes()).containsExactly(ONE);
        });
  }
}
