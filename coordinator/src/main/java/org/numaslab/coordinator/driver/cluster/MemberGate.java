package org.numaslab.coordinator.driver.cluster;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/// What keeps those apart who touch a member.
///
/// | who | may touch | holds |
/// |---|---|---|
/// | a cpu's actor | its cpu, for a turn | the gate, shared |
/// | the member's actor, for its own CPUs | the node | the node |
/// | anybody, for what crosses a border | all of it | the gate alone, and the node |
///
/// The gate comes before the node. Nobody waits for a message while holding one of them.
///
/// For any thread.
final class MemberGate {
  /// What is done by whoever has everything to himself.
  interface Chores {
    /// Before anything else.
    void first();

    /// Does all that is wanted and due.
    ///
    /// @return when there is something to do again, by the monotonic clock
    long last();

    /// Before others come in, whatever has happened.
    void over();
  }

  private final Object node;
  private final MemberEvents events;
  private final MemberShell shell;
  private final Chores chores;
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();

  /// When the borders want attention, by the monotonic clock.
  private volatile long due = Long.MIN_VALUE;

  private volatile long timerAt = Long.MAX_VALUE;

  /// @param node is locked as itself
  /// @param events is told when steps begin
  /// @param shell wakes the member, which calls [#wake] then
  MemberGate(Object node, MemberEvents events, MemberShell shell, Chores chores) {
    this.node = node;
    this.events = events;
    this.shell = shell;
    this.chores = chores;
  }

  /// For a cpu's actor: before it touches its cpu. A lease that is over ends first.
  void enter() {
    gate.readLock().lock();
    long now = events.now();
    while (now >= due) {
      gate.readLock().unlock();
      alone(() -> {});
      gate.readLock().lock();
      now = events.now();
    }
    events.begins(now);
  }

  /// @param wants whether the cpu has something to ask of other members
  void leave(boolean wants) {
    gate.readLock().unlock();
    if (wants) {
      alone(() -> {});
    }
  }

  /// Does something while no cpu runs, then all that is wanted and due at the borders.
  void alone(Runnable action) {
    gate.writeLock().lock();
    try {
      synchronized (node) {
        events.begins(events.now());
        chores.first();
        action.run();
        due = chores.last();
        if (due < timerAt) {
          timerAt = due;
          shell.wakeAt(due);
        }
      }
    } finally {
      chores.over();
      gate.writeLock().unlock();
    }
  }

  /// The time that the timer was set for has come.
  void wake() {
    timerAt = Long.MAX_VALUE;
    alone(() -> {});
  }
}
