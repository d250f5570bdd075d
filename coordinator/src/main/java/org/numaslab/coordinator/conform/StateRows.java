package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuView;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.DebugSlabs;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.protocol.SlabView;

/// The state of a cache as rows of a recording: CTOR, then CPU and CPUPART of each cpu, then NODE
/// and NODEPART of each node.
final class StateRows {
  private final MachineState machine;
  private final CacheId cache;
  private final boolean lists;
  private final List<String> rows = new ArrayList<>();

  private StateRows(MachineState machine, CacheId cache, boolean lists) {
    this.machine = machine;
    this.cache = cache;
    this.lists = lists;
  }

  static List<String> of(MachineState machine, CacheId cache, boolean lists) {
    StateRows state = new StateRows(machine, cache, lists);
    machine.cpus().stream()
        .filter(cpu -> machine.registry().isOnline(cpu.id()))
        .forEach(state::addCpu);
    machine.nodes().forEach(state::addNode);
    return state.rows;
  }

  private void addCpu(Cpu cpu) {
    CpuView view = cpu.cache(cache).view();
    int number = cpu.id().value();
    SlabRef current = view.slab();
    if (current == null) {
      add("CPU", number, "-");
    } else {
      SlabView slab = slab(current);
      add(
          "CPU",
          number,
          slabFields(current.frame(), slab),
          slab.frozen() ? 1 : 0,
          slab.free().length,
          list(slab.free()),
          view.free().length,
          list(view.free()));
    }
    for (int i = 0; i < view.partial().length; i++) {
      SlabRef ref = view.partial()[i];
      SlabView slab = slab(ref);
      add(
          "CPUPART",
          number,
          i,
          view.partial().length - i,
          slabFields(ref.frame(), slab),
          slab.frozen() ? 1 : 0,
          slab.free().length,
          list(slab.free()));
    }
  }

  private void addNode(NodeState node) {
    KmemCacheNode half = node.cache(cache);
    int number = node.id().value();
    add("NODE", number, half.nrPartial(), half.nrSlabs(), half.totalObjects());
    List<SlabView> partial = node.partialSlabs(cache);
    for (int i = 0; i < partial.size(); i++) {
      SlabView slab = partial.get(i);
      add(
          "NODEPART",
          number,
          i,
          slabFields(slab.frame(), slab),
          slab.frozen() ? 1 : 0,
          slab.free().length,
          list(slab.free()));
    }
    DebugSlabs debug = half.debug();
    long[] full = debug == null ? new long[0] : debug.fullSlabs();
    for (int i = 0; i < full.length; i++) {
      SlabView slab = node.slab(cache, full[i]);
      add(
          "NODEFULL",
          number,
          i,
          slabFields(full[i], slab),
          slab.frozen() ? 1 : 0,
          slab.free().length,
          list(slab.free()));
    }
  }

  private SlabView slab(SlabRef ref) {
    return machine
        .nodes()
        .get(machine.topology().nodeIndexOfFrame(ref.frame()))
        .slab(cache, ref.frame());
  }

  private String slabFields(long frame, SlabView slab) {
    return String.join(
        "\t",
        Long.toHexString(frame),
        String.valueOf(machine.topology().nodeIndexOfFrame(frame)),
        String.valueOf(slab.order()),
        String.valueOf(slab.inUse()),
        String.valueOf(slab.objects()));
  }

  private String list(int[] indexes) {
    if (!lists || indexes.length == 0) {
      return "-";
    }
    return Arrays.stream(indexes).mapToObj(String::valueOf).collect(Collectors.joining(","));
  }

  private void add(Object... fields) {
    rows.add(Arrays.stream(fields).map(String::valueOf).collect(Collectors.joining("\t")));
  }
}
