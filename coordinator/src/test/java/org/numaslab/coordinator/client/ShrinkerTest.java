package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.client.Small.Hoard;
import org.numaslab.cpu.client.ShrinkControl;
import org.numaslab.cpu.client.Shrinker;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.NodeId;

/// How reclaim asks shrinkers: portions and what is left for later.
@Timeout(60)
class ShrinkerTest {
  /// Has always the same number of objects, and looks at all that it is asked for.
  private static final class Constant extends Shrinker {
    final long count;
    final List<Long> scans = new ArrayList<>();
    final List<Integer> nodes = new ArrayList<>();
    int countsMax = Integer.MAX_VALUE;

    Constant(int seeks, long batch, int flags, long count) {
      super(seeks, batch, flags);
      this.count = count;
    }

    @Override
    public long countObjects(Task current, ShrinkControl control) {
      nodes.add(control.node().value());
      return nodes.size() > countsMax ? SHRINK_EMPTY : count;
    }

    @Override
    public long scanObjects(Task current, ShrinkControl control) {
      scans.add(control.nrToScan());
      return 0;
    }
  }

  private static void reclaimOnce(Machines machines, Shrinker shrinker) {
    Small.run(
        machines,
        current -> {
          Small.takeAll(current, Small.QUIET);
          shrinker.register(current);
          current.kmalloc().kmalloc(8192, Small.QUIET);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aLittleIsLeftForLaterUntilItIsAPortion(Machines machines) {
    Constant few = new Constant(2, 128, Shrinker.NUMA_AWARE, 8192);
    few.countsMax = 2;
    reclaimOnce(machines, few);

    assertThat(few.scans).isEmpty();
    assertThat(few.nrDeferred(new NodeId(0))).isEqualTo((8192 >> 12) * 4 / 2);
    assertThat(few.nrDeferred(new NodeId(1))).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource
  void eachPriorityAsksForTwiceAsMuchAsTheLastInPortionsOfTheBatch(Machines machines) {
    Constant many = new Constant(2, 64, Shrinker.NUMA_AWARE, 1 << 18);
    many.countsMax = 4;
    reclaimOnce(machines, many);

    // (1 << 18 >> 12) * 4 / 2 = 128 for each node at priority 12, then 256
    assertThat(many.scans).hasSize(2 + 2 + 4 + 4).containsOnly(64L);
    assertThat(many.nodes.subList(0, 4)).containsExactly(0, 1, 0, 1);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsCheapToHaveAgainIsScannedByHalf(Machines machines) {
    Constant cheap = new Constant(0, 64, 0, 256);
    cheap.countsMax = 1;
    reclaimOnce(machines, cheap);

    assertThat(cheap.scans).containsExactly(64L, 64L);
  }

  @ParameterizedTest
  @EnumSource
  void aFewObjectsAreScannedAtTheLowestPriorities(Machines machines) {
    Constant few = new Constant(2, 0, 0, 10);
    reclaimOnce(machines, few);

    assertThat(few.scans).isNotEmpty().allMatch(scan -> scan >= 10 && scan <= 20);
  }

  @ParameterizedTest
  @EnumSource
  void oneThatStopsIsAskedAgainAtTheNextPriorityOnly(Machines machines) {
    Hoard stopping = new Hoard();
    stopping.pretends = 1 << 20;
    reclaimOnce(machines, stopping);

    assertThat(stopping.counted).isEqualTo(26);
    assertThat(stopping.scans).hasSize(26);
  }

  @ParameterizedTest
  @EnumSource
  void oneThatIsUnregisteredIsNotAsked(Machines machines) {
    Hoard gone = new Hoard();
    Small.run(
        machines,
        current -> {
          Small.takeAll(current, Small.QUIET);
          gone.unregister(current);
          gone.register(current);
          gone.unregister(current);
          gone.unregister(current);
          current.kmalloc().kmalloc(8192, Small.QUIET);
        });

    assertThat(gone.counted).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void registeringTwiceCorruptsTheList(Machines machines) {
    Hoard twice = new Hoard();
    assertThatThrownBy(() ->
            Small.run(
                machines,
                current -> {
                  twice.register(current);
                  twice.register(current);
                }))
        .isInstanceOf(EmulatedOops.class)
        .hasMessageContaining("list_add double add");
  }

  @ParameterizedTest
  @EnumSource
  void anAllocationThatCannotReclaimAsksNone(Machines machines) {
    Hoard hoard = new Hoard();
    Small.run(
        machines,
        current -> {
          hoard.held.addAll(Small.takeAll(current, Small.QUIET));
          hoard.register(current);
          current.kmalloc().kmalloc(8192, Gfp.NOWAIT | Gfp.NOWARN);
        });

    assertThat(hoard.counted).isZero();
  }

  @org.junit.jupiter.api.Test
  void negativeSeeksBatchesAndUnknownFlagsAreRefused() {
    assertThatThrownBy(() -> new Constant(-1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("seeks -1");
    assertThatThrownBy(() -> new Constant(2, -1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batch -1");
    assertThatThrownBy(() -> new Constant(2, 0, 64, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flags 0x40");
  }
}
