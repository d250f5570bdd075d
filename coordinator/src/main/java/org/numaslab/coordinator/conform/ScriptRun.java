package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.RecordedNature.RecordedObject;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.report.SlabAttributes;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.RegistryReply.ShutDown;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Executes the commands of one script on one machine and says in rows what came out.
final class ScriptRun {
  private static final String OK = "RC\t0\tok";
  private static final String SHELL_OK = "RC\t0\tsh";
  private static final String NOT_FOUND = "RC\t256\tsh";
  private static final String INVALID = "RC\t-1\tInvalid argument";

  private final Topology topology;
  private final SimulatedMachine machine;
  private final RecordedNature nature;
  private final Expectations expectations;
  private final FrameTable frames;
  private final KernelLog log;
  private final Map<Integer, ScriptedCache> caches = new TreeMap<>();
  private final Map<String, KmemCache> byName = new HashMap<>();
  private final GeometryOptions options;
  private final List<String> rows = new ArrayList<>();
  private boolean quiet;

  ScriptRun(
      Topology topology,
      SimulatedMachine machine,
      RecordedNature nature,
      Expectations expectations) {
    this.topology = topology;
    this.machine = machine;
    this.nature = nature;
    this.expectations = expectations;
    this.frames = machine.state().memory().frames();
    this.log = new KernelLog(topology);
    this.options = GeometryOptions.forCpus(topology.cpuCount());
  }

  /// The rows of one step.
  List<String> execute(Command command, Step step) {
    rows.clear();
    switch (command) {
      case Command.Create c -> create(c, step);
      case Command.Alloc c -> alloc(c, step);
      case Command.BulkAlloc c -> allocBulk(c, step);
      case Command.Free c -> free(c);
      case Command.BulkFree c -> freeBulk(c);
      case Command.Shrink c -> shrink(c);
      case Command.Destroy c -> destroy(c);
      case Command.Sync c -> {
        machine.registry().gracePeriod(() -> {});
        machine.drain();
        rows.add(OK);
      }
      case Command.Cleanup c -> cleanup();
      case Command.State c -> state(c, step);
      case Command.Quiet c -> {
        quiet = c.on();
        rows.add(OK);
      }
      case Command.Eat c -> {
        nature.eat(c.node());
        rows.add(OK);
      }
      case Command.Uneat c -> {
        nature.uneat();
        rows.add(OK);
      }
      case Command.Sysfs c -> sysfs(c.name());
      case Command.SysfsWrite c -> sysfsWrite(c);
      case Command.Dmesg c ->
          LogLines.masked(log.take()).forEach(line -> rows.add("DMESG\t" + line));
      case Command.Cat c -> cat(c.file());
      case Command.Shell c -> shell(c.command());
      case Command.Look c -> {}
      case Command.Bytes c ->
          throw new UnsupportedOperationException("bytes of objects (" + c.what() + ")");
    }
    nature.takeImpossible().forEach(what -> rows.add("IMPOSSIBLE\t" + what));
    return List.copyOf(rows);
  }

  private ScriptedCache cache(int index) {
    ScriptedCache cache = caches.get(index);
    if (cache == null) {
      throw new IllegalStateException("cache " + index + " does not exist here");
    }
    return cache;
  }

  // ---- caches

  private void create(Command.Create c, Step step) {
    String name = "sp_c" + c.cache();
    CacheGeometry geometry =
        CacheGeometry.of(
            new CacheRequest(name, c.size(), c.align(), c.flags(), c.ctor()), options);
    step.rows().stream()
        .filter(row -> row.tag().equals("RANDSEQ"))
        .findFirst()
        .ifPresentOrElse(
            row -> nature.setNextSequence(sequence(row.field(1))),
            () -> nature.setNextSequence(new int[0]));
    ScriptedCache.Constructor constructor = new ScriptedCache.Constructor();
    KmemCache cache =
        machine.registry().create(name, geometry, true, c.ctor() ? constructor : null, () -> {});
    machine.drain();
    if (cache.isDebug()) {
      throw new UnsupportedOperationException("cache " + name + " with debug flags");
    }
    caches.put(c.cache(), new ScriptedCache(cache.id(), name, constructor));
    byName.put(name, cache);
    rows.add(OK);
    rows.add(
        tabs(
            "CREATE", name, name, 1, geometry.objectSize(), geometry.size(), geometry.align(),
            geometry.inUse(), geometry.offset(), geometry.redLeftPad(), geometry.ooOrder(),
            geometry.ooObjects(), geometry.minOrder(), geometry.minObjects(),
            geometry.minPartial(), geometry.cpuPartial(), geometry.cpuPartialSlabs(),
            Integer.toHexString(geometry.flags()), Integer.toHexString(geometry.allocFlags()),
            geometry.ctor() ? 1 : 0, cache.remoteNodeDefragRatio()));
  }

