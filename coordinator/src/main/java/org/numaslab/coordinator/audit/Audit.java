package org.numaslab.coordinator.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.LostDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.node.topology.FrameRange;

/// Whether objects, slabs and pages of a machine at rest add up.
///
/// | check | statement |
/// |---|---|
/// | whole | there are nodes with pages and cpus: a dump that says nothing proves nothing |
/// | pages | managed = free + held + in slabs + waiting for a grace period + handed out as they are, per node |
/// | slabs | the frame table has as many slabs and objects as the node counts, per cache; each slab has the objects that fit, and pages of its own |
/// | place | a slab is held by one cpu (frozen), or on its own node's partial list (something free), or nowhere (full): exactly one |
/// | loan | a slab is lent exactly when a cpu of another node holds it, and to that cpu |
/// | list | a free list has each object once, within the slab; objects = in use + listed |
/// | object | every object of a slab is free in one list or held by a task: never both, never neither |
/// | count | allocations - frees + what came from others = objects that tasks hold, per cache |
/// | rest | no cpu waits for an answer |
///
/// Of a machine that has lost nodes all of that is checked of those that are left. The counts hold
/// there too, since objects that went to lost tasks, and came from them, are counted; an object
/// that lay in lost memory cannot be looked at. [#leftOut] says so.
///
/// Of slabs that were written off the pages and the number are checked, and nothing else.
public final class Audit {
  private static final int PAGE_SHIFT = 12;

  /// More are not kept: one error in a machine may be found in each of its slabs.
  public static final int FINDINGS_MAX = 1000;

  private static final String FULL_LIST = "full list";
  private static final HalfDump NO_HALF = new HalfDump(0, 0, new long[0]);

  private final MachineDump machine;
  private final List<String> findings = new ArrayList<>();
  private final Map<Integer, CacheDump> caches = new HashMap<>();
  private final Map<Long, SlabDump> slabs = new HashMap<>();
  private final Map<Long, BitSet> taken = new HashMap<>();
  private final Set<Long> setAside = new HashSet<>();
  private long checkedObjects;
  private long checkedPages;
  private long heldOfLost;

  private Audit(MachineDump machine) {
    this.machine = machine;
  }

  /// Audits a machine.
  public static Audit of(MachineDump machine) {
    Audit audit = new Audit(machine);
    machine.caches().forEach(cache -> audit.caches.put(cache.id(), cache));
    machine.nodes().forEach(audit::index);
    audit.checkWhole();
    audit.checkOverlaps();
    machine.nodes().forEach(audit::checkNode);
    machine.cpus().forEach(audit::checkCpu);
    audit.checkPlaces();
    audit.checkAllLive();
    audit.checkObjects();
    return audit;
  }

  public boolean isClean() {
    return findings.isEmpty();
  }

  /// What does not add up: invariant, place, what was found.
  public List<String> findings() {
    return List.copyOf(findings);
  }

  public long checkedObjects() {
    return checkedObjects;
  }

  public long checkedSlabs() {
    return slabs.size();
  }

  public long checkedPages() {
    return checkedPages;
  }

  /// What could not be checked, because nodes are lost; empty when all was.
  public List<String> leftOut() {
    if (machine.lost().isEmpty()) {
      return List.of();
    }
    String nodes =
        machine.lost().stream().map(n -> "node " + n.id()).collect(Collectors.joining(", "));
    List<String> leftOut = new ArrayList<>();
    leftOut.add("pages, slabs and cpus of " + nodes + ", and what its tasks held and counted");
    if (heldOfLost > 0) {
      leftOut.add("objects that tasks hold and that lay in that memory: " + heldOfLost);
    }
    return leftOut;
  }

  private boolean isLost(long frame) {
    for (LostDump node : machine.lost()) {
      for (FrameRange range : node.memory()) {
        if (range.contains(frame)) {
          return true;
        }
      }
    }
    return false;
  }

