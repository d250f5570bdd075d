package org.numaslab.coordinator.audit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;

/// Whether what one member has of its own memory adds up while things are under way: a node, and
/// its CPUs, between two steps.
///
/// | check | statement |
/// |---|---|
/// | pages | managed = free + held + in slabs + waiting for a grace period + handed out as they are |
/// | slabs | the frame table has as many slabs and objects as the node counts, per cache |
/// | list (S2) | a free list has each object once, within the slab; objects = in use + listed |
/// | out (S2) | what is outside the member lies in a slab or in pages that are handed out, and is on no free list |
/// | place (S4, S5) | a slab that is not frozen is on its node's partial list when it has free objects, and on no list when it is full; a frozen one is held by one cpu, lent, or on its way, and then some cpu waits for the node |
///
/// What is in use is not asked of tasks: [HistoryAudit] follows each object. [Audit] asks more, of
/// a machine at rest.
public final class MemberAudit {
  private static final int PAGE_SHIFT = 12;

  private enum Place {
    CPU,
    NODE_PARTIAL,
    NODE_FULL
  }

  private final NodeDump node;
  private final List<CpuDump> cpus;
  private final Map<Long, SlabDump> slabs = new HashMap<>();
  private final Map<Long, Place> places = new HashMap<>();
  private final Map<Long, BitSet> free = new HashMap<>();
  private final List<String> findings = new ArrayList<>();

  private MemberAudit(NodeDump node, List<CpuDump> cpus) {
    this.node = node;
    this.cpus = cpus;
  }

  /// Audits a member.
  ///
  /// @param cpus of the node
  /// @param out objects of the node that are outside the member
  /// @param slots begin and distance of objects, by cache number
  /// @return what does not add up
  public static List<String> of(
      NodeDump node, List<CpuDump> cpus, long[] out, Map<Integer, Slots> slots) {
    MemberAudit audit = new MemberAudit(node, cpus);
    for (SlabDump slab : node.slabs()) {
      audit.slabs.put(slab.frame(), slab);
    }
    audit.checkCounts();
    audit.place();
    for (SlabDump slab : node.slabs()) {
      if (!node.setAside().contains(slab.frame())) {
        audit.checkList(slab);
        audit.checkPlace(slab);
      }
    }
    for (long object : out) {
      audit.checkOut(object, slots);
    }
    return audit.findings;
  }

  /// Where the objects of a cache lie in its slabs.
  public record Slots(int firstBytes, int slotBytes) {}

  private void find(String what) {
    findings.add(what);
  }

  private static String slab(SlabDump slab) {
    return "slab frame 0x" + Long.toHexString(slab.frame()) + " of cache " + slab.cache();
  }

  private void checkCounts() {
    long inSlabs = 0;
    Map<Integer, long[]> found = new HashMap<>();
    for (SlabDump slab : node.slabs()) {
      inSlabs += 1L << slab.order();
      long[] sum = found.computeIfAbsent(slab.cache(), c -> new long[2]);
      sum[0]++;
      sum[1] += slab.objects();
    }
    long known =
        node.freePages() + node.heldPages() + inSlabs + node.waitingPages() + node.plainPages();
    if (known != node.managedPages()) {
      find("pages: " + node.managedPages() + " are managed, " + known + " are known");
    }
    node.halves()
        .forEach((cache, half) -> {
          long[] sum = found.getOrDefault(cache, new long[2]);
          if (half.slabs() != sum[0] || half.objects() != sum[1]) {
            find(
                "slabs: cache %d counts %d with %d objects, the frame table has %d with %d"
                    .formatted(cache, half.slabs(), half.objects(), sum[0], sum[1]));
          }
        });
  }

  private void place() {
    for (CpuDump cpu : cpus) {
      for (HeldDump held : cpu.held()) {
        place(held.slab(), Place.CPU);
        for (long partial : held.partial()) {
          place(partial, Place.CPU);
        }
        SlabDump current = slabs.get(held.slab());
        if (current != null) {
          take(current, held.free(), "the list of cpu " + cpu.id());
        }
      }
    }
    for (HalfDump half : node.halves().values()) {
      for (long partial : half.partial()) {
        place(partial, Place.NODE_PARTIAL);
      }
      for (long full : half.full()) {
        place(full, Place.NODE_FULL);
      }
    }
  }

  private void place(long frame, Place place) {
    SlabDump slab = slabs.get(frame);
    if (slab == null) {
      return; // of another node
    }
    Place before = places.put(frame, place);
    if (before != null) {
      find("place: " + slab(slab) + " is at " + before + " and at " + place);
    }
  }

  private void checkList(SlabDump slab) {
    take(slab, slab.free(), "its own list");
    if (slab.inUse() + slab.free().length != slab.objects()) {
      find(
          "list: %s of %d objects has %d in use and %d on its list"
              .formatted(slab(slab), slab.objects(), slab.inUse(), slab.free().length));
    }
  }

  private void take(SlabDump slab, int[] indexes, String list) {
    BitSet seen = free.computeIfAbsent(slab.frame(), f -> new BitSet());
    for (int index : indexes) {
      if (index < 0 || index >= slab.objects() || seen.get(index)) {
        find("list: index " + index + " of " + slab(slab) + " is twice free or none, in " + list);
        return;
      }
      seen.set(index);
    }
  }

  private void checkPlace(SlabDump slab) {
    Place place = places.get(slab.frame());
    boolean isLent = node.borrowers().containsKey(slab.frame());
    boolean isFull = slab.free().length == 0;
    boolean isRight;
    if (slab.frozen()) {
      boolean isOnItsWay = place == null && cpus.stream().anyMatch(cpu -> !cpu.quiet());
      isRight = isLent ? place == null : place == Place.CPU || isOnItsWay;
    } else if (isLent) {
      isRight = false;
    } else if (isFull) {
      isRight = place == null || place == Place.NODE_FULL;
    } else {
      isRight = place == Place.NODE_PARTIAL;
    }
    if (!isRight) {
      find(
          "place: %s, %s%s%s, is at %s"
              .formatted(
                  slab(slab),
                  slab.frozen() ? "frozen" : "not frozen",
                  isFull ? ", nothing free" : "",
                  isLent ? ", lent" : "",
                  place == null ? "no place" : place));
    }
  }

  private void checkOut(long object, Map<Integer, Slots> slots) {
    SlabDump slab = slabOf(object >>> PAGE_SHIFT);
    if (slab == null || node.setAside().contains(slab.frame())) {
      return; // pages that are handed out as they are
    }
    Slots of = slots.get(slab.cache());
    if (of == null) {
      find("out: " + slab(slab) + " is of an unknown cache");
      return;
    }
    long distance = object - (slab.frame() << PAGE_SHIFT) - of.firstBytes;
    int index = (int) (distance / of.slotBytes);
    BitSet listed = free.getOrDefault(slab.frame(), new BitSet());
    if (distance < 0 || distance % of.slotBytes != 0 || index >= slab.objects()) {
      find("out: 0x%x is no object of %s".formatted(object, slab(slab)));
    } else if (listed.get(index)) {
      find("out: 0x%x is outside, and free in %s".formatted(object, slab(slab)));
    }
  }

  /// Blocks are aligned to their size, so the slab of a frame begins at one of eleven frames.
  private @Nullable SlabDump slabOf(long frame) {
    for (int order = 0; order <= 10; order++) {
      SlabDump slab = slabs.get(frame & -(1L << order));
      if (slab != null && frame < slab.frame() + (1L << slab.order())) {
        return slab;
      }
    }
    return null;
  }
}
