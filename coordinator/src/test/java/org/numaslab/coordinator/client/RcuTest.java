package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.Completion;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.AddressInfo.What;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;

/// Readers, and those who wait for them.
@Timeout(60)
class RcuTest {
  /// So many operations that the reader is preempted in between.
  private static final int LONG = 700;

  private static void work(Task task, int operations) {
    Kmalloc heap = task.kmalloc();
    for (int i = 0; i < operations; i++) {
      heap.kfree(heap.kmalloc(64, Gfp.ATOMIC));
    }
  }

  /// Starts a reader and waits until it is in its section; it stays there for long.
  private static void startReader(Task current, int cpu, List<String> order) {
    Completion begun = new Completion("a reader");
    HotplugRun.kthread(
        current,
        cpu,
        reader -> {
          reader.rcu().rcuReadLock();
          begun.completeAll();
          work(reader, LONG);
          order.add("unlock");
          reader.rcu().rcuReadUnlock();
        });
    begun.waitForCompletion(current);
  }

  private static List<String> order() {
    return Collections.synchronizedList(new ArrayList<>());
  }

  private static KmemCache byRcu(Task current) {
    return HotplugRun.created(
        current, new CacheRequest("by_rcu", 200, 0, SlabFlags.TYPESAFE_BY_RCU, false));
  }

  // ---- grace periods

  @ParameterizedTest
  @EnumSource
  void synchronizeRcuWaitsForReadersOfItsCpuAndOfOtherNodes(Machines machines) {
    for (int cpu : new int[] {0, 1, 3}) {
      List<String> order = order();
      machines.run(current -> {
        startReader(current, cpu, order);
        current.rcu().synchronizeRcu();
        order.add("synchronized");
      });
      assertThat(order).containsExactly("unlock", "synchronized");
    }
  }

  @ParameterizedTest
  @EnumSource
  void sectionsNest(Machines machines) {
    List<String> order = order();
    Completion begun = new Completion("a reader");
    machines.run(current -> {
      HotplugRun.kthread(
          current,
          2,
          reader -> {
            reader.rcu().rcuReadLock();
            reader.rcu().rcuReadLock();
            reader.rcu().rcuReadUnlock();
            begun.completeAll();
            work(reader, LONG);
            order.add("unlock");
            reader.rcu().rcuReadUnlock();
          });
      begun.waitForCompletion(current);
      current.rcu().synchronizeRcu();
      order.add("synchronized");
    });

    assertThat(order).containsExactly("unlock", "synchronized");
  }

  @ParameterizedTest
  @EnumSource
  void aSectionWithPreemptionOffIsWaitedForToo(Machines machines) {
    List<String> order = order();
    Completion begun = new Completion("a section");
    machines.run(current -> {
      HotplugRun.kthread(
          current,
          3,
          task -> {
            task.preemptDisable();
            begun.completeAll();
            work(task, LONG);
            order.add("enable");
            task.preemptEnable();
          });
      begun.waitForCompletion(current);
      current.rcu().synchronizeRcu();
      order.add("synchronized");
    });

    assertThat(order).containsExactly("enable", "synchronized");
  }

  @ParameterizedTest
  @EnumSource
  void readersThatCameLaterAreNotWaitedFor(Machines machines) {
    AtomicBoolean done = new AtomicBoolean();
    machines.run(current -> {
      for (int i = 0; i < 3; i++) {
        HotplugRun.kthread(
            current,
            2,
            reader -> {
              while (!done.get()) {
                reader.rcu().rcuReadLock();
                work(reader, 300);
                reader.rcu().rcuReadUnlock();
              }
            });
      }
      for (int i = 0; i < 5; i++) {
        current.rcu().synchronizeRcu();
      }
      done.set(true);
    });
  }

