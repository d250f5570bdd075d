package org.numaslab.coordinator.report;

import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

/// The files of /sys/kernel/debug/slab/CACHE: where in the kernel the live objects of a cache with
/// STORE_USER were allocated, and where their memory was freed the last time before.
///
/// ```text
///      42 alloc_inode+0x4a/0xb0 waste=336/8 age=12/250/4711 pid=1-203 cpus=0-1,4 nodes=0
/// ```
///
/// A line for each place, the most frequent first, without the stacks that a kernel with STACKDEPOT
/// adds. `waste` is what kmalloc was not asked for: of all, and of each. Ages are in jiffies.
/// Models `process_slab`, `add_location` and `slab_debugfs_show` of mm/slub.c, v6.1.
final class TrackFiles {
  private record Place(long address, int wasteBytes) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return Comparator.comparingLong(Place::address)
          .thenComparingInt(Place::wasteBytes)
          .compare(this, other);
    }
  }

  /// What is known of the objects of one place.
  private static final class Location {
    long count;
    long ages;
    long ageMin = Long.MAX_VALUE;
    long ageMax = Long.MIN_VALUE;
    int pidMin = Integer.MAX_VALUE;
    int pidMax = Integer.MIN_VALUE;
    final BitSet cpus = new BitSet();
    final BitSet nodes = new BitSet();

    /// A track without a time, of an object that nobody has freed yet, counts once.
    void add(Track track, long age, int node) {
      if (count == 0 || track.when() != 0) {
        ages += age;
        ageMin = Math.min(ageMin, age);
        ageMax = Math.max(ageMax, age);
        pidMin = Math.min(pidMin, track.pid());
        pidMax = Math.max(pidMax, track.pid());
        cpus.set(track.cpu());
      }
      nodes.set(node);
      count++;
    }
  }

  private final MachineState machine;
  private final KmemCache cache;
  private final long now;
  private final IntFunction<String> symbols;

  private TrackFiles(MachineState machine, KmemCache cache, long now, IntFunction<String> symbols) {
    this.machine = machine;
    this.cache = cache;
    this.now = now;
    this.symbols = symbols;
  }

  /// By name; none for a cache without STORE_USER.
  ///
  /// @param now in jiffies
  /// @param symbols names of known callers by their numbers
  static Map<String, String> of(
      MachineState machine, KmemCache cache, long now, IntFunction<String> symbols) {
    Map<String, String> files = new LinkedHashMap<>();
    if (cache.geometry().has(SlabFlags.STORE_USER)) {
      TrackFiles tracks = new TrackFiles(machine, cache, now, symbols);
      files.put("alloc_traces", tracks.print(true));
      files.put("free_traces", tracks.print(false));
    }
    return files;
  }

  private String print(boolean allocations) {
    Map<Place, Location> places = new TreeMap<>();
    for (NodeState node : machine.nodes()) {
      KmemCacheNode half = node.cache(cache.id());
      LongStream.concat(LongStream.of(half.partialSlabs()), LongStream.of(half.fullSlabs()))
          .forEach(slab -> collect(places, node, half, slab, allocations));
    }
    if (places.isEmpty()) {
      return "No data\n";
    }
    StringBuilder text = new StringBuilder();
    List<Map.Entry<Place, Location>> sorted =
        places.entrySet().stream()
            .sorted(Comparator.comparingLong(entry -> -entry.getValue().count))
            .toList();
    sorted.forEach(entry -> text.append(line(entry.getKey(), entry.getValue())));
    return text.toString();
  }

  private void collect(
      Map<Place, Location> places,
      NodeState node,
      KmemCacheNode half,
      long slab,
      boolean allocations) {
    CacheGeometry geometry = cache.geometry();
    Memory memory = machine.memory();
    SlabView view = node.slab(cache.id(), slab);
    BitSet free = new BitSet(view.objects());
    for (int index : view.free()) {
      free.set(index);
    }
    for (int i = free.nextClearBit(0); i < view.objects(); i = free.nextClearBit(i + 1)) {
      long object = half.objects().objectAt(slab, i);
      Track track =
          allocations
              ? Track.ofAllocation(memory, geometry, object)
              : Track.ofFree(memory, geometry, object);
      int waste = allocations ? geometry.objectSize() - geometry.askedBytes(memory, object) : 0;
      places
          .computeIfAbsent(new Place(track.address(), waste), place -> new Location())
          .add(track, now - track.when(), node.id().value());
    }
  }

  private String line(Place place, Location l) {
    StringBuilder text = new StringBuilder();
    text.append(" ".repeat(Math.max(0, 7 - Long.toString(l.count).length()))).append(l.count);
    text.append(' ').append(symbol(place.address()));
    if (place.wasteBytes() != 0) {
      text.append(" waste=").append(l.count * place.wasteBytes()).append('/');
      text.append(place.wasteBytes());
    }
    text.append(" age=").append(l.ageMin);
    if (l.ages != l.ageMin) {
      text.append('/').append(l.ages / l.count).append('/').append(l.ageMax);
    }
    text.append(" pid=").append(l.pidMin);
    if (l.pidMin != l.pidMax) {
      text.append('-').append(l.pidMax);
    }
    if (machine.topology().cpuCount() > 1) {
      text.append(" cpus=").append(NumberRuns.of(l.cpus));
    }
    if (machine.topology().nodeCount() > 1) {
      text.append(" nodes=").append(NumberRuns.of(l.nodes));
    }
    return text.append('\n').toString();
  }

  /// `%pS`: an address that no symbol covers is printed as it is.
  private String symbol(long address) {
    Track track = new Track(address, 0, 0, 0);
    if (!track.isSet()) {
      return "<not-available>";
    }
    return track.callSite() < 0
        ? "0x" + Long.toHexString(address)
        : symbols.apply(track.callSite());
  }
}
