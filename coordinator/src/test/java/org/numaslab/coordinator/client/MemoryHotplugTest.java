package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.coordinator.client.HotplugRun.EBUSY;
import static org.numaslab.coordinator.client.HotplugRun.EINVAL;
import static org.numaslab.coordinator.client.HotplugRun.created;
import static org.numaslab.coordinator.client.HotplugRun.kthread;
import static org.numaslab.coordinator.client.HotplugRun.nodeOf;
import static org.numaslab.coordinator.client.HotplugRun.run;
import static org.numaslab.coordinator.client.HotplugRun.widget;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.cpu.cache.NumaEvents;
import org.numaslab.cpu.client.Hotplug;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Memory of nodes goes off line and comes back; nodes come at run time.
@Timeout(60)
class MemoryHotplugTest {
  @ParameterizedTest
  @EnumSource
  void memoryGoesOffLineAfterItsCachesAreShrunk(Machines machines) {
    run(
        machines,
        List.of(current -> {
          KmemCache cache = widget(current);
          Slab slab = current.slab();
          slab.kmemCacheFree(cache, slab.kmemCacheAllocNode(cache, Gfp.KERNEL, 1));
          kthread(current, 3, other -> slabOfNode1(other, cache));
          slabOfNode1(current, cache);

          offlineAsSoonAsItIsIdle(current);

          assertThat(current.hotplug().hasMemory(new NodeId(1))).isFalse();
          for (int i = 0; i < 50; i++) {
            long object = slab.kmemCacheAllocNode(cache, Gfp.KERNEL, 1);
            assertThat(nodeOf(object)).isZero();
            slab.kmemCacheFree(cache, object);
          }
        }),
        machine ->
            assertThat(machine.state().nodes().get(1).caches().values())
                .isNotEmpty()
                .allMatch(half -> half.nrSlabs() == 0));
  }

  private static void slabOfNode1(Task current, KmemCache cache) {
    Slab slab = current.slab();
    long[] objects = new long[100];
    for (int i = 0; i < objects.length; i++) {
      objects[i] = slab.kmemCacheAllocNode(cache, Gfp.KERNEL, 1);
    }
    slab.kmemCacheFreeBulk(cache, objects.length, objects);
  }

