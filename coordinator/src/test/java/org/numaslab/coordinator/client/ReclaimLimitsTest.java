package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.client.Small.Hoard;
import org.numaslab.cpu.cache.Mempolicy.Mode;
import org.numaslab.cpu.client.ShrinkControl;
import org.numaslab.cpu.client.Shrinker;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Where reclaim ends, and what it makes of shrinkers that behave badly.
@Timeout(60)
class ReclaimLimitsTest {
  private static final long MANY = 1 << 20;
  private static final int PRIORITIES = 13;

  /// Says what a test wants it to.
  private static class Says extends Shrinker {
    private final long count;
    private final ToLongFunction<ShrinkControl> scan;
    final List<Integer> nodes = new ArrayList<>();
    int scans;

    Says(long count, ToLongFunction<ShrinkControl> scan) {
      super(DEFAULT_SEEKS, 0, 0);
      this.count = count;
      this.scan = scan;
    }

    @Override
    public long countObjects(Task current, ShrinkControl control) {
      nodes.add(control.node().value());
      return count;
    }

    @Override
    public long scanObjects(Task current, ShrinkControl control) {
      scans++;
      return scan.applyAsLong(control);
    }
  }

  private static void exhaust(Task current, Shrinker shrinker) {
    Small.takeAll(current, Small.QUIET);
    shrinker.register(current);
  }

  private static long page(Task current, int gfp) {
    return current.kmalloc().kmalloc(16384, gfp | Gfp.NOWARN);
  }

