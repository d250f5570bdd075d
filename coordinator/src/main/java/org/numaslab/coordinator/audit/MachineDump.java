package org.numaslab.coordinator.audit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.numaslab.node.topology.FrameRange;

/// A machine at rest, in plain numbers.
///
/// @param caches by number
/// @param live addresses that the tasks hold, by cache number
/// @param lost nodes that were removed while the machine ran: nobody can say what they had
public record MachineDump(
    List<CacheDump> caches,
    List<NodeDump> nodes,
    List<CpuDump> cpus,
    Map<Integer, long[]> live,
    List<LostDump> lost) {

  /// A machine that has lost nothing.
  public MachineDump(
      List<CacheDump> caches, List<NodeDump> nodes, List<CpuDump> cpus, Map<Integer, long[]> live) {
    this(caches, nodes, cpus, live, List.of());
  }

  /// The same machine, known to have lost these nodes.
  public MachineDump without(List<LostDump> gone) {
    return new MachineDump(caches, nodes, cpus, live, gone);
  }

  /// @param memory that was its own
  public record LostDump(int id, List<FrameRange> memory) {}

  /// @param slotBytes distance of two objects
  /// @param firstBytes where the first object begins in its slab
  /// @param allocations that gave an object, as the tasks counted them
  /// @param frees as the tasks counted them
  /// @param moved objects that came from tasks of members that are no part of this, less those that
  ///   went to them, or were lost with a member
  public record CacheDump(
      int id,
      String name,
      int slotBytes,
      int firstBytes,
      long allocations,
      long frees,
      long moved) {
    /// Of a whole machine.
    public CacheDump(
        int id, String name, int slotBytes, int firstBytes, long allocations, long frees) {
      this(id, name, slotBytes, firstBytes, allocations, frees, 0);
    }

    /// What the tasks must have.
    public long live() {
      return allocations + moved - frees;
    }
  }

  /// @param managedPages that its page allocator began with
  /// @param slabs found by walking the page-frame table
  /// @param waitingPages of discarded slabs, until a grace period ends
  /// @param plainPages that are handed out as they are, not as slabs
  /// @param halves its half of each cache, by cache number
  /// @param borrowers cpu by slab frame, for each open loan
  /// @param setAside slab frames of those that were written off since a check failed: their pages
  ///   are known, and nothing else of them is
  public record NodeDump(
      int id,
      long managedPages,
      long freePages,
      long heldPages,
      long waitingPages,
      long plainPages,
      List<SlabDump> slabs,
      Map<Integer, HalfDump> halves,
      Map<Long, Integer> borrowers,
      Set<Long> setAside) {
    public NodeDump {
      setAside = Set.copyOf(setAside);
    }

    /// A node that has written off nothing.
    public NodeDump(
        int id,
        long managedPages,
        long freePages,
        long heldPages,
        long waitingPages,
        long plainPages,
        List<SlabDump> slabs,
        Map<Integer, HalfDump> halves,
        Map<Long, Integer> borrowers) {
      this(
          id,
          managedPages,
          freePages,
          heldPages,
          waitingPages,
          plainPages,
          slabs,
          halves,
          borrowers,
          Set.of());
    }
  }

  /// What a node says of a cache.
  ///
  /// @param partial slab frames of its partial list, first to last
  /// @param full the same of its full list, which only caches with STORE_USER have
  public record HalfDump(int slabs, long objects, long[] partial, long[] full) {
    private static final long[] NONE = {};

    public HalfDump(int slabs, long objects, long[] partial) {
      this(slabs, objects, partial, NONE);
    }
  }

  /// @param inUse as the slab word counts them
  /// @param free indexes of the slab's own list, in list order
  public record SlabDump(
      long frame, int order, int cache, int inUse, int objects, boolean frozen, int[] free) {}

  /// @param quiet whether all nodes have answered it
  public record CpuDump(int id, int node, boolean quiet, List<HeldDump> held) {}

  /// What a cpu holds of a cache.
  ///
  /// @param slab frame of the current slab, 0 for none
  /// @param free indexes on the cpu's list, in list order
  /// @param partial slab frames of its partial list, head first
  public record HeldDump(int cache, long slab, int[] free, long[] partial) {}
}