  /// As long as other CPUs still have something there it is vetoed.
  private static void offlineAsSoonAsItIsIdle(Task current) {
    int returned = EBUSY;
    while (returned == EBUSY) {
      returned = current.hotplug().offlinePages(new NodeId(1));
    }
    assertThat(returned).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void withThisnodeThereAreNoPagesOfANodeThatIsOffLine(Machines machines) {
    run(
        machines,
        List.of(current -> {
          Kmalloc heap = current.kmalloc();
          assertThat(current.hotplug().offlinePages(new NodeId(1))).isZero();
          assertThat(heap.kmallocNode(100_000, Gfp.KERNEL | Gfp.THISNODE, 1)).isEqualTo(Slab.NULL);
          long elsewhere = heap.kmallocNode(100_000, Gfp.KERNEL, 1);
          assertThat(nodeOf(elsewhere)).isZero();
          heap.kfree(elsewhere);
        }));
  }

  @ParameterizedTest
  @EnumSource
  void anObjectOfANodeThatIsOffLineIsOneOfAnyNode(Machines machines) {
    run(
        machines,
        List.of(current -> {
          Kmalloc heap = current.kmalloc();
          assertThat(current.hotplug().offlinePages(new NodeId(1))).isZero();
          long object = heap.kmallocNode(100, Gfp.KERNEL | Gfp.THISNODE, 1);
          assertThat(nodeOf(object)).isZero();
          heap.kfree(object);
        }));
  }

  @ParameterizedTest
  @EnumSource
  void cpusOfANodeWhoseMemoryIsOffLineUseTheNearest(Machines machines) {
    run(
        machines,
        List.of(current -> {
          assertThat(current.hotplug().offlinePages(new NodeId(1))).isZero();
          kthread(
              current,
              2,
              other -> {
                Kmalloc heap = other.kmalloc();
                for (int size : new int[] {64, 100_000}) {
                  long object = heap.kmalloc(size, Gfp.KERNEL);
                  assertThat(nodeOf(object)).isZero();
                  heap.kfree(object);
                }
              });
        }));
  }

  @ParameterizedTest
  @EnumSource
  void memoryComesBackEmpty(Machines machines) {
    run(
        machines,
        List.of(current -> {
          Kmalloc heap = current.kmalloc();
          heap.kfree(heap.kmallocNode(100, Gfp.KERNEL, 1));
          heap.kfree(heap.kmallocNode(100_000, Gfp.KERNEL, 1));
          for (int i = 0; i < 3; i++) {
            assertThat(current.hotplug().offlinePages(new NodeId(1))).isZero();
            assertThat(current.hotplug().onlinePages(new NodeId(1))).isZero();
            assertThat(current.hotplug().hasMemory(new NodeId(1))).isTrue();
            for (int size : new int[] {64, 100_000}) {
              long object = heap.kmallocNode(size, Gfp.KERNEL | Gfp.THISNODE, 1);
              assertThat(nodeOf(object)).isEqualTo(1);
              heap.kfree(object);
            }
          }
        }));
  }

  @ParameterizedTest
  @EnumSource
  void aLiveObjectVetoesAndTheMemoryStaysInUse(Machines machines) {
    run(
        machines,
        List.of(current -> {
          Kmalloc heap = current.kmalloc();
          for (int size : new int[] {8, 100_000}) {
            long object = heap.kmallocNode(size, Gfp.KERNEL, 1);
            assertThat(current.hotplug().offlinePages(new NodeId(1))).isEqualTo(EBUSY);
            assertThat(current.hotplug().hasMemory(new NodeId(1))).isTrue();
            long other = heap.kmallocNode(1 << 20, Gfp.KERNEL | Gfp.THISNODE, 1);
            assertThat(nodeOf(other)).isEqualTo(1);
            heap.kfree(object);
            heap.kfree(other);
          }
          assertThat(current.hotplug().offlinePages(new NodeId(1))).isZero();
        }));
  }

  @ParameterizedTest
  @EnumSource
  void pagesThatWaitForAGracePeriodVeto(Machines machines) {
    run(
        machines,
        List.of(current -> {
          Slab slab = current.slab();
          KmemCache cache =
              created(
                  current, new CacheRequest("by_rcu", 200, 0, SlabFlags.TYPESAFE_BY_RCU, false));
          slab.kmemCacheFree(cache, slab.kmemCacheAllocNode(cache, Gfp.KERNEL, 1));
          assertThat(current.hotplug().offlinePages(new NodeId(1))).isEqualTo(EBUSY);
          // Once the machine has let a grace period pass, nothing is left there.
          offlineAsSoonAsItIsIdle(current);
        }));
  }

  @ParameterizedTest
  @EnumSource
  void pagesThatAnotherNodeGaveAreCountedAsForAMemorylessNode(Machines machines) {
    run(
        machines,
        List.of(current -> {
          Kmalloc heap = current.kmalloc();
          assertThat(current.hotplug().offlinePages(new NodeId(1))).isZero();
          heap.kfree(heap.kmallocNode(100_000, Gfp.KERNEL, 1));
        }),
        machine -> {
          NumaEvents events = machine.state().cpus().get(0).numaEvents();
          assertThat(events.count(NumaEvents.Event.NUMA_FOREIGN, new NodeId(1))).isZero();
          assertThat(events.count(NumaEvents.Event.NUMA_HIT, new NodeId(0))).isEqualTo(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void memoryThatIsNotThereOrTheLastIsRefused(Machines machines) {
    run(
        machines,
        List.of(current -> {
          Hotplug hotplug = current.hotplug();
          assertThat(hotplug.offlinePages(new NodeId(2))).isEqualTo(EINVAL);
          assertThat(hotplug.onlinePages(new NodeId(-1))).isEqualTo(EINVAL);
          assertThat(hotplug.onlinePages(new NodeId(1))).isEqualTo(EINVAL);
          assertThat(hotplug.offlinePages(new NodeId(1))).isZero();
          assertThat(hotplug.offlinePages(new NodeId(1))).isEqualTo(EINVAL);
          assertThat(hotplug.offlinePages(new NodeId(0))).isEqualTo(EBUSY);
        }));
  }

  // ---- what is not there at boot

  @ParameterizedTest
  @EnumSource
  void aNewNodeComesAtRunTime(Machines machines) {
    List<Integer> homes = Collections.synchronizedList(new ArrayList<>());
    try (Machine machine = machines.start(Machines.TWO_NODES)) {
      Kthreads kthreads =
          machine.boot(
              GeometryOptions.forCpus(4),
              false,
              Set.of(new CpuId(2), new CpuId(3)),
              Set.of(new NodeId(1)));
      kthreads.run(
          new CpuId(0),
          "admin",
          current -> {
            Hotplug hotplug = current.hotplug();
            KmemCache cache = widget(current);
            assertThat(hotplug.hasMemory(new NodeId(1))).isFalse();
            assertThat(hotplug.isCpuOnline(new CpuId(3))).isFalse();
            assertThat(hotplug.onlinePages(new NodeId(1))).isZero();
            assertThat(hotplug.addCpu(new CpuId(3))).isZero();
            kthread(
                current,
                3,
                other -> {
                  long object = other.slab().kmemCacheAlloc(cache, Gfp.KERNEL);
                  homes.add(other.cpu().value());
                  homes.add(nodeOf(object));
                  other.slab().kmemCacheFree(cache, object);
                });
          });
      machine.run(kthreads);
    }
    assertThat(homes).containsExactly(3, 1);
  }

  @ParameterizedTest
  @EnumSource
  void bootWithoutAnyCpuOrMemoryIsRefused(Machines machines) {
    try (Machine machine = machines.start(Machines.TWO_NODES)) {
      GeometryOptions options = GeometryOptions.forCpus(4);
      assertThatThrownBy(() -> machine.boot(options, false, Set.of(new CpuId(4)), Set.of()))
          .isInstanceOf(BadInput.class)
          .hasMessage("boot: cpu off line: got 4, allowed: 0..3, but not all of them");
      assertThatThrownBy(
              () -> machine.boot(options, false, Set.of(), Set.of(new NodeId(0), new NodeId(1))))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("those with memory, but not all of them");
    }
  }
}
