package org.numaslab.coordinator.report;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.coordinator.registry.NearestName;
import org.numaslab.node.topology.BadInput;

/// One cache of a machine at rest, for people: every slab, where it is, and what is free in it.
///
/// | where                    | means                                                     |
/// |--------------------------|-----------------------------------------------------------|
/// | cpu 3                    | that cpu's current slab                                   |
/// | cpu 3 partial 0          | on that cpu's partial list; 0 is the next to be current   |
/// | lent to cpu 3            | the same two for a cpu of another node                    |
/// | lent to cpu 3, partial 0 |                                                           |
/// | node partial 0           | on its node's partial list; 0 is the next to be taken     |
/// | full                     | on no list: nothing is free                               |
public final class CacheView {
  private final MachineDump machine;
  private final CacheDump cache;

  /// By slab frame.
  private final Map<Long, String> places = new HashMap<>();

  /// Free indexes on cpus' lists, by slab frame.
  private final Map<Long, int[]> onCpus = new HashMap<>();

  private CacheView(MachineDump machine, CacheDump cache) {
    this.machine = machine;
    this.cache = cache;
    machine.nodes().forEach(this::place);
    machine.cpus().forEach(this::place);
  }

  /// @throws BadInput when the machine has no cache of this name
  public static String of(MachineDump machine, String name) {
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
    return new CacheView(machine, cache).print();
  }

  private void place(NodeDump node) {
    HalfDump half = node.halves().get(cache.id());
    long[] partial = half == null ? new long[0] : half.partial();
    for (int i = 0; i < partial.length; i++) {
      places.put(partial[i], "node partial " + i);
    }
  }

  private void place(CpuDump cpu) {
    String name = "cpu " + cpu.id();
    for (HeldDump held : cpu.held()) {
      if (held.cache() == cache.id()) {
        if (held.slab() != 0) {
          places.put(held.slab(), isLent(held.slab()) ? "lent to " + name : name);
          onCpus.put(held.slab(), held.free());
        }
        for (int i = 0; i < held.partial().length; i++) {
          long slab = held.partial()[i];
          places.put(slab, (isLent(slab) ? "lent to " + name + "," : name) + " partial " + i);
        }
      }
    }
  }

  private boolean isLent(long slab) {
    return machine.nodes().stream().anyMatch(node -> node.borrowers().containsKey(slab));
  }

  private String print() {
    StringBuilder text = new StringBuilder();
    List<SlabDump> all = machine.nodes().stream().flatMap(node -> slabs(node).stream()).toList();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %d objects of %d bytes in %d slabs; %d allocations - %d frees = %d live\n",
            cache.name(),
            all.stream().mapToLong(SlabDump::objects).sum(),
            cache.slotBytes(),
            all.size(),
            cache.allocations(),
            cache.frees(),
            cache.allocations() - cache.frees()));
    text.append("inuse as the kernel counts: free objects on a cpu's own list are in it\n");
    for (NodeDump node : machine.nodes()) {
      List<SlabDump> slabs = slabs(node);
      text.append("\nnode " + node.id() + ": " + slabs.size() + " slabs\n");
      if (!slabs.isEmpty()) {
        text.append(row("frame", "order", "inuse/all", "where", "free indexes, next first"));
        slabs.forEach(slab -> text.append(row(slab)));
      }
    }
    return text.toString();
  }

  private List<SlabDump> slabs(NodeDump node) {
    return node.slabs().stream().filter(slab -> slab.cache() == cache.id()).toList();
  }

  private String row(SlabDump slab) {
    String elsewhere = slab.inUse() == slab.objects() ? "full" : "nowhere";
    return row(
        "0x" + Long.toHexString(slab.frame()),
        Integer.toString(slab.order()),
        slab.inUse() + "/" + slab.objects(),
        places.getOrDefault(slab.frame(), elsewhere),
        free(slab));
  }

  private static String row(String frame, String order, String inUse, String where, String free) {
    String row =
        String.format(Locale.ROOT, "  %-12s %5s %11s  %-24s %s", frame, order, inUse, where, free);
    return row.stripTrailing() + "\n";
  }

  /// What is free on the slab's own list, and before it on the list of the cpu whose current slab
  /// it is.
  private String free(SlabDump slab) {
    String own = indexes(slab.free());
    int[] onCpu = onCpus.get(slab.frame());
    if (onCpu == null || onCpu.length == 0) {
      return own;
    }
    return "on the cpu: " + indexes(onCpu) + (own.isEmpty() ? "" : "; on the slab: " + own);
  }

  private static String indexes(int[] indexes) {
    return Arrays.stream(indexes).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }
}
