package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.client.Small.Hoard;
import org.numaslab.cpu.client.ShrinkControl;
import org.numaslab.cpu.client.Shrinker;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;

/// What the gfp flags of an allocation change when memory is short.
@Timeout(60)
class ReclaimTest {
  private static final int PAGE_COUNT_MANY = 64;

  /// A task that has taken all memory, and a hoard that gives nothing back.
  private static Hoard exhaust(Task current) {
    Small.takeAll(current, Small.QUIET);
    Hoard stingy = new Hoard();
    stingy.register(current);
    return stingy;
  }

  private static long alloc(Task current, long size, int gfp) {
    return current.kmalloc().kmalloc(size, gfp | Gfp.NOWARN);
  }

  @ParameterizedTest
  @EnumSource
  void kernelRequestsGetWhatShrinkersFree(Machines machines) {
    List<String> log =
        Small.run(
            machines,
            current -> {
              Hoard hoard = new Hoard();
              hoard.held.addAll(Small.takeAll(current, Small.QUIET, 4096));
              int before = hoard.held.size();
              hoard.register(current);

              for (int i = 0; i < PAGE_COUNT_MANY; i++) {
                assertThat(current.kmalloc().kmalloc(8192, Gfp.KERNEL)).isNotEqualTo(Slab.NULL);
              }
              assertThat(hoard.held.size()).isLessThan(before).isPositive();
              hoard.unregister(current);
            });

    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void bulkAllocationsReclaimToo(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard hoard = new Hoard();
          hoard.held.addAll(Small.takeAll(current, Small.QUIET, 4096));
          hoard.register(current);
          KmemCache cache =
              current.slab().kmemCacheCreate(new CacheRequest("bulk", 4096, 0, 0, false), null);
          assertThat(current.slab().kmemCacheAllocBulk(cache, Gfp.KERNEL, 100, new long[100]))
              .isEqualTo(100);
        });
  }

  @ParameterizedTest
  @EnumSource
  void atomicDrawsOnTheReservesAndDoesNotReclaim(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard stingy = exhaust(current);
          assertThat(alloc(current, 8192, Gfp.KERNEL | Gfp.NORETRY)).isEqualTo(Slab.NULL);
          int asked = stingy.counted;
          current.preemptDisable();
          assertThat(alloc(current, 8192, Gfp.ATOMIC)).isNotEqualTo(Slab.NULL);
          while (alloc(current, 8192, Gfp.ATOMIC) != Slab.NULL) {}
          current.preemptEnable();
          assertThat(stingy.counted).isEqualTo(asked);
        });
  }

  @ParameterizedTest
  @EnumSource
  void highDrawsOnLessOfTheReservesThanAtomic(Machines machines) {
    Small.run(
        machines,
        current -> {
          exhaust(current);
          assertThat(alloc(current, 8192, Gfp.NOWAIT | Gfp.HIGH)).isNotEqualTo(Slab.NULL);
          while (alloc(current, 8192, Gfp.NOWAIT | Gfp.HIGH) != Slab.NULL) {}
          assertThat(alloc(current, 8192, Gfp.ATOMIC)).isNotEqualTo(Slab.NULL);
        });
  }

  @ParameterizedTest
  @EnumSource
  void nowaitNeitherReclaimsNorDrawsOnTheReserves(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard stingy = exhaust(current);
          assertThat(alloc(current, 8192, Gfp.NOWAIT)).isEqualTo(Slab.NULL);
          assertThat(stingy.counted).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void noretryReclaimsOnce(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard stingy = exhaust(current);
          assertThat(alloc(current, 8192, Gfp.KERNEL | Gfp.NORETRY)).isEqualTo(Slab.NULL);
          assertThat(stingy.rounds()).isEqualTo(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void kernelGivesUpAfterSeventeenRoundsWithoutProgress(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard stingy = exhaust(current);
          assertThat(alloc(current, 8192, Gfp.KERNEL)).isEqualTo(Slab.NULL);
          assertThat(stingy.rounds()).isEqualTo(17);
        });
  }

  @ParameterizedTest
  @EnumSource
  void nofsAndNoioTellShrinkersWhatTheyMayNotDo(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard stingy = exhaust(current);
          alloc(current, 8192, Gfp.NOFS | Gfp.NORETRY);
          assertThat(stingy.gfps).allMatch(gfp -> (gfp & Gfp.FS) == 0 && (gfp & Gfp.IO) != 0);
          stingy.gfps.clear();
          alloc(current, 8192, Gfp.NOIO | Gfp.NORETRY);
          assertThat(stingy.gfps).isNotEmpty().allMatch(gfp -> (gfp & (Gfp.FS | Gfp.IO)) == 0);
          stingy.gfps.clear();
          alloc(current, 8192, Gfp.KERNEL | Gfp.NORETRY);
          assertThat(stingy.gfps).isNotEmpty().allMatch(gfp -> (gfp & Gfp.FS) != 0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void costlyOrdersReclaimOnce(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard stingy = exhaust(current);
          assertThat(alloc(current, 64 << 10, Gfp.KERNEL)).isEqualTo(Slab.NULL);
          assertThat(stingy.rounds()).isEqualTo(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void costlyOrdersWithNoretryDoNotReclaim(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard stingy = exhaust(current);
          assertThat(alloc(current, 64 << 10, Gfp.KERNEL | Gfp.NORETRY)).isEqualTo(Slab.NULL);
          assertThat(stingy.counted).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void retryMayfailMakesCostlyOrdersTryLonger(Machines machines) {
    Small.run(
        machines,
        current -> {
          Hoard stingy = exhaust(current);
          assertThat(alloc(current, 64 << 10, Gfp.KERNEL | Gfp.RETRY_MAYFAIL)).isEqualTo(Slab.NULL);
          assertThat(stingy.rounds()).isEqualTo(17);
        });
  }

  @ParameterizedTest
  @EnumSource
  void nofailGoesOnUntilOthersFree(Machines machines) {
    Small.run(
        machines,
        current -> {
          List<Long> taken = Small.takeAll(current, Small.QUIET);
          current.kthreadRun(
              current.cpu(),
              "late",
              other -> {
                for (int i = 0; i < 50; i++) {
                  other.condResched();
                }
                taken.forEach(other.kmalloc()::kfree);
              });
          assertThat(alloc(current, 8192, Gfp.KERNEL | Gfp.NOFAIL)).isNotEqualTo(Slab.NULL);
        });
  }

  @ParameterizedTest
  @EnumSource
  void thisnodeReclaimsOnThatNodeOnly(Machines machines) {
    Small.run(
        machines,
        current -> {
          while (current.kmalloc().kmallocNode(8192, Small.QUIET | Gfp.THISNODE, 1) != Slab.NULL) {}
          Hoard stingy = new Hoard();
          stingy.register(current);
          int gfp = Small.QUIET | Gfp.THISNODE;
          assertThat(current.kmalloc().kmallocNode(8192, gfp, 1)).isEqualTo(Slab.NULL);
          assertThat(stingy.nodes).isNotEmpty().containsOnly(1);
          long other = current.kmalloc().kmallocNode(8192, Small.QUIET, 1);
          assertThat(Small.nodeOf(other)).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource
  void aShrinkerMayUseTheReservesAndDoesNotReclaim(Machines machines) {
    List<Long> got = new ArrayList<>();
    Small.run(
        machines,
        current -> {
          Small.takeAll(current, Small.QUIET);
          int[] depth = new int[1];
          Shrinker needy =
              new Shrinker(2, 0, 0) {
                @Override
                public long countObjects(Task by, ShrinkControl control) {
                  assertThat(++depth[0]).isEqualTo(1);
                  if (got.isEmpty()) {
                    got.add(alloc(by, 8192, Gfp.KERNEL));
                  } else {
                    alloc(by, 4 << 20, Gfp.KERNEL);
                  }
                  depth[0]--;
                  return 0;
                }

                @Override
                public long scanObjects(Task by, ShrinkControl control) {
                  return SHRINK_STOP;
                }
              };
          needy.register(current);
          assertThat(alloc(current, 8192, Gfp.KERNEL | Gfp.NORETRY)).isEqualTo(Slab.NULL);
        });
    assertThat(got).hasSize(1).doesNotContain(Slab.NULL);
  }
}