  private void find(String what) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(what);
    }
  }

  private static String slab(long frame) {
    return "slab frame 0x" + Long.toHexString(frame);
  }

  // ---- nodes

  private void checkWhole() {
    if (machine.cpus().isEmpty() || machine.nodes().stream().allMatch(n -> n.managedPages() <= 0)) {
      find(
          "whole: "
              + machine.nodes().size()
              + " nodes without a page or "
              + machine.cpus().size()
              + " cpus are no machine");
    }
  }

  private void checkOverlaps() {
    long end = 0;
    for (SlabDump slab : new TreeMap<>(slabs).values()) {
      if (slab.frame() < end) {
        find("slabs: " + slab(slab.frame()) + " lies in the pages of the slab before it");
      }
      end = Math.max(end, slab.frame() + (1L << slab.order()));
    }
  }

  private void index(NodeDump node) {
    for (SlabDump slab : node.slabs()) {
      if (slabs.put(slab.frame(), slab) != null) {
        find("slabs: " + slab(slab.frame()) + " was found twice");
      }
      taken.put(slab.frame(), new BitSet(slab.objects()));
    }
    setAside.addAll(node.setAside());
  }

  private void checkNode(NodeDump node) {
    String where = "node " + node.id();
    long inSlabs = 0;
    Map<Integer, long[]> sums = new HashMap<>();
    for (SlabDump slab : node.slabs()) {
      inSlabs += 1L << slab.order();
      checkSize(slab);
      long[] sum = sums.computeIfAbsent(slab.cache(), c -> new long[2]);
      sum[0]++;
      sum[1] += slab.objects();
      if (setAside.contains(slab.frame())) {
        continue;
      }
      takeList("the slab's own list", slab, slab.free());
      if (slab.inUse() + slab.free().length != slab.objects()) {
        find(
            "list: "
                + slab(slab.frame())
                + " of "
                + slab.objects()
                + " objects has "
                + slab.inUse()
                + " in use and "
                + slab.free().length
                + " on its list");
      }
    }
    checkedPages += node.managedPages();
    long accounted =
        node.freePages() + node.heldPages() + inSlabs + node.waitingPages() + node.plainPages();
    if (accounted != node.managedPages()) {
      find(
          "pages: "
              + where
              + " manages "
              + node.managedPages()
              + ", but "
              + node.freePages()
              + " free + "
              + node.heldPages()
              + " held + "
              + inSlabs
              + " in slabs + "
              + node.waitingPages()
              + " waiting + "
              + node.plainPages()
              + " handed out = "
              + accounted);
    }
    Set<Integer> numbers = new TreeSet<>(sums.keySet());
    numbers.addAll(node.halves().keySet());
    for (int cache : numbers) {
      long[] found = sums.getOrDefault(cache, new long[2]);
      HalfDump half = node.halves().getOrDefault(cache, NO_HALF);
      if (found[0] != half.slabs() || found[1] != half.objects()) {
        find(
            "slabs: "
                + where
                + " counts "
                + half.slabs()
                + " slabs with "
                + half.objects()
                + " objects of "
                + name(cache)
                + ", the frame table has "
                + found[0]
                + " with "
                + found[1]);
      }
    }
  }

  private void checkSize(SlabDump slab) {
    CacheDump cache = caches.get(slab.cache());
    if (cache == null) {
      find("slabs: " + slab(slab.frame()) + " is of cache " + slab.cache() + ", which is unknown");
      return;
    }
    long fitting = (1L << slab.order() << PAGE_SHIFT) / cache.slotBytes();
    if (slab.objects() != fitting) {
      find(
          "slabs: "
              + slab(slab.frame())
              + " of "
              + cache.name()
              + " has "
              + slab.objects()
              + " objects, order "
              + slab.order()
              + " has room for "
              + fitting);
    }
  }

  private String name(int cache) {
    CacheDump known = caches.get(cache);
    return known == null ? "cache " + cache : known.name();
  }

  // ---- cpus

  private void checkCpu(CpuDump cpu) {
    if (!cpu.quiet()) {
      find("rest: cpu " + cpu.id() + " waits for an answer or has frees that were not sent");
    }
    for (HeldDump held : cpu.held()) {
      SlabDump current = held.slab() == 0 ? null : slabs.get(held.slab());
      if (current != null) {
        takeList("the list of cpu " + cpu.id(), current, held.free());
      } else if (held.free().length > 0) {
        find("list: cpu " + cpu.id() + " has a list of " + name(held.cache()) + " but no slab");
      }
    }
  }

  /// Marks the objects of a free list.
  private void takeList(String whose, SlabDump slab, int[] indexes) {
    BitSet seen = taken.get(slab.frame());
    for (int index : indexes) {
      checkedObjects++;
      if (index < 0 || index >= slab.objects()) {
        find("list: " + whose + " leaves " + slab(slab.frame()) + " at index " + index);
      } else if (seen != null && seen.get(index)) {
        find(
            "object: index " + index + " of " + slab(slab.frame()) + " is free twice, in " + whose);
      } else if (seen != null) {
        seen.set(index);
      }
    }
  }

  // ---- places and loans

  private void checkPlaces() {
    Map<Long, List<String>> places = new HashMap<>();
    Map<Long, CpuDump> holders = new HashMap<>();
    for (CpuDump cpu : machine.cpus()) {
      for (HeldDump held : cpu.held()) {
        if (held.slab() != 0) {
          place(places, held.slab(), held.cache(), "current slab of cpu " + cpu.id());
          holders.put(held.slab(), cpu);
        }
        for (long frame : held.partial()) {
          place(places, frame, held.cache(), "partial list of cpu " + cpu.id());
          holders.put(frame, cpu);
        }
      }
    }
    for (NodeDump node : machine.nodes()) {
      Set<Long> own = new HashSet<>();
      node.slabs().forEach(slab -> own.add(slab.frame()));
      node.halves()
          .forEach((cache, half) -> {
            placeListed(places, own, half.partial(), cache, "partial list of node " + node.id());
            placeListed(places, own, half.full(), cache, FULL_LIST + " of node " + node.id());
          });
    }
    for (NodeDump node : machine.nodes()) {
      for (SlabDump slab : node.slabs()) {
        if (setAside.contains(slab.frame())) {
          continue;
        }
        checkPlace(slab, places.getOrDefault(slab.frame(), List.of()), holders.get(slab.frame()));
        checkLoan(node, slab, holders.get(slab.frame()));
      }
      for (Long frame : node.borrowers().keySet()) {
        if (!slabs.containsKey(frame)) {
          find("loan: " + slab(frame) + " is lent but is no slab");
        }
      }
    }
  }

  private void placeListed(
      Map<Long, List<String>> places, Set<Long> own, long[] listed, int cache, String where) {
    for (long frame : listed) {
      place(places, frame, cache, where);
      if (slabs.containsKey(frame) && !own.contains(frame)) {
        find("place: " + slab(frame) + " is on the " + where + ", which is not its own");
      }
    }
  }

  private void place(Map<Long, List<String>> places, long frame, int cache, String where) {
    SlabDump slab = slabs.get(frame);
    if (slab == null || slab.cache() != cache) {
      find("place: " + slab(frame) + " on the " + where + " is no slab of " + name(cache));
    }
    places.computeIfAbsent(frame, f -> new ArrayList<>()).add(where);
  }

  private void checkPlace(SlabDump slab, List<String> where, @Nullable CpuDump holder) {
    boolean full = slab.free().length == 0;
    boolean once = where.size() == 1;
    boolean listedAsFull = once && where.getFirst().startsWith(FULL_LIST);
    boolean right =
        slab.frozen()
            ? once && holder != null
            : full ? where.isEmpty() || listedAsFull : once && holder == null && !listedAsFull;
    if (!right) {
      find(
          "place: "
              + slab(slab.frame())
              + " of "
              + name(slab.cache())
              + (slab.frozen() ? ", frozen, " : full ? ", full, " : ", partial, ")
              + "is on "
              + (where.isEmpty() ? "no list" : String.join(" and ", where)));
    }
  }

  private void checkLoan(NodeDump home, SlabDump slab, @Nullable CpuDump holder) {
    Integer borrower = home.borrowers().get(slab.frame());
    boolean held = holder != null && holder.node() != home.id();
    if (held != (borrower != null)
        || (borrower != null && holder != null && borrower != holder.id())) {
      find(
          "loan: "
              + slab(slab.frame())
              + " of node "
              + home.id()
              + " is lent to "
              + (borrower == null ? "nobody" : "cpu " + borrower)
              + ", held by "
              + (holder == null ? "nobody" : "cpu " + holder.id() + " of node " + holder.node()));
    }
  }

  // ---- objects

  private void checkAllLive() {
    for (int cache : machine.live().keySet()) {
      if (!caches.containsKey(cache)) {
        find("object: tasks hold objects of cache " + cache + ", which does not exist");
      }
    }
    for (CacheDump cache : machine.caches()) {
      checkLive(cache, machine.live().getOrDefault(cache.id(), new long[0]));
    }
  }

  private void checkLive(CacheDump description, long[] addresses) {
    if (description.live() != addresses.length) {
      find(
          "count: "
              + description.name()
              + " has "
              + description.allocations()
              + " allocations and "
              + description.frees()
              + " frees"
              + (description.moved() == 0 ? "" : ", " + description.moved() + " came from others")
              + ", but tasks hold "
              + addresses.length);
    }
    for (long address : addresses) {
      if (isLost(address >>> PAGE_SHIFT)) {
        heldOfLost++;
        continue;
      }
      checkedObjects++;
      takeLive(description, address);
    }
  }

  private void takeLive(CacheDump cache, long address) {
    String object = "object 0x" + Long.toHexString(address) + " of " + cache.name();
    SlabDump slab = slabOf(address >>> PAGE_SHIFT);
    if (slab == null || slab.cache() != cache.id()) {
      find("object: " + object + " lies in no slab of its cache");
      return;
    }
    long distance = address - (slab.frame() << PAGE_SHIFT) - cache.firstBytes();
    int index = (int) (distance / cache.slotBytes());
    BitSet seen = taken.get(slab.frame());
    if (distance < 0 || distance % cache.slotBytes() != 0 || index >= slab.objects()) {
      find("object: " + object + " begins in the middle of a slot of " + slab(slab.frame()));
    } else if (seen != null && seen.get(index)) {
      find("object: " + object + " is held by a task and by another task or a free list");
    } else if (seen != null) {
      seen.set(index);
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

  private void checkObjects() {
    for (SlabDump slab : slabs.values()) {
      if (setAside.contains(slab.frame())) {
        continue;
      }
      BitSet seen = taken.getOrDefault(slab.frame(), new BitSet());
      int missing = slab.objects() - seen.cardinality();
      if (missing > 0) {
        find(
            "object: "
                + missing
                + " of "
                + slab.objects()
                + " objects of "
                + slab(slab.frame())
                + " ("
                + name(slab.cache())
                + ") are neither free nor held by a task: "
                + Arrays.toString(missing(slab, seen)));
      }
    }
  }

  private static int[] missing(SlabDump slab, BitSet seen) {
    BitSet unseen = new BitSet(slab.objects());
    unseen.set(0, slab.objects());
    unseen.andNot(seen);
    return unseen.stream().limit(8).toArray();
  }
}
