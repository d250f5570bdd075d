package org.numaslab.coordinator.trace;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// What of a trace is replayed in one round, and what is set aside. Every alloc or free event is
/// counted once: `allocations + frees + sum of setAside == slab events of the trace`.
///
/// @param allocations replayed
/// @param frees replayed, each of an allocation that is
/// @param freesOnAnotherCpu those among them that another cpu than the allocating one does
/// @param allocsOfLivePointer allocations of a pointer that was still live: an unseen free lies
///   between
/// @param unseenFrees frees that are replayed though no event says so, one before each of these
///   allocations that needs it
/// @param liveAtEnd allocated in the replay and not freed
/// @param inferredAllocations replayed though no event says so, each of an object that is freed
/// @param setAside by kind; every kind has an entry
/// @param namedBy allocations by how their cache was found; every way has an entry
/// @param freedUnderAnotherName frees that name another cache than the one found for the object
/// @param unknownGfpAllocations allocations with a gfp word that is not known, replayed without it
/// @param matched what joining by pointer found in the whole trace, before any filter
public record ReplayCounts(
    long allocations,
    long frees,
    long freesOnAnotherCpu,
    long allocsOfLivePointer,
    long unseenFrees,
    long liveAtEnd,
    long inferredAllocations,
    Map<SetAside, Long> setAside,
    Map<NamedBy, Long> namedBy,
    long freedUnderAnotherName,
    long unknownGfpAllocations,
    Matched matched) {
  /// The whole trace, large kmallocs and what a filter leaves out included.
  ///
  /// @param frees that found their allocation
  /// @param freesOnAnotherCpu those among them on another cpu
  /// @param liveAtEnd pointers that are live after the last event
  public record Matched(long frees, long freesOnAnotherCpu, long liveAtEnd) {}

  public ReplayCounts {
    setAside = Collections.unmodifiableMap(new EnumMap<>(setAside));
    namedBy = Collections.unmodifiableMap(new EnumMap<>(namedBy));
  }

  public long setAside(SetAside kind) {
    return setAside.getOrDefault(kind, 0L);
  }

  /// Allocations and frees of one round, those that no event tells of too.
  public long operations() {
    return allocations + inferredAllocations + frees + unseenFrees;
  }
}
