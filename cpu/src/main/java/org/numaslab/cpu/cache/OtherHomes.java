package org.numaslab.cpu.cache;

import org.numaslab.node.cache.Stat;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.topology.NodeId;

/// What becomes of the memory of another node that a cpu may hand out, when it may no longer.
///
/// | what it has of that node | its lease is over | it is gone |
/// |---|---|---|
/// | a current slab, slabs of the partial list | go back | are forgotten |
/// | frees that wait in a batch | are sent | are forgotten |
/// | objects of a bulk allocation that is not through | are freed, others take their place | are forgotten, others take their place |
///
/// Owner: the cpu.
final class OtherHomes {
  private final Cpu cpu;
  private final SlowFree slowFree;
  private final RemoteFrees remoteFrees;

  /// How often each node was forgotten.
  private final int[] forgotten;

  OtherHomes(Cpu cpu, int nodes, SlowFree slowFree, RemoteFrees remoteFrees) {
    this.cpu = cpu;
    this.slowFree = slowFree;
    this.remoteFrees = remoteFrees;
    this.forgotten = new int[nodes];
  }

  /// How often each node was forgotten so far: not a copy.
  int[] lives() {
    return forgotten;
  }

  /// Whether a node is still the one that it was: what it had granted then goes with it.
  boolean isSince(int[] lives, int home) {
    return lives[home] == forgotten[home];
  }

  void giveBack(NodeId home) {
    cpu.operations()
        .forEach(each -> {
          KmemCacheCpu allocating = each.cache();
          long[] early = each.giveUp(home);
          if (allocating != null && early.length > 0) {
            remoteFrees.add(
                home.value(), new FreedRun(allocating.cache.id(), early, cpu.call(), false));
          }
        });
    remoteFrees.sendAll();
    cpu.caches()
        .forEach(c -> {
          if (isCurrentOf(c, home)) {
            c.count(Stat.CPUSLAB_FLUSH);
            slowFree.deactivate(c);
          }
          slowFree.unfreeze(c, c.partial.drainIf(slab -> cpu.nodeOfSlab(slab) == home.value()));
        });
  }

  void forget(NodeId home) {
    forgotten[home.value()]++;
    remoteFrees.forget(home.value());
    cpu.caches()
        .forEach(c -> {
          if (isCurrentOf(c, home)) {
            c.lent.unload();
            c.uninstall();
          }
          c.partial.drainIf(slab -> cpu.nodeOfSlab(slab) == home.value());
        });
    cpu.operations().forEach(each -> each.forget(home));
  }

  /// Whether a cache's current slab is the node's. One whose list is on its way stays: what comes
  /// is used up, or refused.
  private boolean isCurrentOf(KmemCacheCpu c, NodeId home) {
    return c.slab() != null && c.slabNode() == home.value() && !cpu.waitsForListOf(c);
  }
}