  @ParameterizedTest
  @EnumSource
  void whileAReaderIsInsideCachesAreMadeAndDestroyed(Machines machines) {
    AtomicBoolean done = new AtomicBoolean();
    machines.run(current -> {
      HotplugRun.kthread(
          current,
          1,
          reader -> {
            reader.rcu().rcuReadLock();
            while (!done.get()) {
              work(reader, 10);
            }
            reader.rcu().rcuReadUnlock();
          });
      HotplugRun.kthread(current, 2, task -> task.rcu().synchronizeRcu());
      for (int i = 0; i < 3; i++) {
        current.slab().kmemCacheDestroy(HotplugRun.widget(current));
      }
      done.set(true);
    });
  }

  // ---- callbacks

  @ParameterizedTest
  @EnumSource
  void callbacksRunOnTheirCpuInOrderAfterTheReaders(Machines machines) {
    List<String> order = order();
    machines.run(current -> {
      startReader(current, 3, order);
      current.preemptDisable();
      for (String name : List.of("a", "b", "c")) {
        current
            .rcu()
            .callRcu(task -> {
              assertThat(task.cpu()).isEqualTo(new CpuId(0));
              order.add(name);
            });
      }
      current.preemptEnable();
    });

    assertThat(order).containsExactly("unlock", "a", "b", "c");
  }

  @ParameterizedTest
  @EnumSource
  void aCallbackMayQueueAnother(Machines machines) {
    List<String> order = order();
    machines.run(current -> {
      current
          .rcu()
          .callRcu(task -> {
            order.add("first");
            task.rcu().callRcu(again -> order.add("second"));
          });
      current.rcu().rcuBarrier();
      order.add("barrier");
      current.rcu().rcuBarrier();
      order.add("barrier");
    });

    assertThat(order).containsExactly("first", "barrier", "second", "barrier");
  }

  @ParameterizedTest
  @EnumSource
  void rcuBarrierWaitsForCallbacksOfAllCpus(Machines machines) {
    List<String> order = order();
    machines.run(current -> {
      startReader(current, 1, order);
      Completion[] queued = new Completion[4];
      for (int cpu = 0; cpu < 4; cpu++) {
        Completion mine = new Completion("cpu " + cpu);
        queued[cpu] = mine;
        HotplugRun.kthread(
            current,
            cpu,
            task -> {
              task.rcu().callRcu(later -> order.add("callback"));
              mine.completeAll();
            });
      }
      for (Completion each : queued) {
        each.waitForCompletion(current);
      }
      current.rcu().rcuBarrier();
      order.add("barrier");
      current.rcu().rcuBarrier();
    });

    assertThat(order)
        .containsExactly("unlock", "callback", "callback", "callback", "callback", "barrier");
  }

  @ParameterizedTest
  @EnumSource
  void callbacksOfACpuThatGoesOffLineRunElsewhere(Machines machines) {
    List<String> order = order();
    Completion queued = new Completion("a callback");
    machines.run(current -> {
      startReader(current, 3, order);
      HotplugRun.kthread(
          current,
          1,
          task -> {
            task.rcu().callRcu(later -> order.add("callback"));
            queued.completeAll();
          });
      queued.waitForCompletion(current);
      assertThat(current.hotplug().removeCpu(new CpuId(1))).isZero();
      current.rcu().rcuBarrier();
      order.add("barrier");
    });

    assertThat(order).containsExactly("unlock", "callback", "barrier");
  }

  @ParameterizedTest
  @EnumSource
  void aCallbackThatSleepsIsTold(Machines machines) {
    List<String> log =
        machines.run(current ->
            current
                .rcu()
                .callRcu(task -> task.kmalloc().kfree(task.kmalloc().kmalloc(8, Gfp.KERNEL))));

    assertThat(log)
        .contains("BUG: sleeping function called from invalid context at include/linux/sched/mm.h");
  }

  // ---- memory

