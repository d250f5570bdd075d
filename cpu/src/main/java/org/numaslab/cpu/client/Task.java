package org.numaslab.cpu.client;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.Mempolicy;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.Current;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// A thread of the emulated kernel, on one cpu: what the kernel's code calls `current`.
///
/// | state | leaves when |
/// |---|---|
/// | RUNNABLE | its cpu gives it the baton -> RUNNING |
/// | RUNNING | its turn is used up -> RUNNABLE; an operation waits for a node -> OPERATION; it waits for anything else -> SLEEPING; its body returns -> ENDED |
/// | OPERATION | the node has answered -> RUNNING: until then its cpu does nothing else |
/// | SLEEPING | it is woken -> RUNNABLE |
///
/// It is a virtual thread that runs only while it holds its cpu's baton, so its operations on the
/// cpu are plain method calls. Whatever it shares with other tasks it shares as threads do; to wait
/// for them it has [WaitQueue], [Completion] and [Kfifo]. Waiting in any other way stops its cpu.
///
/// Owner: its own thread; its cpu's shell while the thread has not the baton. Models `struct
/// task_struct` of include/linux/sched.h and kthreads of kernel/kthread.c, v6.1.
public final class Task implements Current {
  /// What a task executes.
  @FunctionalInterface
  public interface Body {
    /// Does the task's work; the task ends with it.
    ///
    /// @param current the task itself
    void run(Task current);
  }

  /// Why a task gave the baton back.
  enum Stop {
    PREEMPTED,
    OPERATION,
    SLEEPING,
    ENDED
  }

  private final int pid;
  private final String name;
  private final Thread thread;
  private final Baton baton;
  private volatile RunQueue queue;
  private Stop stop = Stop.PREEMPTED;
  private String waitsFor = "its first turn";
  private int operationsLeft;
  private int preemptCount;
  private final Reclaim reclaim = new Reclaim(this);
  private Mempolicy mempolicy = Mempolicy.none();
  private volatile boolean isMadeToFail;
  private volatile int failNth;
  private int rcuNesting;
  private int sections;
  private int rcuEntered;
  private @Nullable Cpu cpu;
  private @Nullable TaskReply reply;
  private @Nullable Throwable failure;

  Task(RunQueue queue, int pid, String name, Body body) {
    this.queue = queue;
    this.pid = pid;
    this.name = name;
    this.thread = Thread.ofVirtual().name(name + "/" + pid).unstarted(() -> runBody(body));
    this.baton = new Baton(thread);
  }

  private void runBody(Body body) {
    try {
      body.run(this);
      if (preemptCount != 0) {
        print("BUG: " + name + "/" + pid + " ends with preempt_count " + preemptCount);
        while (preemptCount > 0) {
          preemptEnable();
        }
      }
      if (rcuNesting != 0) {
        print("WARNING: " + name + "/" + pid + " still has locks held!");
        while (rcuNesting > 0) {
          rcuReadUnlock();
        }
      }
    } catch (Throwable thrown) {
      failure = thrown;
    } finally {
      stop = Stop.ENDED;
      baton.end();
    }
  }

  // ---- what it is

  /// Its number, from 1, in order of creation; never used again.
  @Override
  public int pid() {
    return pid;
  }

  /// Its name (`comm`).
  @Override
  public String name() {
    return name;
  }

  /// The cpu that it is on (`smp_processor_id`). Another one only after that cpu went off line.
  @Override
  public CpuId cpu() {
    return queue.cpu();
  }

  /// The node of its cpu (`numa_node_id`).
  public NodeId node() {
    return host().topology().nodeOf(cpu());
  }

  /// The kernel's log (`printk`).
  public void print(String line) {
    log().print(line);
  }

  KernelMessages log() {
    return host().kernelLog();
  }

  Host host() {
    return queue.host();
  }

  Kthreads kthreads() {
    return queue.kthreads();
  }

  @Override
  public String toString() {
    return "task " + name + " (pid " + pid + ", cpu " + queue.cpu().value() + ")";
  }

  // ---- what it can do

  /// kmem_cache_* of include/linux/slab.h.
  public Slab slab() {
    return new Slab(this);
  }

