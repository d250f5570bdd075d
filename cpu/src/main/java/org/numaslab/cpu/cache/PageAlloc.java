package org.numaslab.cpu.cache;

import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeReply.TookPages;
import org.numaslab.node.topology.NodeId;

/// An allocation of pages that are no slab, as its own continuation: it asks the nodes of its
/// [PageWalk] until one has them.
///
/// Owner: the cpu. Models `__kmalloc_large_node` of mm/slab_common.c, v6.1.
final class PageAlloc {
  private final Cpu cpu;
  private final PageWalk walk = new PageWalk();
  private int wanted;
  private int order;
  private int gfp;

  PageAlloc(Cpu cpu) {
    this.cpu = cpu;
  }

  /// @return [Cpu#WAIT], or [Cpu#NULL] when no node is allowed
  long start(int blockOrder, int wantedNode, int gfpFlags) {
    wanted = wantedNode;
    order = blockOrder;
    gfp = gfpFlags | Gfp.COMP;
    boolean fails = cpu.failsPages(order, gfp);
    if (isOfNoNode(wantedNode)) {
      return Cpu.NULL;
    }
    walk.start(cpu.allowedNodes(wantedNode, gfpFlags), fails);
    return next();
  }

  /// Whether the zonelist is empty: bound to a node that has no memory.
  private boolean isOfNoNode(int wanted) {
    return wanted != NodeId.NONE && (gfp & Gfp.THISNODE) != 0 && !cpu.hasMemory(new NodeId(wanted));
  }

  private long next() {
    if (!walk.next(gfp)) {
      return cpu.reclaims() ? Cpu.RECLAIM : Cpu.NULL;
    }
    return cpu.ask(
        walk.node().value(),
        r -> new NodeProtocol.TakePages(cpu.caller(), r, order, gfp, walk.mark()));
  }

  /// @return a physical address, [Cpu#NULL], [Cpu#WAIT] or [Cpu#RECLAIM]
  long resume(NodeReply reply) {
    if (reply instanceof TookPages took) {
      cpu.countPages(walk.allowed(), gfp, walk.node());
      return took.frame() << Memory.PAGE_SHIFT;
    }
    return next();
  }

  Shortage shortage(long attempt) {
    return new Shortage(
        attempt, null, wanted, gfp, order, gfp, walk.allowed(), null, walk.isInjected());
  }

  long retry() {
    walk.restart();
    return next();
  }
}