  private static int[] sequence(String text) {
    return text.isEmpty() || text.equals("-")
        ? new int[0]
        : Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
  }

  private void shrink(Command.Shrink c) {
    ScriptedCache cache = cache(c.cache());
    cache.shrunk = true;
    boolean[] left = new boolean[1];
    machine.registry().shrink(cache.id, slabsLeft -> left[0] = slabsLeft);
    machine.drain();
    rows.add(OK);
    rows.add(tabs("DONE", "shrink", left[0] ? 1 : 0, "ctor_calls_in_op=0"));
  }

  private void destroy(Command.Destroy c) {
    destroy(cache(c.cache()));
    caches.remove(c.cache());
    rows.add(OK);
    rows.add(tabs("DESTROY", c.cache()));
  }

  private void destroy(ScriptedCache cache) {
    List<ShutDown> nodes = new ArrayList<>();
    machine.registry().destroy(cache.id, nodes::addAll);
    machine.drain();
    if (nodes.stream().anyMatch(node -> node.slabsLeft() > 0)) {
      log.objectsRemaining(
          cache.name, machine.registry().cache(cache.id).geometry(), nodes);
    } else {
      byName.remove(cache.name);
    }
  }

  private void cleanup() {
    rows.add(OK);
    caches.forEach(
        (index, cache) -> {
          cache.slots.values().forEach(object -> machine.free(new CpuId(0), cache.id, object));
          destroy(cache);
          rows.add(tabs("CLEANUP", index, "destroyed"));
        });
    caches.clear();
  }

  // ---- objects

  private void alloc(Command.Alloc c, Step step) {
    ScriptedCache cache = cache(c.cache());
    int[] slots =
        IntStream.range(0, c.count()).map(i -> c.first() + i * c.step()).toArray();
    List<@Nullable RecordedObject> expected = expected(step, c.cache(), cache, slots);
    rows.add(OK);
    int done = 0;
    for (int i = 0; i < slots.length; i++) {
      RecordedObject next = i < expected.size() ? expected.get(i) : null;
      nature.expect(() -> next, c.node());
      long object = machine.alloc(new CpuId(c.cpu()), cache.id, c.node(), c.gfp());
      addAllocated(c.cpu(), c.node(), slots[i], object);
      if (object != Cpu.NULL) {
        cache.slots.put(slots[i], object);
        done++;
      }
    }
    done("alloc", done, cache);
  }

  private List<@Nullable RecordedObject> expected(
      Step step, int index, ScriptedCache cache, int[] slots) {
    cache.shrunk = false;
    int oo = machine.registry().cache(cache.id).geometry().ooOrder();
    return expectations.of(step, index, slots, oo);
  }

  private void allocBulk(Command.BulkAlloc c, Step step) {
    ScriptedCache cache = cache(c.cache());
    int[] slots = IntStream.range(c.first(), c.first() + c.count()).toArray();
    List<@Nullable RecordedObject> expected = expected(step, c.cache(), cache, slots);
    long[] objects = new long[c.count()];
    nature.expect(() -> nextOf(expected, objects), NodeId.NONE);
    long done =
        machine.allocBulk(
            new CpuId(c.cpu()),
            cache.id,
            Gfp.KERNEL,
            objects,
            c.count());
    rows.add(OK);
    for (int i = 0; i < done; i++) {
      addAllocated(c.cpu(), NodeId.NONE, slots[i], objects[i]);
      cache.slots.put(slots[i], objects[i]);
    }
    done("balloc", (int) done, cache);
  }

  /// The recorded object of a bulk allocation's first element that is not filled yet.
  private static @Nullable RecordedObject nextOf(
      List<@Nullable RecordedObject> expected, long[] objects) {
    int filled = 0;
    while (filled < objects.length && objects[filled] != 0) {
      filled++;
    }
    return filled < expected.size() ? expected.get(filled) : null;
  }

