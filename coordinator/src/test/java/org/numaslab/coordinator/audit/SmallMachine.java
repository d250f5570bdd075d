package org.numaslab.coordinator.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;

/// A machine of two nodes in which everything adds up, open to be spoilt.
///
/// ```text
/// node 0, cpus 0 1, pages 16..31                     node 1, cpu 2, pages 32..47
/// 16 big   partial, 1 in use                         32 big   lent to cpu 0: its current slab
/// 17 big   full                                      34 small lent to cpu 1: on its partial list
/// 18 big   current slab of cpu 1                     36 small empty, on the partial list
/// 20 big   order 1, on cpu 0's partial list
/// ```
///
/// big: 4 objects of 1024 bytes in a page; small: 32 of 128 with the first at 8.
final class SmallMachine {
  static final int BIG = 0;
  static final int SMALL = 1;

  final List<CacheDump> caches = new ArrayList<>();
  final Map<Long, SlabDump> slabs0 = new TreeMap<>();
  final Map<Long, SlabDump> slabs1 = new TreeMap<>();
  final Map<Integer, HalfDump> halves0 = new TreeMap<>();
  final Map<Integer, HalfDump> halves1 = new TreeMap<>();
  final Map<Long, Integer> borrowers0 = new TreeMap<>();
  final Map<Long, Integer> borrowers1 = new TreeMap<>();
  final Map<Integer, HeldDump> big = new TreeMap<>();
  final Map<Integer, HeldDump> small = new TreeMap<>();
  final Map<Integer, long[]> live = new TreeMap<>();
  long free0 = 16 - 5 - 2;
  long held0 = 1;
  long waiting0 = 1;
  boolean cpu1IsQuiet = true;

  SmallMachine() {
    caches.add(new CacheDump(BIG, "big", 1024, 0, 20, 4));
    caches.add(new CacheDump(SMALL, "small", 128, 8, 3, 1));
    slab0(16, 0, 1, 4, false, 3, 0, 2);
    slab0(17, 0, 4, 4, false);
    slab0(18, 0, 3, 4, true, 1);
    slab0(20, 1, 6, 8, true, 7, 4);
    slab1(32, BIG, 4, 4, true);
    slab1(34, SMALL, 2, 32, true, range(2, 32));
    slab1(36, SMALL, 0, 32, false, range(0, 32));
    halves0.put(BIG, new HalfDump(4, 20, new long[] {16}));
    halves0.put(SMALL, new HalfDump(0, 0, new long[0]));
    halves1.put(BIG, new HalfDump(1, 4, new long[0]));
    halves1.put(SMALL, new HalfDump(2, 64, new long[] {36}));
    borrowers1.put(32L, 0);
    borrowers1.put(34L, 1);
    big.put(0, new HeldDump(BIG, 32, new int[] {2}, new long[] {20}));
    big.put(1, new HeldDump(BIG, 18, new int[] {0}, new long[0]));
    small.put(1, new HeldDump(SMALL, 0, new int[0], new long[] {34}));
    live.put(
        BIG,
        new long[] {
          0x10400, 0x11000, 0x11400, 0x11800, 0x11c00, 0x12800, 0x12c00, 0x14000, 0x14400, 0x14800,
          0x14c00, 0x15400, 0x15800, 0x20000, 0x20400, 0x20c00
        });
    live.put(SMALL, new long[] {0x22008, 0x22088});
  }

  static int[] range(int from, int to) {
    int[] range = new int[to - from];
    for (int i = 0; i < range.length; i++) {
      range[i] = from + i;
    }
    return range;
  }

  void slab0(long frame, int order, int inUse, int objects, boolean frozen, int... free) {
    slabs0.put(frame, new SlabDump(frame, order, BIG, inUse, objects, frozen, free));
  }

  void slab1(long frame, int cache, int inUse, int objects, boolean frozen, int... free) {
    slabs1.put(frame, new SlabDump(frame, 0, cache, inUse, objects, frozen, free));
  }

  MachineDump dump() {
    long free1 = 16 - slabs1.values().stream().mapToLong(slab -> 1L << slab.order()).sum();
    return new MachineDump(
        caches,
        List.of(
            new NodeDump(
                0,
                16,
                free0,
                held0,
                waiting0,
                0,
                List.copyOf(slabs0.values()),
                halves0,
                borrowers0),
            new NodeDump(1, 16, free1, 0, 0, 0, List.copyOf(slabs1.values()), halves1, borrowers1)),
        List.of(cpu(0, 0, true), cpu(1, 0, cpu1IsQuiet), cpu(2, 1, true)),
        live);
  }

  private CpuDump cpu(int id, int node, boolean quiet) {
    return new CpuDump(
        id,
        node,
        quiet,
        List.of(
            big.getOrDefault(id, new HeldDump(BIG, 0, new int[0], new long[0])),
            small.getOrDefault(id, new HeldDump(SMALL, 0, new int[0], new long[0]))));
  }
}
