package org.numaslab.cpu.client;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.Mempolicy;
import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.topology.CpuId;

/// The tasks of one cpu, as the program that it runs: one after the other, each for a turn. While
/// the cpu is off line they go on elsewhere as soon as they can run.
///
/// Owner: the cpu's shell, also through the task that has the baton; [#wake] is for any thread.
final class RunQueue implements Program {
  private final Kthreads kthreads;
  private final CpuId cpu;
  private final Queue<Task> arrived = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Task> runnable = new ArrayDeque<>();
  private final Map<Long, Task> asking = new HashMap<>();

  /// Of those the requests that end when readers do: other tasks decide.
  private final Set<Long> gracePeriods = new HashSet<>();

  private final Map<Integer, Task> sleeping = new TreeMap<>();
  private @Nullable Task inOperation;
  private boolean operationIsComplete;
  private long lastRequest;

  RunQueue(Kthreads kthreads, CpuId cpu) {
    this.kthreads = kthreads;
    this.cpu = cpu;
  }

  CpuId cpu() {
    return cpu;
  }

  Kthreads kthreads() {
    return kthreads;
  }

  Host host() {
    return kthreads.host();
  }

  /// Takes a task that can run: a new one, or one that slept.
  void wake(Task task) {
    arrived.add(task);
    host().wake(cpu.value());
  }

  TaskRequest ask(Task task, LongFunction<TaskRequest> request) {
    TaskRequest asked = request.apply(++lastRequest);
    asking.put(asked.request(), task);
    if (asked instanceof TaskRequest.EndGracePeriod) {
      gracePeriods.add(asked.request());
    }
    host().ask(asked);
    return asked;
  }

  @Override
  public void answered(TaskReply reply) {
    gracePeriods.remove(reply.request());
    Task task = asking.remove(reply.request());
    if (task == null) {
      throw new IllegalStateException(cpu + " did not ask for " + reply);
    }
    task.answered(reply);
    arrived.add(task);
  }

  @Override
  public Turn.End turn(Cpu on, int operations) {
    takeArrived();
    Task next = inOperation;
    if (next == null && !on.isOnline()) {
      moveAll();
      return idle();
    }
    if (next != null) {
      if (!operationIsComplete) {
        return Turn.End.ANSWER;
      }
      inOperation = null;
    } else if (!on.isReady()) {
      return Turn.End.ANSWER;
    } else {
      next = runnable.poll();
    }
    if (next == null) {
      on.reclaimsBy(false);
      on.runsUnder(Mempolicy.none());
      on.runs(null);
      return idle();
    }
    on.reclaimsBy(true);
    return switch (next.run(on, operations)) {
      case PREEMPTED -> {
        runnable.add(next);
        yield Turn.End.AGAIN;
      }
      case OPERATION -> {
        inOperation = next;
        operationIsComplete = false;
        yield Turn.End.ANSWER;
      }
      case SLEEPING -> {
        sleeping.put(next.pid(), next);
        yield Turn.End.AGAIN;
      }
      case ENDED -> {
        kthreads.ended(next);
        yield Turn.End.AGAIN;
      }
    };
  }

  private Turn.End idle() {
    return kthreads.areAllDone()
        ? Turn.End.FINISHED
        : asking.size() == gracePeriods.size() ? Turn.End.BLOCKED : Turn.End.ANSWER;
  }

  /// The cpu is off line: whoever can run goes on elsewhere.
  private void moveAll() {
    for (Task task = runnable.poll(); task != null; task = runnable.poll()) {
      RunQueue other = kthreads.insteadOf(cpu);
      task.moveTo(other);
      other.wake(task);
    }
  }

  private void takeArrived() {
    for (Task task = arrived.poll(); task != null; task = arrived.poll()) {
      sleeping.remove(task.pid());
      runnable.add(task);
    }
  }

  @Override
  public Step step(Cpu on) {
    return switch (turn(on, 1)) {
      case AGAIN -> Step.DONE;
      case ANSWER -> Step.WAITS;
      case BLOCKED -> Step.BLOCKED;
      case FINISHED -> Step.FINISHED;
    };
  }

  @Override
  public void completed(Cpu on) {
    operationIsComplete = true;
  }

  @Override
  public String waitsFor() {
    return sleeping.isEmpty()
        ? "tasks elsewhere"
        : sleeping.values().stream()
            .map(task -> task + " for " + task.waitsFor())
            .collect(Collectors.joining(", "));
  }
}
