package org.numaslab.cpu.client;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.topology.NodeId;

/// The shrinkers of a machine, and the lock that keeps one from going while it is asked
/// (`shrinker_list`, `shrinker_rwsem`).
///
/// For all tasks of the machine. Models `shrink_slab` of mm/vmscan.c, v6.1.
final class ShrinkerList {
  private final List<Shrinker> shrinkers = new ArrayList<>();
  private final WaitQueue unused = new WaitQueue("shrinker_rwsem");
  private int readers;
  private int writers;

  synchronized void add(Shrinker shrinker) {
    shrinkers.add(shrinker);
  }

  void remove(Task current, Shrinker shrinker) {
    synchronized (this) {
      shrinkers.remove(shrinker);
      writers++;
    }
    unused.waitEvent(current, this::isUnused);
    synchronized (this) {
      writers--;
    }
  }

  private synchronized boolean isUnused() {
    return readers == 0;
  }

  /// Asks every shrinker for objects of a node; nobody while one is being unregistered.
  void shrink(Task current, int gfp, NodeId node, int priority) {
    List<Shrinker> asked = tryRead();
    try {
      for (Shrinker shrinker : asked) {
        shrinker.shrink(current, gfp, node, priority);
      }
    } finally {
      endRead();
    }
  }

  private synchronized List<Shrinker> tryRead() {
    readers++;
    return writers > 0 ? List.of() : List.copyOf(shrinkers);
  }

  private void endRead() {
    boolean last;
    synchronized (this) {
      last = --readers == 0;
    }
    if (last) {
      unused.wakeUp();
    }
  }
}
