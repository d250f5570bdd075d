package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuView;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.DebugSlabs;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.protocol.SlabView;
import org.numaslab.node.topology.FrameRange;

/// Writes a machine at rest down in plain numbers, slabs found by walking the page-frame table.
public final class Dumper {
  private final MachineState machine;
  private final LiveNatures natures;
  private final FrameTable frames;

  private Dumper(MachineState machine, LiveNatures natures) {
    this.machine = machine;
    this.natures = natures;
    this.frames = machine.memory().frames();
  }

  /// @param tally what the tasks counted, by the trace's cache index, which is the order of
  ///   `caches`
  /// @param live addresses that tasks hold, by cache number
  public static MachineDump dump(
      MachineState machine,
      LiveNatures natures,
      List<KmemCache> caches,
      ReplayTally tally,
      Map<Integer, long[]> live) {
    List<CacheDump> descriptions = new ArrayList<>();
    for (int i = 0; i < caches.size(); i++) {
      KmemCache cache = caches.get(i);
      descriptions.add(
          new CacheDump(
              cache.id().value(),
              cache.name(),
              cache.geometry().size(),
              cache.geometry().redLeftPad(),
              tally.allocations(i),
              tally.frees(i),
              tally.handOffs().moved(i)));
    }
    return dump(machine, natures, descriptions, live);
  }

  /// @param caches every cache that was ever created, with what was counted of it
  /// @param live addresses that tasks hold, by cache number
  public static MachineDump dump(
      MachineState machine,
      LiveNatures natures,
      List<CacheDump> caches,
      Map<Integer, long[]> live) {
    Dumper dumper = new Dumper(machine, natures);
    return new MachineDump(
        caches,
        machine.nodes().stream().map(dumper::node).toList(),
        machine.cpus().stream().map(dumper::cpu).toList(),
        live);
  }

  private NodeDump node(NodeState node) {
    return node(node, natures.buddy(node.id()), frames);
  }

  private CpuDump cpu(Cpu cpu) {
    return cpu(cpu, machine.registry().caches());
  }

  /// One node.
  ///
  /// @param buddy its page allocator
  /// @param frames of its memory
  public static NodeDump node(NodeState node, Buddy buddy, FrameTable frames) {
    List<SlabDump> slabs = new ArrayList<>();
    long waiting = 0;
    long plain = 0;
    for (FrameRange range : buddy.everUsed()) {
      for (long frame = range.start(); frame < range.end(); ) {
        Kind kind = frames.kind(frame);
        long length = kind == Kind.NONE ? 1 : 1L << frames.order(frame);
        if (kind == Kind.SLAB) {
          slabs.add(slab(node, frame, frames.cache(frame)));
        } else if (kind == Kind.RCU) {
          waiting += length;
        } else if (kind == Kind.PAGES) {
          plain += length;
        }
        frame += length;
      }
    }
    Map<Integer, HalfDump> halves = new HashMap<>();
    node.caches()
        .forEach((id, half) ->
            halves.put(
                id.value(),
                new HalfDump(
                    half.nrSlabs(), half.totalObjects(), half.partialSlabs(), half.fullSlabs())));
    Map<Long, Integer> borrowers = new HashMap<>();
    node.borrowers().forEach((frame, cpu) -> borrowers.put(frame, cpu.value()));
    return new NodeDump(
        node.id().value(),
        buddy.managedPages(),
        buddy.freePages(),
        buddy.heldPages(),
        waiting,
        plain,
        slabs,
        halves,
        borrowers,
        writtenOff(node));
  }

  private static Set<Long> writtenOff(NodeState node) {
    Set<Long> slabs = new HashSet<>();
    for (KmemCacheNode half : node.caches().values()) {
      DebugSlabs debug = half.debug();
      if (debug != null) {
        slabs.addAll(debug.writtenOff());
      }
    }
    return slabs;
  }

  private static SlabDump slab(NodeState node, long frame, int cache) {
    SlabView view = node.slab(new CacheId(cache), frame);
    return new SlabDump(
        frame, view.order(), cache, view.inUse(), view.objects(), view.frozen(), view.free());
  }

  /// One cpu.
  public static CpuDump cpu(Cpu cpu, List<KmemCache> caches) {
    List<HeldDump> held = new ArrayList<>();
    for (KmemCache cache : caches) {
      CpuView view = cpu.cache(cache.id()).view();
      SlabRef slab = view.slab();
      held.add(
          new HeldDump(
              cache.id().value(),
              slab == null ? 0 : slab.frame(),
              view.free(),
              Arrays.stream(view.partial()).mapToLong(SlabRef::frame).toArray()));
    }
    return new CpuDump(cpu.id().value(), cpu.node().value(), cpu.isQuiet(), held);
  }
}