  /// kmalloc and its relatives of include/linux/slab.h.
  public Kmalloc kmalloc() {
    return new Kmalloc(this);
  }

  /// The files of /sys/kernel/slab.
  public SlabFiles slabFiles() {
    return new SlabFiles(this);
  }

  /// Memory that a device owns: devm_* of include/linux/device.h.
  public Devres devres() {
    return new Devres(this);
  }

  /// Blocks of pages: alloc_pages of include/linux/gfp.h.
  public Pages pages() {
    return new Pages(this);
  }

  /// Pools of elements that are always there: include/linux/mempool.h.
  public Mempools mempools() {
    return new Mempools(this);
  }

  /// Read-copy-update: include/linux/rcupdate.h.
  public Rcu rcu() {
    return new Rcu(this);
  }

  /// CPUs and memory that go off line and come back.
  public Hotplug hotplug() {
    return new Hotplug(this);
  }

  /// Reads and writes memory, each access within one object.
  public Contents contents() {
    return new Contents(this, true);
  }

  /// Starts another task (`kthread_run_on_cpu`). For tasks of this JVM's CPUs.
  public Task kthreadRun(CpuId on, String of, Body body) {
    return queue.kthreads().run(on, of, body);
  }

  /// Says on which nodes its new slabs are put (`set_mempolicy`). Another task's policy stays.
  ///
  /// @param nodes of the mode; those that do not exist or have no memory do not count
  /// @return 0; -EINVAL for nodes with DEFAULT or LOCAL, and without a usable node for any other
  ///   mode but PREFERRED, which then is LOCAL; for PREFERRED with unusable ones only
  public int setMempolicy(Mempolicy.Mode mode, NodeId... nodes) {
    List<NodeId> usable =
        IntStream.range(0, host().topology().nodeCount())
            .mapToObj(NodeId::new)
            .filter(enter()::hasMemory)
            .toList();
    Mempolicy next =
        Mempolicy.of(mode, List.of(nodes), usable, queue.kthreads().interleaveWeights()::of);
    if (next == null) {
      return -Errno.EINVAL.number();
    }
    mempolicy = next;
    return 0;
  }

  /// The machine's weights for WEIGHTED_INTERLEAVE.
  public InterleaveWeights interleaveWeights() {
    return queue.kthreads().interleaveWeights();
  }

  /// On which nodes its new slabs are put (`get_mempolicy`).
  public Mempolicy mempolicy() {
    return mempolicy;
  }

  // ---- failures on purpose

  /// Says whether injection points with a task filter make its allocations fail
  /// (`/proc/self/make-it-fail`). For any thread; tasks that it starts are not marked.
  public void makeItFail(boolean marked) {
    isMadeToFail = marked;
  }

  @Override
  public boolean isMadeToFail() {
    return isMadeToFail;
  }

  /// Makes the `calls`-th allocation from now on fail that an injection point decides about,
  /// whatever is set there, and those before it pass; 0 for none (`/proc/self/task/tid/fail-nth`).
  /// For any thread. Means nothing on a machine without injection points.
  ///
  /// @throws BadInput below 0
  @Override
  public void failNth(int calls) {
    if (calls < 0) {
      throw new BadInput(
          "task %s: fail-nth: got %d, allowed: 0..%d".formatted(name, calls, Integer.MAX_VALUE));
    }
    failNth = calls;
  }

  /// How many calls are left; 0 when one was made to fail, or none is to be.
  @Override
  public int failNth() {
    return failNth;
  }

  /// From the innermost function of the API to the task's body; the same while the task waits for a
  /// node.
  @Override
  public List<StackTraceElement> stack(int depth) {
    return Thread.currentThread().equals(thread)
        ? StackWalker.getInstance()
            .walk(frames -> ofTask(frames.map(StackWalker.StackFrame::toStackTraceElement), depth))
        : ofTask(Stream.of(thread.getStackTrace()), depth);
  }

  private static List<StackTraceElement> ofTask(Stream<StackTraceElement> frames, int depth) {
    return frames
        .dropWhile(frame -> !isOfApi(frame.getClassName()))
        .takeWhile(frame -> !isEntry(frame))
        .limit(depth)
        .toList();
  }

