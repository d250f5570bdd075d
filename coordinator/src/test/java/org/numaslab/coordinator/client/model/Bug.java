package org.numaslab.coordinator.client.model;

import java.util.HashSet;
import java.util.Set;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.NodeId;

/// Bugs that a machine could have, most of them in what it does with memory of [#SIZE_MIN] to
/// [#SIZE_MAX] bytes of kmalloc.
enum Bug {
  /// Free memory is forgotten.
  LOST_FREE("neither free nor held by a task"),
  /// Free memory goes on its free list twice.
  FREED_TWICE(""),
  /// Memory of zeros is not cleared.
  NOT_CLEARED("not zero: "),
  /// What somebody has is handed out again.
  HANDED_OUT_TWICE("handed out twice: "),
  /// An object that must be of a node is of any, for caches of small objects.
  OF_ANY_NODE("is not of node"),
  /// What lies behind it is overwritten.
  OVERWRITTEN("");

  private static final int SIZE_MIN = 700;
  private static final int SIZE_MAX = 1000;

  /// Bytes of the slot.
  private static final int SLOT = 1024;

  private final String told;

  Bug(String told) {
    this.told = told;
  }

  /// A machine with the bug.
  Api planted() {
    return switch (this) {
      case LOST_FREE -> new LostFree();
      case FREED_TWICE -> new FreedTwice();
      case NOT_CLEARED -> new NotCleared();
      case HANDED_OUT_TWICE -> new HandedOutTwice();
      case OF_ANY_NODE -> new OfAnyNode();
      case OVERWRITTEN -> new Overwritten();
    };
  }

  /// What the report of it says; empty where it shows in several ways.
  String told() {
    return told;
  }

  private static boolean isHit(long size) {
    return size >= SIZE_MIN && size <= SIZE_MAX;
  }

  /// Knows which memory is of that size.
  private static class Watching extends Api {
    private final Set<Long> hit = new HashSet<>();

    @Override
    long kmalloc(Task current, long size, int gfp, int node) {
      long address = super.kmalloc(current, size, gfp, node);
      if (address != Slab.NULL && isHit(size)) {
        hit.add(address);
      }
      return address;
    }

    boolean takeHit(long address) {
      return hit.remove(address);
    }
  }

  private static final class LostFree extends Watching {
    @Override
    void kfree(Task current, long address) {
      if (!takeHit(address)) {
        super.kfree(current, address);
      }
    }
  }

  private static final class FreedTwice extends Watching {
    @Override
    void kfree(Task current, long address) {
      super.kfree(current, address);
      if (takeHit(address)) {
        super.kfree(current, address);
      }
    }
  }

  private static final class NotCleared extends Api {
    @Override
    long kmalloc(Task current, long size, int gfp, int node) {
      return super.kmalloc(current, size, isHit(size) ? gfp & ~Gfp.ZERO : gfp, node);
    }
  }

  private static final class HandedOutTwice extends Watching {
    private long last;

    @Override
    long kmalloc(Task current, long size, int gfp, int node) {
      if (isHit(size) && last != Slab.NULL) {
        return last;
      }
      long address = super.kmalloc(current, size, gfp, node);
      last = isHit(size) ? address : last;
      return address;
    }

    @Override
    void kfree(Task current, long address) {
      last = address == last ? Slab.NULL : last;
      super.kfree(current, address);
    }
  }

  private static final class OfAnyNode extends Api {
    @Override
    long alloc(Task current, KmemCache cache, int gfp, int node) {
      boolean isSmall = cache.geometry().objectSize() < SIZE_MIN;
      return super.alloc(current, cache, gfp, isSmall ? NodeId.NONE : node);
    }
  }

  private static final class Overwritten extends Api {
    @Override
    long kmalloc(Task current, long size, int gfp, int node) {
      long address = super.kmalloc(current, size, gfp, node);
      if (address != Slab.NULL && isHit(size)) {
        current.contents().unchecked().writeLong(address + SLOT, 0x7777_7777_7777_7777L);
      }
      return address;
    }
  }
}
