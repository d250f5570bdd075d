package org.numaslab.cpu.cache;

import java.util.ArrayDeque;
import java.util.function.LongFunction;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.NodeId;

/// What a cpu has asked nodes for, and what becomes of their answers.
///
/// | answer | when it arrives |
/// |---|---|
/// | the one that the operation waits for | the operation goes on; when it is through, what was deferred is done |
/// | any other | counted, and its slabs taken, between operations |
///
/// Owner: the cpu.
final class Exchange {
  private final Cpu cpu;
  private final CpuOutbox outbox;
  private final OtherHomes otherHomes;
  private final Undone undone;
  private final Distrust distrust;
  private final OpenRequests requests = new OpenRequests();
  private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();

  /// Number of the request that the operation waits for, 0 for none.
  private long awaited;

  private long result;
  private long pagesReclaimed;

  Exchange(Cpu cpu, CpuOutbox outbox, OtherHomes otherHomes, Undone undone, Distrust distrust) {
    this.cpu = cpu;
    this.outbox = outbox;
    this.otherHomes = otherHomes;
    this.undone = undone;
    this.distrust = distrust;
  }

  boolean isReady() {
    return awaited == 0 && !requests.isFull();
  }

  boolean isEmpty() {
    return requests.isEmpty();
  }

  long result() {
    return result;
  }

  long pagesReclaimed() {
    return pagesReclaimed;
  }

  /// What is open, for people.
  @Override
  public String toString() {
    return requests.toString();
  }

  // ---- requests

  /// @return [Cpu#WAIT]
  long ask(int target, LongFunction<NodeProtocol.FromCpu> message) {
    awaited = requests.upcoming(); // also where the outbox fails: it is sent later then
    send(target, message);
    return Cpu.WAIT;
  }

  void send(int target, LongFunction<NodeProtocol.FromCpu> message) {
    NodeId to = new NodeId(target);
    NodeProtocol.FromCpu sent = message.apply(requests.next());
    undone.sends(to, sent);
    outbox.toNode(to, sent);
    undone.sent();
  }

  /// Runs a step between operations: now, or after the one that waits.
  void atBoundary(Runnable step) {
    if (awaited != 0) {
      deferred.add(step);
    } else {
      step.run();
    }
  }

  /// Runs a step after all that was sent so far is answered.
  void afterAnswers(Runnable step) {
    requests.afterAll(step);
  }

  // ---- answers

  /// @return whether the suspended operation is complete now
  boolean receive(NodeReply reply) {
    requests.answered(reply.request());
    if (reply.request() != awaited) {
      if (reply instanceof Applied applied) {
        int[] known = awaited == 0 ? otherHomes.lives() : otherHomes.lives().clone();
        atBoundary(() -> apply(applied, known));
      } else {
        throw new IllegalStateException(cpu.id() + " did not wait for " + reply);
      }
      requests.runWaiting();
      return false;
    }
    awaited = 0;
    undone.resumes();
    long value = resume(reply);
    if (value == Cpu.WAIT) {
      undone.isSettled();
      return false;
    }
    return completes(value);
  }

  private long resume(NodeReply reply) {
    KmemCacheCpu waiting = cpu.operation().cache();
    try {
      return cpu.operation().resume(reply);
    } catch (EmulatedOops | IndexOutOfBoundsException oops) {
      throw waiting == null ? oops : cpu.metBy(waiting, "allocation, path " + cpu.path(), oops);
    }
  }

  /// @return whether there is a caller to be told
  private boolean completes(long value) {
    result = value;
    undone.cameToResult();
    if (value == Cpu.RECLAIM) {
      cpu.pinForReclaim();
    }
    return leavesOperation();
  }

  private boolean leavesOperation() {
    runDeferred();
    undone.isSettled();
    if (undone.isNobodys()) {
      undone.isNobodys(false);
      drop(result);
      return false;
    }
    return true;
  }

  private void runDeferred() {
    for (Runnable next = deferred.poll(); next != null; next = deferred.poll()) {
      next.run();
    }
    requests.runWaiting();
  }

  /// What an operation came to is nobody's.
  private void drop(long value) {
    if (value == Cpu.RECLAIM) {
      drop(cpu.giveUp(cpu.operation()));
    } else if (value != Cpu.NULL) {
      cpu.operation().drop(value);
    }
  }

  /// @param known how often each node was forgotten when it arrived: what a node has granted goes
  ///   with it
  private void apply(Applied applied, int[] known) {
    for (Outcome outcome : applied.outcomes()) {
      KmemCacheCpu c = cpu.cache(outcome.cache());
      c.count(outcome.counts());
      countReclaimed(c, outcome.counts());
      for (SlabGrant slab : outcome.frozen()) {
        if (otherHomes.isSince(known, cpu.nodeOfSlab(slab))) {
          undone.takes(c, slab);
        }
      }
    }
    for (Undone.Held held : undone.inHand().toArray(Undone.Held[]::new)) {
      undone.lets(held.slab().slab());
      cpu.putPartial(held.cache(), held.slab());
    }
  }

  private void countReclaimed(KmemCacheCpu c, int[] counts) {
    for (int i = 0; i < counts.length; i += 2) {
      if (counts[i] == Stat.FREE_SLAB.ordinal()) {
        pagesReclaimed += (long) counts[i + 1] << c.cache.geometry().ooOrder();
      }
    }
  }

  // ---- after a failure of the shell

  /// First what is not to be trusted is put away, then what was begun is done. A failure on the way
  /// begins it again.
  ///
  /// @return whether the suspended operation is complete now
  boolean recover() {
    distrust.putAway();
    sendAgain();
    KmemCacheCpu freedTo = undone.freedTo();
    if (freedTo != null) {
      cpu.freeBulk(freedTo.cache.id(), undone.leftToFree());
    }
    if (awaited == 0 && !undone.hasResult() && !cpu.isPinnedForReclaim()) {
      cpu.operation().cut();
    }
    undone.repeat();
    if (awaited != 0) {
      undone.isSettled();
      return false;
    }
    if (undone.hasResult()) {
      return leavesOperation();
    }
    if (undone.isResumed()) {
      return completes(Cpu.NULL);
    }
    runDeferred();
    return false;
  }

  private void sendAgain() {
    NodeProtocol.FromCpu cut = undone.message();
    NodeId to = undone.to();
    if (cut == null || to == null) {
      return;
    }
    if (cut.request() == awaited && !undone.isResumed()) {
      undone.isNobodys(true);
    }
    outbox.toNode(to, cut);
    undone.sent();
  }
}
