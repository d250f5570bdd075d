package org.numaslab.cpu.cache;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.topology.NodeId;

/// What a cpu does between its operations for the machine as a whole. Each ends with `done(token)`
/// in the cpu's outbox.
///
/// | asked | first | then | at last |
/// |---|---|---|---|
/// | flush | what is under way is answered: a free may bring a slab | slabs go back | the nodes have confirmed it |
/// | go off line | whoever is pinned to the cpu lets go | flush of all caches | the same |
/// | pass a quiescent point | a boundary of operations | sections that had begun end | - |
/// | the others | a boundary of operations | - | - |
///
/// Owner: the cpu.
public final class Housekeeping {
  private final Cpu cpu;
  private final CpuOutbox outbox;

  Housekeeping(Cpu cpu, CpuOutbox outbox) {
    this.cpu = cpu;
    this.outbox = outbox;
  }

  /// Gives back all that the cpu holds of a cache (`flush_cpu_slab`).
  public void flush(CacheId cache, long token) {
    flush(() -> Stream.of(cpu.cache(cache)), token);
  }

  /// The same for every cache (`slub_cpu_dead`).
  public void flushAll(long token) {
    flush(cpu::caches, token);
  }

  private void flush(Supplier<Stream<KmemCacheCpu>> caches, long token) {
    flush(caches, () -> cpu.afterAnswers(() -> outbox.done(token)));
  }

  private void flush(Supplier<Stream<KmemCacheCpu>> caches, Runnable then) {
    cpu.atBoundary(() -> cpu.afterAllSent(() -> cpu.flushNow(caches.get(), then)));
  }

  /// Takes no more operations, and gives back all that the cpu holds.
  public void goOffline(long token) {
    cpu.atBoundary(() -> cpu.presence().leave(() -> flushAll(token)));
  }

  /// The same when its shell fails too often: nobody has asked for it.
  public void retire() {
    cpu.atBoundary(() -> cpu.presence().leave(() -> flush(cpu::caches, () -> {})));
  }

  /// Takes operations again.
  public void goOnline(long token) {
    cpu.presence().arrive();
    outbox.done(token);
  }

  /// A node's memory has gone off line, or is back.
  public void setMemory(NodeId of, boolean online, long token) {
    cpu.zonelists().set(of, online);
    outbox.done(token);
  }

  /// Sets a counter of a cache to 0.
  public void clearStat(CacheId cache, Stat stat, long token) {
    cpu.atBoundary(() -> {
      cpu.cache(cache).clear(stat);
      outbox.done(token);
    });
  }

  /// Confirms that the cpu has passed a boundary of operations.
  public void quiesce(long token) {
    cpu.atBoundary(() -> outbox.done(token));
  }

  /// Confirms that the cpu has passed a quiescent point: a boundary of operations, after every
  /// section that had begun before.
  public void passQuiescentPoint(long token) {
    cpu.atBoundary(() -> cpu.readers().afterThoseInside(() -> outbox.done(token)));
  }
}
