package org.numaslab.cpu.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.numaslab.cpu.protocol.TaskRequest;

/// Read-copy-update, as a task uses it: include/linux/rcupdate.h, with CONFIG_PREEMPT_RCU, v6.1.
///
/// A grace period ends when every cpu on line has passed a quiescent point since it began: no task
/// of it is still in a section between [#rcuReadLock] and [#rcuReadUnlock], or with preemption off,
/// that had begun before; one that was preempted in it counts, too. Periods begin when somebody
/// waits; who comes before one begins shares it, who comes later gets the next.
///
/// Departures: a cpu does not go off line before the sections that began on it have ended.
/// Callbacks run in a task `rcuc/N` of the cpu that queued them, with preemption off, started when
/// there are some; there is no softirq. `kfree_rcu` is a callback like others, where the kernel
/// collects pages of them. [Slab#kmemCacheDestroy] waits for memory of kfree_rcu, as the kernel
/// does since 6.12 (`kvfree_rcu_barrier`); 6.1 leaves it to the caller.
///
/// Owner: the task.
public final class Rcu {
  private final Task current;

  Rcu(Task current) {
    this.current = current;
  }

  // ---- readers

  /// From here on no grace period ends that begins later (`rcu_read_lock`). Nests. The task must
  /// not sleep until [#rcuReadUnlock]: where it does, the kernel's log says so.
  public void rcuReadLock() {
    current.rcuReadLock();
  }

  /// @throws IllegalStateException without an [#rcuReadLock] before
  public void rcuReadUnlock() {
    current.rcuReadUnlock();
  }

  /// Reads the pointer at an address (`rcu_dereference`): what it points to stays until
  /// [#rcuReadUnlock]. Outside of a section the kernel's log says so (CONFIG_PROVE_RCU).
  ///
  /// @param at where the pointer lies
  public long rcuDereference(long at) {
    if (!current.isRcuReader()) {
      current.print("WARNING: suspicious RCU usage");
      current.print("suspicious rcu_dereference_check() usage!");
    }
    return current.contents().readLong(at);
  }

  /// Writes a pointer for readers, after all that it points to (`rcu_assign_pointer`).
  ///
  /// @param at where the pointer lies
  public void rcuAssignPointer(long at, long pointer) {
    current.contents().writeLong(at, pointer);
  }

  // ---- those who wait for them

  /// Sleeps for a grace period (`synchronize_rcu`). In a section of its own, or with preemption
  /// off, the task sleeps for ever.
  public void synchronizeRcu() {
    if (current.isRcuReader()) {
      current.print("WARNING: suspicious RCU usage");
      current.print("Illegal synchronize_rcu() in RCU read-side critical section!");
    }
    current.mightSleep("kernel/sched/completion.c");
    while (current.isRcuReader() || current.inAtomic()) {
      current.sleep("the end of its own section");
    }
    waitForGracePeriod(current);
  }

  private static void waitForGracePeriod(Task task) {
    task.askAsIs(r -> new TaskRequest.EndGracePeriod(task.cpu(), r));
  }

  /// Has something done after a grace period, on this cpu, behind what was queued there before
  /// (`call_rcu`). Does not sleep; what is done must not either.
  ///
  /// @param callback is given the task that runs it
  public void callRcu(Task.Body callback) {
    current.requireCurrent();
    RcuCallbacks mine = current.kthreads().rcuCallbacks().get(current.cpu().value());
    if (mine.add(callback)) {
      current.kthreadRun(current.cpu(), "rcuc/" + current.cpu().value(), task -> serve(task, mine));
    }
  }

  private static void serve(Task task, RcuCallbacks callbacks) {
    for (List<Task.Body> batch = callbacks.takeNext();
        !batch.isEmpty();
        batch = callbacks.takeNext()) {
      waitForGracePeriod(task);
      for (Task.Body callback : batch) {
        task.preemptDisable();
        callback.run(task);
        task.preemptEnable();
      }
    }
  }

  /// Gives memory back after a grace period (`kfree_rcu`). Does not sleep.
  ///
  /// @param address that a kmalloc gave, or an object of any cache; NULL is nothing
  public void kfreeRcu(long address) {
    if (address == Slab.NULL) {
      return;
    }
    RcuCallbacks mine = current.kthreads().rcuCallbacks().get(current.cpu().value());
    mine.countKfree(1);
    callRcu(task -> {
      task.kmalloc().kfree(address);
      mine.countKfree(-1);
    });
  }

  /// The same for memory without room for an rcu_head (`kvfree_rcu` with one argument,
  /// `kvfree_rcu_mightsleep` since 6.3): may sleep.
  public void kvfreeRcuMightsleep(long address) {
    current.mightSleep("kernel/rcu/tree.c");
    kfreeRcu(address);
  }

  /// Sleeps until all callbacks have run that any cpu has queued before (`rcu_barrier`), memory of
  /// kfree_rcu included.
  public void rcuBarrier() {
    current.mightSleep("kernel/locking/mutex.c");
    List<RcuCallbacks> all = current.kthreads().rcuCallbacks();
    AtomicInteger left = new AtomicInteger(1);
    Completion done = new Completion("rcu_barrier");
    Task.Body one =
        task -> {
          if (left.decrementAndGet() == 0) {
            done.completeAll();
          }
        };
    for (RcuCallbacks each : all) {
      left.incrementAndGet();
      if (!each.addBehindOthers(one)) {
        left.decrementAndGet();
      }
    }
    if (left.decrementAndGet() > 0) {
      done.waitForCompletion(current);
    }
  }

  /// Sleeps until memory that waits for [#kfreeRcu] is free (`kvfree_rcu_barrier`).
  void kvfreeRcuBarrier() {
    if (current.kthreads().rcuCallbacks().stream().anyMatch(RcuCallbacks::hasKfrees)) {
      rcuBarrier();
    }
  }
}