  /// Whether a class is one of those that tasks call, and not what runs them.
  private static boolean isOfApi(String className) {
    return className.startsWith(Task.class.getPackageName() + ".")
        && !className.equals(Task.class.getName())
        && !className.equals(Baton.class.getName());
  }

  /// Whether a frame is what every task begins with.
  private static boolean isEntry(StackTraceElement frame) {
    return frame.getClassName().equals(Task.class.getName())
        && frame.getMethodName().equals("runBody");
  }

  /// Gives the other tasks of its cpu a turn (`cond_resched`).
  public void condResched() {
    mightSleep("kernel/sched/core.c");
    requireCurrent();
    giveUp(Stop.PREEMPTED);
  }

  /// From here on it may not sleep, and its cpu stays on line (`preempt_disable`, a spin lock).
  /// Nests.
  public void preemptDisable() {
    requireCurrent();
    enterSection();
    preemptCount++;
  }

  /// From here on its cpu stays on line, and grace periods wait for the task.
  private void enterSection() {
    if (sections == 0) {
      Cpu on = onlineCpu();
      on.pin();
      rcuEntered = on.readers().enter();
    }
    sections++;
  }

  private void exitSection() {
    Cpu on = cpu;
    if (--sections == 0 && on != null) {
      on.readers().exit(rcuEntered);
      on.unpin();
    }
  }

  void rcuReadLock() {
    requireCurrent();
    enterSection();
    rcuNesting++;
  }

  void rcuReadUnlock() {
    if (rcuNesting == 0) {
      throw new IllegalStateException(this + ": rcu_read_unlock without rcu_read_lock");
    }
    rcuNesting--;
    exitSection();
  }

  /// Whether it is in a read-side section of RCU (`rcu_read_lock_held`).
  boolean isRcuReader() {
    return rcuNesting > 0;
  }

  /// Its cpu; where that has gone off line while an operation of the task waited, the next one.
  private Cpu onlineCpu() {
    Cpu on = cpu;
    while (on == null || !on.isOnline()) {
      giveUp(Stop.PREEMPTED);
      on = cpu;
    }
    return on;
  }

  /// @throws IllegalStateException without a [#preemptDisable] before
  public void preemptEnable() {
    if (preemptCount == 0) {
      throw new IllegalStateException(this + ": preempt_enable without preempt_disable");
    }
    preemptCount--;
    exitSection();
  }

  /// Whether it may not sleep (`in_atomic`).
  public boolean inAtomic() {
    return preemptCount > 0;
  }

  // ---- for the API

  /// Begins an operation that allocates: first the check of `might_alloc`.
  Cpu enterAlloc(int gfp) {
    if ((gfp & Gfp.DIRECT_RECLAIM) != 0) {
      mightSleep("include/linux/sched/mm.h");
    }
    Cpu on = enter();
    on.runsUnder(mempolicy);
    return on;
  }

  /// What it may really do: while it reclaims, use all reserves (PF_MEMALLOC).
  int effective(int gfp) {
    return reclaim.isReclaiming() && (gfp & Gfp.NOMEMALLOC) == 0 ? gfp | Gfp.MEMALLOC : gfp;
  }

  /// The flags that [#effective] was given, for reports.
  int asAsked(int gfp) {
    return reclaim.isReclaiming() ? gfp & ~Gfp.MEMALLOC : gfp;
  }

  /// Gives the other tasks of its cpu a turn, if it may.
  void yieldIfPreemptible() {
    if (preemptCount == 0) {
      giveUp(Stop.PREEMPTED);
    }
  }

  /// Begins an operation: waits until the cpu takes one.
  Cpu enter() {
    requireCurrent();
    Cpu mine = cpu;
    if (operationsLeft-- <= 0 || mine == null || !mine.isReady()) {
      do {
        giveUp(Stop.PREEMPTED);
        mine = cpu;
      } while (mine == null || !mine.isReady());
      operationsLeft--;
    }
    return mine;
  }

