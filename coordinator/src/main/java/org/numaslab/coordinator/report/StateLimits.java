package org.numaslab.coordinator.report;

import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.FrameRange;

/// Numbers of a state that no machine has: one that holds them was not written by a run. All others
/// may be there, and may be wrong; whether they add up is for the audit to say.
///
/// | number | allowed |
/// |---|---|
/// | slot_bytes | 1 and more |
/// | first_bytes | 0 and more |
/// | frame | a page frame of a machine |
/// | order | 0..10, the buddy's |
/// | objects of a slab | 0..32767, what 15 bits of the kernel's slab word count |
final class StateLimits {
  private static final int ORDER_MAX = 10;
  private static final int OBJECTS_MAX = (1 << 15) - 1;

  private final String where;

  private StateLimits(String where) {
    this.where = where;
  }

  static void check(String where, MachineDump machine) {
    StateLimits limits = new StateLimits(where);
    machine.caches().forEach(limits::check);
    for (NodeDump node : machine.nodes()) {
      node.slabs().forEach(limits::check);
    }
  }

  private void check(CacheDump cache) {
    String of = " of cache " + cache.id();
    require("slot_bytes" + of, cache.slotBytes(), 1, Integer.MAX_VALUE);
    require("first_bytes" + of, cache.firstBytes(), 0, Integer.MAX_VALUE);
  }

  private void check(SlabDump slab) {
    require("frame of a slab", slab.frame(), 0, FrameRange.END_MAX - 1);
    String of = " of slab frame 0x" + Long.toHexString(slab.frame());
    require("order" + of, slab.order(), 0, ORDER_MAX);
    require("objects" + of, slab.objects(), 0, OBJECTS_MAX);
  }

  private void require(String what, long got, long min, long max) {
    if (got < min || got > max) {
      throw new BadInput("%s: %s: got %d, allowed: %d..%d".formatted(where, what, got, min, max));
    }
  }
}