  private void free(Command.Free c) {
    ScriptedCache cache = cache(c.cache());
    cache.shrunk = false;
    rows.add(OK);
    int done = 0;
    for (int slot : c.slots()) {
      long object = cache.object(slot);
      if (object == 0) {
        continue;
      }
      addFreed(c.cpu(), slot, cache, object);
      machine.free(new CpuId(c.cpu()), cache.id, object);
      if (!c.keep()) {
        cache.slots.remove(slot);
      }
      done++;
    }
    if (c.listed()) {
      rows.add(tabs("DONE", "freel", done));
    } else {
      done("free", done, cache);
    }
  }

  private void freeBulk(Command.BulkFree c) {
    ScriptedCache cache = cache(c.cache());
    cache.shrunk = false;
    rows.add(OK);
    List<Long> objects = new ArrayList<>();
    for (int slot = c.first(); slot < c.first() + c.count(); slot++) {
      long object = cache.object(slot);
      if (object != 0) {
        addFreed(c.cpu(), slot, cache, object);
        objects.add(object);
        cache.slots.remove(slot);
      }
    }
    machine.freeBulk(
        new CpuId(c.cpu()), cache.id, objects.stream().mapToLong(Long::longValue).toArray());
    done("bfree", objects.size(), cache);
  }

  private void addAllocated(int cpu, int node, int slot, long object) {
    if (quiet) {
      return;
    }
    if (object == Cpu.NULL) {
      rows.add(tabs("A", cpu, node, slot, "NULL"));
      return;
    }
    long slab = frames.head(ScriptedCache.frameOf(object));
    rows.add(
        tabs(
            "A", cpu, node, slot, Long.toHexString(slab), topology.nodeIndexOfFrame(slab),
            index(slab, object), frames.order(slab)));
  }

  private void addFreed(int cpu, int slot, ScriptedCache cache, long object) {
    if (!quiet) {
      long slab = frames.head(ScriptedCache.frameOf(object));
      rows.add(
          tabs(
              "R", cpu, slot, Long.toHexString(slab), topology.nodeIndexOfFrame(slab),
              index(slab, object)));
    }
  }

  private int index(long slab, long object) {
    CacheGeometry geometry =
        machine.registry().caches().get(frames.cache(slab)).geometry();
    return (int) ((object - (slab << Memory.PAGE_SHIFT)) / geometry.size());
  }

  private void done(String operation, int count, ScriptedCache cache) {
    List<Long> constructed = cache.constructor.take();
    rows.add(tabs("DONE", operation, count, "ctor_calls_in_op=" + constructed.size()));
    if (!constructed.isEmpty()) {
      String calls =
          constructed.stream()
              .map(
                  object -> {
                    long slab = frames.head(ScriptedCache.frameOf(object));
                    return Long.toHexString(slab) + ":" + index(slab, object);
                  })
              .collect(Collectors.joining(" "));
      rows.add("CTORSEQ\t" + calls);
    }
  }

  // ---- state

  private void state(Command.State c, Step step) {
    ScriptedCache cache = cache(c.cache());
    rows.add(OK);
    rows.add(tabs("CTOR", cache.constructor.calls(), 0));
    rows.addAll(StateRows.of(machine.state(), cache.id, c.lists()));
  }

  /// Takes the order of equally full slabs from a state that follows a shrink.
  ///
  /// @return whether an order was taken
  boolean takeOrderAfterShrink(Command command, Step step) {
    if (!(command instanceof Command.State c) || !caches.containsKey(c.cache())) {
      return false;
    }
    ScriptedCache cache = cache(c.cache());
    return cache.shrunk && ShrinkOrder.take(machine, cache.id, step);
  }

  private void sysfs(String name) {
    KmemCache cache = byName.get(name);
    if (cache == null) {
      return;
    }
    SlabAttributes a = new SlabAttributes(machine.state(), current(cache));
    Map<String, String> values = new LinkedHashMap<>();
    values.put("objects", a.objects());
    values.put("objects_partial", a.objectsPartial());
    values.put("total_objects", a.totalObjects());
    values.put("slabs", a.slabs());
    values.put("partial", a.partial());
    values.put("cpu_slabs", a.cpuSlabs());
    values.put("slabs_cpu_partial", a.slabsCpuPartial());
    values.forEach((attribute, value) -> rows.add(tabs("SYSFS", name, attribute, value)));
    rows.add("SLABINFO\t" + a.slabinfo());
  }