  /// What an operation comes to, once the nodes have answered and memory was reclaimed for it.
  long settle(Cpu on, long value) {
    long came = await(on, value);
    return came == Cpu.RECLAIM ? reclaim.allocate(on) : came;
  }

  /// What it comes to once the nodes have answered: also [Cpu#RECLAIM].
  long await(Cpu on, long value) {
    if (value != Cpu.WAIT) {
      return value;
    }
    waitsFor = "a node";
    giveUp(Stop.OPERATION);
    return on.result();
  }

  /// Asks the registry and sleeps until it has answered.
  TaskReply ask(LongFunction<TaskRequest> request) {
    requireCurrent();
    mightSleep("kernel/locking/mutex.c");
    return askAsIs(request);
  }

  /// The same without the check of `might_sleep`.
  TaskReply askAsIs(LongFunction<TaskRequest> request) {
    TaskRequest asked = queue.ask(this, request);
    sleep(asked.getClass().getSimpleName());
    TaskReply answered = reply;
    if (answered == null) {
      throw new IllegalStateException(this + " was woken without an answer to " + asked);
    }
    reply = null;
    return answered;
  }

  /// Says where sleeping is a bug (`__might_sleep`); the kernel goes on, too.
  void mightSleep(String where) {
    if (preemptCount > 0 || rcuNesting > 0) {
      print("BUG: sleeping function called from invalid context at " + where);
      print(
          "in_atomic(): "
              + (preemptCount > 0 ? 1 : 0)
              + ", irqs_disabled(): 0, non_block: 0, pid: "
              + pid
              + ", name: "
              + name);
      print("preempt_count: " + Integer.toHexString(preemptCount) + ", expected: 0");
      if (rcuNesting > 0) {
        print("RCU nest depth: " + rcuNesting + ", expected: 0");
      }
    }
  }

  /// Says that something is wrong that the kernel survives (`WARN_ON`).
  ///
  /// @param at source file and function
  void warn(String at) {
    print("WARNING: CPU: %d PID: %d at %s".formatted(cpu().value(), pid, at));
  }

  /// Sleeps until [#wake].
  ///
  /// @param what it waits for, for people
  void sleep(String what) {
    requireCurrent();
    if (preemptCount > 0) {
      print("BUG: scheduling while atomic: %s/%d/0x%08x".formatted(name, pid, preemptCount));
    }
    if (rcuNesting > 0) {
      print("Voluntary context switch within RCU read-side critical section!");
      warn("kernel/rcu/tree_plugin.h rcu_note_context_switch");
    }
    waitsFor = what;
    giveUp(Stop.SLEEPING);
  }

  /// Ends its sleep. For any thread, once per sleep.
  void wake() {
    queue.wake(this);
  }

  private void giveUp(Stop why) {
    stop = why;
    baton.giveBack();
  }

  void requireCurrent() {
    if (!Thread.currentThread().equals(thread)) {
      throw new IllegalStateException(
          this + ": called by " + Thread.currentThread() + "; only the task itself may");
    }
  }

  // ---- for its cpu's shell

  /// Runs it until it gives the baton back.
  ///
  /// @throws IllegalStateException when it waits for something that is no part of the machine
  Stop run(Cpu on, int operations) {
    cpu = on;
    on.runs(this);
    operationsLeft = operations;
    if (!baton.lend()) {
      IllegalStateException stuck =
          new IllegalStateException(
              "watchdog: BUG: soft lockup - CPU#%d stuck for %ds! [%s:%d] waits outside of the machine; use WaitQueue, Completion or Kfifo"
                  .formatted(
                      queue.cpu().value(), Baton.PATIENCE_NANOS / 1_000_000_000L, name, pid));
      stuck.setStackTrace(thread.getStackTrace());
      throw stuck;
    }
    return stop;
  }

  /// From now on it is another cpu's.
  void moveTo(RunQueue other) {
    queue = other;
  }

  void answered(TaskReply answer) {
    reply = answer;
  }

  String waitsFor() {
    return waitsFor;
  }

  /// What its body threw, null when it returned.
  @Nullable Throwable failure() {
    return failure;
  }
}
