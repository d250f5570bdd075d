package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.SlabView;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.Track;

/// Where in the kernel the live objects of a cache with STORE_USER were allocated that lie on some
/// nodes, and where their memory was freed the last time before.
///
/// Models `process_slab` and `add_location` of mm/slub.c, v6.1.
///
/// @param allocations ordered by place
/// @param frees the same
public record TrackPart(List<Location> allocations, List<Location> frees) {
  /// Of a cache that keeps no tracks.
  static final TrackPart NONE = new TrackPart(List.of(), List.of());

  private static final Comparator<Location> BY_PLACE =
      Comparator.comparingLong(Location::address).thenComparingInt(Location::wasteBytes);

  /// The objects of one place.
  ///
  /// @param symbol of the address
  /// @param wasteBytes that kmalloc was not asked for, of each
  /// @param ages in jiffies, of all together
  /// @param cpus that called
  /// @param nodes that the objects lie on
  public record Location(
      long address,
      String symbol,
      int wasteBytes,
      long count,
      long ages,
      long ageMin,
      long ageMax,
      int pidMin,
      int pidMax,
      SortedSet<Integer> cpus,
      SortedSet<Integer> nodes) {
    private static Location of(Track track, String symbol, int waste, long now, int node) {
      // Another process's clock may be a little ahead.
      long age = Math.max(0, now - track.when());
      return new Location(
          track.address(),
          symbol,
          waste,
          1,
          age,
          age,
          age,
          track.pid(),
          track.pid(),
          one(track.cpu()),
          one(node));
    }

    /// The same place with more objects. Where nobody has freed them yet, there is nothing to tell
    /// of more than one.
    private Location plus(Location other) {
      boolean tells = address != 0;
      Location more = tells ? other : this;
      return new Location(
          address,
          symbol,
          wasteBytes,
          count + other.count,
          tells ? ages + other.ages : ages,
          Math.min(ageMin, more.ageMin),
          Math.max(ageMax, more.ageMax),
          Math.min(pidMin, more.pidMin),
          Math.max(pidMax, more.pidMax),
          union(cpus, more.cpus),
          union(nodes, other.nodes));
    }

    private static SortedSet<Integer> one(int number) {
      return new TreeSet<>(List.of(number));
    }

    private static SortedSet<Integer> union(SortedSet<Integer> some, SortedSet<Integer> others) {
      if (some.containsAll(others)) {
        return some;
      }
      SortedSet<Integer> all = new TreeSet<>(some);
      all.addAll(others);
      return all;
    }
  }

  /// Looks at all live objects.
  ///
  /// @param now in jiffies
  /// @param symbols names of known callers by their numbers
  static TrackPart of(
      MachineState machine, KmemCache cache, long now, IntFunction<String> symbols) {
    if (!cache.geometry().has(SlabFlags.STORE_USER)) {
      return NONE;
    }
    Collector collector = new Collector(machine.memory(), cache, now, symbols);
    for (NodeState node : machine.nodes()) {
      KmemCacheNode half = node.cache(cache.id());
      LongStream.concat(LongStream.of(half.partialSlabs()), LongStream.of(half.fullSlabs()))
          .forEach(slab -> collector.collect(node, half, slab));
    }
    return new TrackPart(collector.allocations.all(), collector.frees.all());
  }

  private record Collector(
      Memory memory,
      KmemCache cache,
      long now,
      IntFunction<String> symbols,
      Places allocations,
      Places frees) {
    Collector(Memory memory, KmemCache cache, long now, IntFunction<String> symbols) {
      this(memory, cache, now, symbols, new Places(), new Places());
    }

    void collect(NodeState node, KmemCacheNode half, long slab) {
      CacheGeometry geometry = cache.geometry();
      SlabView view = node.slab(cache.id(), slab);
      BitSet free = new BitSet(view.objects());
      for (int index : view.free()) {
        free.set(index);
      }
      int at = node.id().value();
      for (int i = free.nextClearBit(0); i < view.objects(); i = free.nextClearBit(i + 1)) {
        long object = half.objects().objectAt(slab, i);
        int waste = geometry.objectSize() - geometry.askedBytes(memory, object);
        allocations.add(located(Track.ofAllocation(memory, geometry, object), waste, at));
        frees.add(located(Track.ofFree(memory, geometry, object), 0, at));
      }
    }

    private Location located(Track track, int waste, int node) {
      return Location.of(track, symbol(track), waste, now, node);
    }

    /// `%pS`: an address that no symbol covers is printed as it is.
    private String symbol(Track track) {
      if (!track.isSet()) {
        return "<not-available>";
      }
      return track.callSite() < 0
          ? "0x" + Long.toHexString(track.address())
          : symbols.apply(track.callSite());
    }
  }

  /// By place.
  private static final class Places {
    private final Map<Location, Location> byPlace = new TreeMap<>(BY_PLACE);

    void add(Location more) {
      byPlace.merge(more, more, Location::plus);
    }

    List<Location> all() {
      return new ArrayList<>(byPlace.values());
    }
  }

  /// With what lies on other nodes.
  TrackPart plus(TrackPart other) {
    return new TrackPart(merged(allocations, other.allocations), merged(frees, other.frees));
  }

  private static List<Location> merged(List<Location> some, List<Location> others) {
    Places places = new Places();
    some.forEach(places::add);
    others.forEach(places::add);
    return places.all();
  }
}
