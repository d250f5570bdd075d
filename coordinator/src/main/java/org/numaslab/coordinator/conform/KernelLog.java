package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.protocol.RegistryReply.RemainingSlab;
import org.numaslab.node.protocol.RegistryReply.ShutDown;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

/// What the slab code of the emulated kernel printed, in the wording of mm/slub.c and mm/slab_common.c, v6.1.
public final class KernelLog {
  private static final String DOUBLE_RULE = "=".repeat(77);
  private static final String RULE = "-".repeat(77);

  /// Where x86-64 keeps its page structures, and how long one is.
  private static final long VMEMMAP = 0xffffea0000000000L;

  private static final int PAGE_STRUCT_BYTES = 64;

  private final Topology topology;
  private final List<String> lines = new ArrayList<>();

  public KernelLog(Topology topology) {
    this.topology = topology;
  }

  /// The lines since the last call.
  public List<String> take() {
    List<String> taken = List.copyOf(lines);
    lines.clear();
    return taken;
  }

  /// A cache was destroyed although objects in it are alive (`list_slab_objects`, `kmem_cache_destroy`).
  public void objectsRemaining(String cache, CacheGeometry geometry, List<ShutDown> nodes) {
    for (ShutDown node : nodes) {
      for (RemainingSlab slab : node.remaining()) {
        report(cache, "Objects remaining in " + cache + " on __kmem_cache_shutdown()");
        slabLine(slab, node.from().value(), geometry);
        for (long object : slab.live()) {
          long offset = object - (slab.frame() << Memory.PAGE_SHIFT);
          lines.add("Object " + ObjectAddress.print(object) + " @offset=" + offset);
        }
      }
    }
    lines.add(
        "kmem_cache_destroy " + cache
            + ": Slab cache still has objects when called from kmem_cache_destroy");
  }

  private void report(String cache, String what) {
    lines.add(DOUBLE_RULE);
    lines.add("BUG " + cache + " (Not tainted): " + what);
    lines.add(RULE);
    lines.add("");
  }

  private void slabLine(RemainingSlab slab, int node, CacheGeometry geometry) {
    boolean compound = slab.objects() > Memory.PAGE_BYTES / geometry.size();
    int zone = ZoneType.of(slab.frame()).ordinal();
    lines.add(
        "Slab 0x" + Long.toHexString(VMEMMAP + slab.frame() * PAGE_STRUCT_BYTES)
            + " objects=" + slab.objects()
            + " used=" + slab.inUse()
            + " fp=" + (slab.firstFree() == 0 ? "0x0000000000000000" : ObjectAddress.print(slab.firstFree()))
            + " flags=0x0(slab" + (compound ? "|head" : "") + "|node=" + node + "|zone=" + zone
            + ")");
  }
}
