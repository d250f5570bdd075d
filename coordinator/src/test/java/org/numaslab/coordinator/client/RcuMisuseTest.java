package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.driver.StuckMachine;
import org.numaslab.cpu.client.Rcu;
import org.numaslab.cpu.client.WaitQueue;
import org.numaslab.node.buddy.Gfp;

/// What readers must not do, and what the kernel says to it.
@Timeout(60)
class RcuMisuseTest {
  @ParameterizedTest
  @EnumSource
  void sleepingInASectionIsTold(Machines machines) {
    List<String> log =
        machines.run(current -> {
          WaitQueue queue = new WaitQueue("a turn");
          AtomicBoolean isThere = new AtomicBoolean();
          HotplugRun.kthread(
              current,
              1,
              task -> {
                while (!queue.isActive()) {
                  task.condResched();
                }
                isThere.set(true);
                queue.wakeUp();
              });
          current.rcu().rcuReadLock();
          queue.waitEvent(current, isThere::get);
          current.rcu().rcuReadUnlock();
        });

    assertThat(log)
        .containsExactly(
            "BUG: sleeping function called from invalid context at include/linux/wait.h",
            "in_atomic(): 0, irqs_disabled(): 0, non_block: 0, pid: 1, name: test-0",
            "preempt_count: 0, expected: 0",
            "RCU nest depth: 1, expected: 0",
            "Voluntary context switch within RCU read-side critical section!",
            "WARNING: CPU: 0 PID: 1 at kernel/rcu/tree_plugin.h rcu_note_context_switch");
  }

  @ParameterizedTest
  @EnumSource
  void aReaderThatWaitsForItselfWaitsForEver(Machines machines) {
    assertThatThrownBy(() ->
            machines.run(current -> {
              current.rcu().rcuReadLock();
              current.rcu().synchronizeRcu();
            }))
        .isInstanceOf(StuckMachine.class)
        .hasMessageContaining(
            "cpu 0 waits for task test-0 (pid 1, cpu 0) for the end of its own section");
  }

  @ParameterizedTest
  @EnumSource
  void aReaderThatSleepsForEverIsNamedThoughOthersWaitForIt(Machines machines) {
    assertThatThrownBy(() ->
            machines.runAll(
                List.of(
                    current -> {
                      current.rcu().rcuReadLock();
                      new WaitQueue("godot").waitEvent(current, () -> false);
                    },
                    current -> {
                      for (int i = 0; i < 50; i++) {
                        current.condResched();
                      }
                      current.rcu().synchronizeRcu();
                    })))
        .isInstanceOf(StuckMachine.class)
        .hasMessageContaining("cpu 0 waits for task test-0 (pid 1, cpu 0) for godot");
  }

  @ParameterizedTest
  @EnumSource
  void anUnlockWithoutALockIsRefused(Machines machines) {
    machines.run(current ->
        assertThatThrownBy(current.rcu()::rcuReadUnlock)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("rcu_read_unlock without rcu_read_lock"));
  }

  @ParameterizedTest
  @EnumSource
  void aTaskThatEndsInItsSectionIsToldAndLeavesIt(Machines machines) {
    List<String> log =
        machines.run(current -> {
          HotplugRun.kthread(
              current,
              2,
              task -> {
                task.rcu().rcuReadLock();
                task.rcu().rcuReadLock();
              });
          for (int i = 0; i < 3; i++) {
            current.rcu().synchronizeRcu();
          }
        });

    assertThat(log).containsExactly("WARNING: on-2/2 still has locks held!");
  }

  @ParameterizedTest
  @EnumSource
  void aDereferenceOutsideOfASectionIsSuspicious(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Rcu rcu = current.rcu();
          long head = current.kmalloc().kzalloc(8, Gfp.KERNEL);
          rcu.rcuAssignPointer(head, 77);
          assertThat(rcu.rcuDereference(head)).isEqualTo(77);
          rcu.rcuReadLock();
          assertThat(rcu.rcuDereference(head)).isEqualTo(77);
          rcu.rcuReadUnlock();
        });

    assertThat(log)
        .containsExactly(
            "WARNING: suspicious RCU usage", "suspicious rcu_dereference_check() usage!");
  }
}