  @ParameterizedTest
  @EnumSource
  void memoryOfKfreeRcuStaysForTheReaders(Machines machines) {
    List<String> order = order();
    MempoolTest.runDebugged(
        machines,
        current -> {
          startReader(current, 2, order);
          long[] all = new long[20];
          for (int i = 0; i < all.length; i++) {
            all[i] = current.kmalloc().kmalloc(100, Gfp.KERNEL);
            current.contents().fill(all[i], 100, (byte) 3);
            if (i % 2 == 0) {
              current.rcu().kfreeRcu(all[i]);
            } else {
              current.rcu().kvfreeRcuMightsleep(all[i]);
            }
          }
          current.rcu().kfreeRcu(Slab.NULL);
          for (long each : all) {
            byte[] found = current.contents().read(each, 90);
            if (order.isEmpty()) {
              assertThat(found).containsOnly(3);
            }
          }
          current.rcu().rcuBarrier();
          assertThat(order).containsExactly("unlock");
          for (long each : all) {
            // The free itself is a message to the node, and not waited for.
            while (current.contents().read(each, 1)[0] != 0x6b) {
              current.condResched();
            }
          }
        });
  }

  /// The case `test_kfree_rcu` of lib/slub_kunit.c.
  @ParameterizedTest
  @EnumSource
  void kfreeRcuAndDestroyAtOnceIsClean(Machines machines) {
    List<String> log =
        machines.run(current -> {
          KmemCache cache = HotplugRun.widget(current);
          current.rcu().kfreeRcu(current.slab().kmemCacheAlloc(cache, Gfp.KERNEL));
          current.slab().kmemCacheDestroy(cache);
        });

    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void pagesOfATypesafeByRcuCacheStayForTheReaders(Machines machines) {
    List<String> order = order();
    List<String> log =
        machines.run(current -> {
          Slab slab = current.slab();
          KmemCache cache = byRcu(current);
          long object = slab.kmemCacheAllocNode(cache, Gfp.KERNEL, 1);
          startReader(current, 2, order);
          slab.kmemCacheFree(cache, object);
          slab.kmemCacheDestroy(cache);
          boolean isThere = current.contents().find(object).what() == What.OBJECT;
          assertThat(isThere || !order.isEmpty()).isTrue();
          current.rcu().synchronizeRcu();
          assertThat(order).containsExactly("unlock");
          assertThat(current.contents().find(object).what()).isEqualTo(What.NOTHING);
        });

    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aFreedObjectOfATypesafeByRcuCacheStaysOne(Machines machines) {
    machines.run(current -> {
      Slab slab = current.slab();
      KmemCache cache = byRcu(current);
      long object = slab.kmemCacheAlloc(cache, Gfp.KERNEL);
      current.contents().fill(object, 200, (byte) 9);
      current.rcu().rcuReadLock();
      slab.kmemCacheFree(cache, object);
      assertThat(current.contents().find(object).cache()).isEqualTo(cache.id().value());
      // The free pointer is behind the object.
      assertThat(current.contents().read(object, 200)).containsOnly(9);
      current.rcu().rcuReadUnlock();
    });
  }

  @ParameterizedTest
  @EnumSource
  void readersSeeTheOldOrTheNewNeverWhatIsFree(Machines machines) {
    MempoolTest.runDebugged(
        machines,
        current -> {
          Kmalloc heap = current.kmalloc();
          long head = heap.kzalloc(8, Gfp.KERNEL);
          current.rcu().rcuAssignPointer(head, config(current, 0));
          for (int cpu = 0; cpu < 4; cpu++) {
            HotplugRun.kthread(
                current,
                cpu,
                reader -> {
                  for (int i = 0; i < 100; i++) {
                    reader.rcu().rcuReadLock();
                    long seen = reader.rcu().rcuDereference(head);
                    long first = reader.contents().readLong(seen);
                    assertThat(reader.contents().readLong(seen + 8)).isEqualTo(-first);
                    assertThat(first).isBetween(0L, 30L);
                    reader.rcu().rcuReadUnlock();
                  }
                });
          }
          for (int i = 1; i <= 30; i++) {
            long old = current.contents().readLong(head);
            current.rcu().rcuAssignPointer(head, config(current, i));
            if (i % 3 == 0) {
              current.rcu().synchronizeRcu();
              heap.kfree(old);
            } else {
              current.rcu().kfreeRcu(old);
            }
          }
        });
  }

  private static long config(Task current, long value) {
    long made = current.kmalloc().kmalloc(16, Gfp.KERNEL);
    current.contents().writeLong(made, value);
    current.contents().writeLong(made + 8, -value);
    return made;
  }
}
