package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.SlabRef;

/// Slabs that a cpu has let go of for good, since it cannot be sure of them: leaked rather than
/// handed out twice.
///
/// Such a slab stays frozen at its home, a lent one stays lent. So nobody else gets it, and what is
/// freed into it stays there. It is over when the home is gone; and a lent one when its home closes
/// all loans of the cpu's member, which is gone then with whatever it was not sure of.
///
/// Owner: the cpu.
public final class Quarantine {
  /// One of them.
  ///
  /// @param home number of its node
  /// @param objects in the slab, free or not
  /// @param why for people
  public record Slab(CacheId cache, SlabRef slab, int home, int order, int objects, String why) {
    /// Whether an object lies in it.
    public boolean holds(long object) {
      long distance = (object >>> Memory.PAGE_SHIFT) - slab.frame();
      return distance >= 0 && distance < 1L << order;
    }
  }

  private final List<Slab> slabs = new ArrayList<>(0);
  private long everAdded;

  void add(Slab slab) {
    slabs.add(slab);
    everAdded++;
  }

  /// A node is gone, with its slabs.
  void forget(int home) {
    slabs.removeIf(slab -> slab.home == home);
  }

  /// Those that are there, oldest first.
  public List<Slab> slabs() {
    return List.copyOf(slabs);
  }

  /// How many there have been, also of nodes that are gone.
  public long everAdded() {
    return everAdded;
  }
}
