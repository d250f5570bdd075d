package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.driver.StuckMachine;
import org.numaslab.cpu.client.Completion;
import org.numaslab.cpu.client.Kfifo;
import org.numaslab.cpu.client.Task;
import org.numaslab.cpu.client.WaitQueue;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.CpuId;

/// Tasks take turns, wait for each other, and say so when they wait for ever.
@Timeout(60)
class TasksTest {
  @ParameterizedTest
  @EnumSource
  void aTaskRunsOnItsCpuUntilItReturns(Machines machines) {
    List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    Task.Body body = current -> ran.add(current.cpu().value());

    machines.runAll(List.of(body, body, body, body));

    assertThat(ran).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @ParameterizedTest
  @EnumSource
  void tasksOfOneCpuTakeTurns(Machines machines) {
    List<String> ran = Collections.synchronizedList(new ArrayList<>());
    machines.run(current -> {
      for (String name : List.of("a", "b")) {
        current.kthreadRun(
            current.cpu(),
            name,
            task -> {
              ran.add(name);
              task.condResched();
              ran.add(name);
            });
      }
    });

    assertThat(ran).containsExactly("a", "b", "a", "b");
  }

  @ParameterizedTest
  @EnumSource
  void whatOneTaskPutsInAFifoAnotherTakesOutInOrder(Machines machines) {
    Kfifo fifo = new Kfifo("numbers", 3);
    List<Long> got = Collections.synchronizedList(new ArrayList<>());
    machines.runAll(
        List.of(
            current -> {
              for (long i = 0; i < 100; i++) {
                fifo.put(current, i);
              }
            },
            current -> {},
            current -> {
              for (int i = 0; i < 100; i++) {
                got.add(fifo.get(current));
              }
            }));

    assertThat(got).hasSize(100).isSorted();
  }

  @ParameterizedTest
  @EnumSource
  void aTaskWaitsForACompletion(Machines machines) {
    Completion ready = new Completion("the other task");
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    machines.run(current -> {
      current.kthreadRun(
          new CpuId(3),
          "late",
          task -> {
            order.add("late");
            ready.completeAll();
          });
      ready.waitForCompletion(current);
      order.add("first");
    });

    assertThat(order).containsExactly("late", "first");
  }

  @ParameterizedTest
  @EnumSource
  void aTaskThatWaitsForEverIsNamed(Machines machines) {
    assertThatThrownBy(
            () -> machines.run(current -> new WaitQueue("godot").waitEvent(current, () -> false)))
        .isInstanceOf(StuckMachine.class)
        .hasMessageContaining("cpu 0 waits for task test-0 (pid 1, cpu 0) for godot");
  }

  @ParameterizedTest
  @EnumSource
  void whatATaskThrowsEndsTheMachine(Machines machines) {
    assertThatThrownBy(() ->
            machines.run(current -> {
              throw new UnsupportedOperationException("as thrown");
            }))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("as thrown");
  }

  @ParameterizedTest
  @EnumSource
  void sleepingInAtomicContextIsTold(Machines machines) {
    List<String> log =
        machines.run(current -> {
          current.preemptDisable();
          current.kmalloc().kfree(current.kmalloc().kmalloc(100, Gfp.ATOMIC));
          current.kmalloc().kfree(current.kmalloc().kmalloc(100, Gfp.KERNEL));
          current.preemptEnable();
        });

    assertThat(log)
        .containsExactly(
            "BUG: sleeping function called from invalid context at include/linux/sched/mm.h",
            "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 1, name: test-0",
            "preempt_count: 1, expected: 0");
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheTaskItselfMayCallForIt(Machines machines) {
    machines.run(current -> {
      Task other = current.kthreadRun(current.cpu(), "other", task -> {});
      assertThatThrownBy(() -> other.kmalloc().kmalloc(8, Gfp.KERNEL))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("only the task itself may");
    });
  }
}
