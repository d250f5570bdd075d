package org.numaslab.coordinator.report;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.coordinator.registry.NearestName;
import org.numaslab.node.topology.BadInput;

/// One cache of a machine at rest, slab by slab.
///
/// | where                    | means                                                     |
/// |--------------------------|-----------------------------------------------------------|
/// | cpu 3                    | that cpu's current slab                                   |
/// | cpu 3 partial 0          | on that cpu's partial list; 0 is the next to be current   |
/// | lent to cpu 3            | the same two for a cpu of another node                    |
/// | lent to cpu 3, partial 0 |                                                           |
/// | node partial 0           | on its node's partial list; 0 is the next to be taken     |
/// | node full 0              | on its node's full list, which caches with STORE_USER have |
/// | full                     | on no list: nothing is free                               |
///
/// @param slotBytes from one object to the next
public record CacheState(
    String cache, int slotBytes, long allocations, long frees, long live, List<OfNode> nodes) {

  /// @param slabs those that CPUs have first, by cpu; then the node's lists in their order; then
  ///   the others by frame
  public record OfNode(int node, List<Slab> slabs) {}

  /// @param frame hexadecimal
  /// @param inUse as the kernel counts: free objects on a cpu's own list are in it
  /// @param freeOnCpu indexes on the list of the cpu whose current slab it is, next one first
  /// @param free indexes on the slab's own list, next one first
  public record Slab(
      String frame, int order, int inUse, int objects, String where, int[] freeOnCpu, int[] free) {}

  private record Place(int group, int cpu, int position, String text) {
    static final int OF_CPUS = 0;
    static final int OF_NODE = 1;
    static final int ON_NO_LIST = 2;
    static final int CURRENT = -1;
  }

  private static final int[] NONE = {};

  /// @throws BadInput when the machine has no cache of this name
  public static CacheState of(MachineDump machine, String name) {
    List<String> names = machine.caches().stream().map(CacheDump::name).toList();
    CacheDump cache =
        machine.caches().stream()
            .filter(c -> c.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new BadInput(
                    "cache: got %s, allowed: one of the %d caches of this run%s"
                        .formatted(
                            name,
                            names.size(),
                            NearestName.to(name, names)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse(""))));
    Map<Long, Place> places = places(machine, cache.id());
    Map<Long, int[]> onCpus = new HashMap<>();
    for (CpuDump cpu : machine.cpus()) {
      cpu.held().stream()
          .filter(held -> held.cache() == cache.id() && held.slab() != 0)
          .forEach(held -> onCpus.put(held.slab(), held.free()));
    }
    return new CacheState(
        name,
        cache.slotBytes(),
        cache.allocations(),
        cache.frees(),
        cache.live(),
        machine.nodes().stream().map(node -> ofNode(node, cache.id(), places, onCpus)).toList());
  }

  private static Map<Long, Place> places(MachineDump machine, int cache) {
    Map<Long, Place> places = new HashMap<>();
    for (NodeDump node : machine.nodes()) {
      HalfDump half = node.halves().get(cache);
      if (half != null) {
        listed(places, half.partial(), "node partial ", 0);
        listed(places, half.full(), "node full ", 1);
      }
    }
    for (CpuDump cpu : machine.cpus()) {
      for (HeldDump held : cpu.held()) {
        if (held.cache() == cache) {
          place(places, machine, cpu.id(), held);
        }
      }
    }
    return places;
  }

  private static void listed(Map<Long, Place> places, long[] slabs, String name, int nth) {
    for (int i = 0; i < slabs.length; i++) {
      places.put(slabs[i], new Place(Place.OF_NODE, nth, i, name + i));
    }
  }

  private static void place(Map<Long, Place> places, MachineDump machine, int cpu, HeldDump held) {
    if (held.slab() != 0) {
      String text = (isLent(machine, held.slab()) ? "lent to cpu " : "cpu ") + cpu;
      places.put(held.slab(), new Place(Place.OF_CPUS, cpu, Place.CURRENT, text));
    }
    for (int i = 0; i < held.partial().length; i++) {
      long slab = held.partial()[i];
      String text = isLent(machine, slab) ? "lent to cpu " + cpu + "," : "cpu " + cpu;
      places.put(slab, new Place(Place.OF_CPUS, cpu, i, text + " partial " + i));
    }
  }

  private static boolean isLent(MachineDump machine, long slab) {
    return machine.nodes().stream().anyMatch(node -> node.borrowers().containsKey(slab));
  }

  private static OfNode ofNode(
      NodeDump node, int cache, Map<Long, Place> places, Map<Long, int[]> onCpus) {
    Comparator<SlabDump> byPlace =
        Comparator.comparing(
            slab -> place(slab, places),
            Comparator.comparingInt(Place::group)
                .thenComparingInt(Place::cpu)
                .thenComparingInt(Place::position));
    return new OfNode(
        node.id(),
        node.slabs().stream()
            .filter(slab -> slab.cache() == cache)
            .sorted(byPlace.thenComparingLong(SlabDump::frame))
            .map(slab ->
                new Slab(
                    "0x" + Long.toHexString(slab.frame()),
                    slab.order(),
                    slab.inUse(),
                    slab.objects(),
                    place(slab, places).text(),
                    onCpus.getOrDefault(slab.frame(), NONE),
                    slab.free()))
            .toList());
  }

  private static Place place(SlabDump slab, Map<Long, Place> places) {
    String elsewhere = slab.inUse() == slab.objects() ? "full" : "nowhere";
    return places.getOrDefault(slab.frame(), new Place(Place.ON_NO_LIST, 0, 0, elsewhere));
  }
}