  private KmemCache current(KmemCache cache) {
    return machine.registry().cache(cache.id());
  }

  private void sysfsWrite(Command.SysfsWrite c) {
    KmemCache known = byName.get(c.name());
    if (known == null) {
      rows.add(INVALID);
      return;
    }
    KmemCache cache = current(known);
    Registry registry = machine.registry();
    int value = Integer.parseInt(c.value());
    Consumer<KmemCache> change =
        switch (c.attribute()) {
          case "cpu_partial" -> changed -> registry.changeCpuPartial(changed, () -> {});
          default -> changed -> registry.change(changed, () -> {});
        };
    KmemCache changed =
        switch (c.attribute()) {
          case "cpu_partial" -> cache.withCpuPartial(value);
          case "min_partial" -> cache.withMinPartial(value);
          case "remote_node_defrag_ratio" ->
              value > 100 ? null : cache.withRemoteNodeDefragRatio(10 * value);
          case "shrink" -> cache;
          default ->
              throw new UnsupportedOperationException("a write to " + c.attribute());
        };
    if (changed == null) {
      rows.add("RC\t-1\tNumerical result out of range");
      return;
    }
    if (c.attribute().equals("shrink")) {
      registry.shrink(cache.id(), left -> {});
    } else {
      change.accept(changed);
    }
    machine.drain();
    rows.add(tabs("RC", c.value().length(), "ok"));
  }

  private void cat(String file) {
    String[] parts = file.split("/");
    String attribute = parts[parts.length - 1];
    if (file.equals("/sys/devices/system/cpu/online")) {
      rows.add("CAT\t" + onlineCpus());
    } else if (file.startsWith("/sys/kernel/slab/") && parts.length == 6) {
      KmemCache cache = byName.get(parts[4]);
      if (cache != null) {
        KmemCache now = current(cache);
        switch (attribute) {
          case "cpu_partial" -> rows.add(tabs("CAT", now.cpuPartial()));
          case "min_partial" -> rows.add(tabs("CAT", now.minPartial()));
          case "remote_node_defrag_ratio" ->
              rows.add(tabs("CAT", now.remoteNodeDefragRatio() / 10));
          default -> {}
        }
      }
    }
  }

  private String onlineCpus() {
    List<String> ranges = new ArrayList<>();
    for (int from = 0; from < topology.cpuCount(); from++) {
      if (!machine.registry().isOnline(new CpuId(from))) {
        continue;
      }
      int to = from;
      while (to + 1 < topology.cpuCount() && machine.registry().isOnline(new CpuId(to + 1))) {
        to++;
      }
      ranges.add(from == to ? String.valueOf(from) : from + "-" + to);
      from = to;
    }
    return String.join(",", ranges);
  }

  private void shell(String line) {
    String[] w = line.split("\\s+");
    if (w[0].equals("echo") && line.contains("/sys/devices/system/cpu/cpu")) {
      CpuId cpu = new CpuId(Integer.parseInt(line.replaceAll(".*/cpu/cpu(\\d+)/online.*", "$1")));
      if (w[1].equals("0")) {
        machine.registry().offline(cpu, () -> {});
      } else {
        machine.registry().online(cpu);
      }
      machine.drain();
      rows.add(SHELL_OK);
    } else if (w[0].equals("echo") && line.matches("echo \\S+ > /sys/kernel/slab/[^/]+/\\S+")) {
      String[] path = w[3].split("/");
      sysfsWrite(new Command.SysfsWrite(path[4], path[5], w[1]));
      rows.set(rows.size() - 1, SHELL_OK);
    } else if (w[0].equals("ls") && !line.contains(";")) {
      String[] path = w[w.length - 1].split("/");
      rows.add(byName.containsKey(path[path.length - 1]) ? SHELL_OK : NOT_FOUND);
    } else {
      rows.add(SHELL_OK);
    }
  }

  private static String tabs(Object... fields) {
    return Arrays.stream(fields).map(String::valueOf).collect(Collectors.joining("\t"));
  }
}