  @ParameterizedTest
  @EnumSource
  void reclaimEndsWhen32PagesOfSlabsAreFree(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard hoard = new Hoard();
          hoard.held.addAll(Small.takeAll(current, Small.QUIET, 4096));
          int before = hoard.held.size();
          hoard.register(current);
          assertThat(current.kmalloc().kmalloc(4096, Gfp.KERNEL)).isNotEqualTo(Slab.NULL);
          assertThat(before - hoard.held.size()).isBetween(32, before / 2);
        });
  }

  @ParameterizedTest
  @EnumSource
  void memallocUsesAllReservesUnlessNomemalloc(Machines machines) {
    Small.run(
        machines,
        current -> {
          Small.takeAll(current, Gfp.ATOMIC | Gfp.NOWARN);
          assertThat(page(current, Gfp.ATOMIC)).isEqualTo(Slab.NULL);
          assertThat(page(current, Gfp.NOWAIT | Gfp.MEMALLOC | Gfp.NOMEMALLOC))
              .isEqualTo(Slab.NULL);
          assertThat(page(current, Gfp.NOWAIT | Gfp.MEMALLOC)).isNotEqualTo(Slab.NULL);
        });
  }

  @ParameterizedTest
  @EnumSource
  void nofailWithoutDirectReclaimFails(Machines machines) {
    Small.run(
        machines,
        current -> {
          Says none = new Says(0, control -> 0);
          exhaust(current, none);
          assertThat(page(current, Gfp.NOWAIT | Gfp.NOFAIL)).isEqualTo(Slab.NULL);
          assertThat(none.nodes).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource
  void kernelInAtomicContextIsReportedAndGoesOn(Machines machines) {
    List<String> log =
        Small.run(
            machines,
            current -> {
              exhaust(current, new Says(0, control -> 0));
              current.preemptDisable();
              assertThat(page(current, Gfp.KERNEL)).isEqualTo(Slab.NULL);
              current.preemptEnable();
            });
    assertThat(log.getFirst())
        .startsWith(
            "BUG: sleeping function called from invalid context at include/linux/sched/mm.h");
  }

  @ParameterizedTest
  @EnumSource
  void boundTasksReclaimOnTheirNodesOnly(Machines machines) {
    Small.run(
        machines,
        current -> {
          Says none = new Says(0, control -> 0);
          exhaust(current, none);
          assertThat(current.setMempolicy(Mode.BIND, new NodeId(1))).isZero();
          current.kmalloc().kmalloc(8192, Small.QUIET);
          assertThat(none.nodes).hasSize(PRIORITIES).containsOnly(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void memoryThatIsOffLineIsNotReclaimed(Machines machines) {
    List<String> log =
        Small.run(
            machines,
            current -> {
              assertThat(current.hotplug().offlinePages(new NodeId(1))).isZero();
              assertThat(current.setMempolicy(Mode.BIND, new NodeId(1))).isEqualTo(-22);
              assertThat(current.setMempolicy(Mode.INTERLEAVE, new NodeId(0), new NodeId(1)))
                  .isZero();
              assertThat(current.mempolicy().nodes()).containsExactly(new NodeId(0));
              Says none = new Says(0, control -> 0);
              exhaust(current, none);
              current.kmalloc().kmalloc(16384, Gfp.KERNEL);
              assertThat(none.nodes).isNotEmpty().containsOnly(0);
            });
    assertThat(log).singleElement().asString().endsWith(",mems_allowed=0");
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyShrinkerIsNotScanned(Machines machines) {
    Small.run(
        machines,
        current -> {
          Says empty = new Says(Shrinker.SHRINK_EMPTY, control -> 0);
          exhaust(current, empty);
          page(current, Small.QUIET);
          assertThat(empty.nodes).hasSize(2 * PRIORITIES);
          assertThat(empty.scans).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void whatWasLookedAtCountsRatherThanWhatWasAskedFor(Machines machines) {
    Small.run(
        machines,
        current -> {
          Says as = new Says(MANY, control -> 0);
          Says thorough =
              new Says(
                  MANY,
                  control -> {
                    control.setNrScanned(512);
                    return 0;
                  });
          exhaust(current, as);
          thorough.register(current);
          page(current, Small.QUIET);
          // Every share is a multiple of 512 = (2^20 >> 12) * 4 / 2.
          assertThat(as.scans).isEqualTo(4 * thorough.scans);
        });
  }

  @ParameterizedTest
  @EnumSource
  void unregisteringWaitsForTasksThatReclaim(Machines machines) {
    List<String> order = new ArrayList<>();
    Small.run(
        machines,
        current -> {
          Shrinker slow =
              new Says(1000, control -> Shrinker.SHRINK_STOP) {
                @Override
                public long scanObjects(Task task, ShrinkControl control) {
                  if (order.isEmpty()) {
                    order.add("scan");
                    task.kthreadRun(
                        new CpuId(0),
                        "unregisters",
                        other -> {
                          unregister(other);
                          order.add("unregistered");
                        });
                    task.condResched();
                    order.add("scanned");
                  }
                  return SHRINK_STOP;
                }
              };
          exhaust(current, slow);
          page(current, Small.QUIET);
        });
    assertThat(order).containsExactly("scan", "scanned", "unregistered");
  }

  @ParameterizedTest
  @EnumSource
  void countsThatAreNoneAreRefused(Machines machines) {
    refuses(machines, new Says(-7, control -> 0), "shrinker: count_objects gave -7, allowed: ");
    refuses(machines, new Says(MANY, control -> -2), "shrinker: scan_objects gave -2, allowed: ");
    refuses(
        machines,
        new Says(
            MANY,
            control -> {
              control.setNrScanned(-1);
              return 0;
            }),
        "nr_scanned: got -1, allowed: ");
  }

  /// The allocation throws, and all else goes on: the shrinker can go, and so can the cpu.
  private static void refuses(Machines machines, Shrinker bad, String message) {
    Small.run(
        machines,
        current -> {
          exhaust(current, bad);
          assertThatThrownBy(() -> page(current, Small.QUIET)).hasMessageStartingWith(message);
          bad.unregister(current);
          assertThat(page(current, Small.QUIET)).isEqualTo(Slab.NULL);
          assertThat(current.hotplug().removeCpu(new CpuId(0))).isZero();
          assertThat(current.cpu()).isEqualTo(new CpuId(1));
        });
  }
}
