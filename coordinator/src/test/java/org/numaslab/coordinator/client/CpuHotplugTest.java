package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.client.HotplugRun.EBUSY;
import static org.numaslab.coordinator.client.HotplugRun.EINVAL;
import static org.numaslab.coordinator.client.HotplugRun.kthread;
import static org.numaslab.coordinator.client.HotplugRun.run;
import static org.numaslab.coordinator.client.HotplugRun.widget;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuView;
import org.numaslab.cpu.client.Completion;
import org.numaslab.cpu.client.Hotplug;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Slab;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// CPUs go off line and come back.
@Timeout(60)
class CpuHotplugTest {
  @ParameterizedTest
  @EnumSource
  void aCpuThatGoesOffLineGivesBackItsSlabs(Machines machines) {
    run(
        machines,
        List.of(current ->
            kthread(
                current,
                1,
                other -> {
                  Slab slab = other.slab();
                  KmemCache cache = widget(other);
                  long[] objects = new long[200];
                  slab.kmemCacheAllocBulk(cache, Gfp.KERNEL, 200, objects);
                  slab.kmemCacheFreeBulk(cache, 200, objects);
                  assertThat(other.hotplug().removeCpu(new CpuId(1))).isZero();
                  assertThat(other.hotplug().isCpuOnline(new CpuId(1))).isFalse();
                })),
        machine -> {
          Cpu dead = machine.state().cpus().get(1);
          for (KmemCache cache : machine.state().registry().caches()) {
            CpuView view = dead.cache(cache.id()).view();
            assertThat(view.slab()).isNull();
            assertThat(view.partial()).isEmpty();
          }
          assertThat(dead.isQuiet()).isTrue();
          assertThat(machine.state().registry().isOnline(new CpuId(1))).isFalse();
        });
  }

  @ParameterizedTest
  @EnumSource
  void theTasksOfACpuGoOnOnAnotherOfItsNodeAndThenOnAny(Machines machines) {
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    Completion nodeIsEmpty = new Completion("cpus 2 and 3 off line");
    run(
        machines,
        List.of(current -> {
          kthread(
              current,
              3,
              runner -> {
                seen.add(runner.cpu().value());
                while (runner.cpu().value() == 3) {
                  runner.kmalloc().kfree(runner.kmalloc().kmalloc(100, Gfp.KERNEL));
                }
                seen.add(runner.cpu().value());
                assertThat(runner.node()).isEqualTo(new NodeId(1));
                nodeIsEmpty.waitForCompletion(runner);
                seen.add(runner.cpu().value());
              });
          while (seen.isEmpty()) {
            current.condResched();
          }
          assertThat(current.hotplug().removeCpu(new CpuId(3))).isZero();
          while (seen.size() < 2) {
            current.condResched();
          }
          assertThat(current.hotplug().removeCpu(new CpuId(2))).isZero();
          nodeIsEmpty.completeAll();
        }));

    assertThat(seen).containsExactly(3, 2, 0);
  }

  @ParameterizedTest
  @EnumSource
  void aTaskForACpuThatIsOffLineStartsOnAnother(Machines machines) {
    List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    run(
        machines,
        List.of(current -> {
          current.hotplug().removeCpu(new CpuId(3));
          kthread(current, 3, other -> ran.add(other.cpu().value()));
        }));

    assertThat(ran).containsExactly(2);
  }

  @ParameterizedTest
  @EnumSource
  void aTaskCanTakeItsOwnCpuOffLine(Machines machines) {
    run(
        machines,
        List.of(current -> {
          assertThat(current.hotplug().removeCpu(new CpuId(0))).isZero();
          assertThat(current.cpu()).isEqualTo(new CpuId(1));
          current.kmalloc().kfree(current.kmalloc().kmalloc(100, Gfp.KERNEL));
        }));
  }

  @ParameterizedTest
  @EnumSource
  void aSectionWithPreemptionOffKeepsItsCpuOnLine(Machines machines) {
    AtomicBoolean inside = new AtomicBoolean();
    AtomicBoolean asked = new AtomicBoolean();
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    run(
        machines,
        List.of(current -> {
          kthread(
              current,
              1,
              atomic -> {
                atomic.preemptDisable();
                inside.set(true);
                Kmalloc heap = atomic.kmalloc();
                for (int i = 0; i < 3000 || !asked.get(); i++) {
                  heap.kfree(heap.kmalloc(100, Gfp.ATOMIC));
                  assertThat(atomic.cpu()).isEqualTo(new CpuId(1));
                }
                order.add("section ends");
                atomic.preemptEnable();
              });
          while (!inside.get()) {
            current.condResched();
          }
          asked.set(true);
          assertThat(current.hotplug().removeCpu(new CpuId(1))).isZero();
          order.add("cpu is off line");
        }));

    assertThat(order).containsExactly("section ends", "cpu is off line");
  }

  @ParameterizedTest
  @EnumSource
  void aCpuComesBackAndTakesTasks(Machines machines) {
    List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    run(
        machines,
        List.of(current -> {
          Hotplug hotplug = current.hotplug();
          for (int i = 0; i < 3; i++) {
            assertThat(hotplug.removeCpu(new CpuId(2))).isZero();
            assertThat(hotplug.addCpu(new CpuId(2))).isZero();
            assertThat(hotplug.isCpuOnline(new CpuId(2))).isTrue();
          }
          kthread(
              current,
              2,
              other -> {
                other.kmalloc().kfree(other.kmalloc().kmalloc(100, Gfp.KERNEL));
                ran.add(other.cpu().value());
              });
        }));

    assertThat(ran).containsExactly(2);
  }

  @ParameterizedTest
  @EnumSource
  void theLastCpuStaysOnLine(Machines machines) {
    run(
        machines,
        List.of(current -> {
          for (int cpu = 0; cpu < 3; cpu++) {
            assertThat(current.hotplug().removeCpu(new CpuId(cpu))).isZero();
          }
          assertThat(current.hotplug().removeCpu(new CpuId(3))).isEqualTo(EBUSY);
          assertThat(current.cpu()).isEqualTo(new CpuId(3));
        }));
  }

  @ParameterizedTest
  @EnumSource
  void aCpuThatIsSoAlreadyStaysSo(Machines machines) {
    run(
        machines,
        List.of(current -> {
          assertThat(current.hotplug().addCpu(new CpuId(1))).isEqualTo(1);
          assertThat(current.hotplug().removeCpu(new CpuId(1))).isZero();
          assertThat(current.hotplug().removeCpu(new CpuId(1))).isEqualTo(1);
        }));
  }

  @ParameterizedTest
  @EnumSource
  void aCpuThatIsNotPossibleIsRefused(Machines machines) {
    List<String> log =
        run(
            machines,
            List.of(current -> {
              for (int cpu : new int[] {-1, 4, 9999}) {
                assertThat(current.hotplug().removeCpu(new CpuId(cpu))).isEqualTo(EINVAL);
              }
              assertThat(current.hotplug().addCpu(new CpuId(4))).isEqualTo(EINVAL);
            }));

    assertThat(log)
        .containsExactly(
            "can't online cpu 4 because it is not configured as may-hotadd at boot time");
  }
}
