package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.RecordedNature.RecordedObject;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.coordinator.driver.KernelLog;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.RegistryReply.ShutDown;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Executes the commands of one script on one machine and says in rows what came out.
///
/// A cache that no emulated machine can follow is set aside: its steps are not judged, those of the
/// other caches are.
final class ScriptRun {
  private static final String OK = "RC\t0\tok";

  /// What the recorder answers where it cannot do a command; only that it is an error is compared.
  private static final String REFUSED = "RC\t-22\tInvalid argument";

  private final Topology topology;
  private final SimulatedMachine machine;
  private final RecordedNature nature;
  private final Expectations expectations;
  private final Memory memory;
  private final FrameTable frames;
  private final KernelLog log;
  private final Map<Integer, ScriptedCache> caches = new TreeMap<>();
  private final Map<Integer, String> setAside = new TreeMap<>();
  private final Map<String, KmemCache> byName = new HashMap<>();
  private final OutsideView outside;
  private final ByteRows bytes;
  private final GeometryOptions options;
  private final List<String> rows = new ArrayList<>();
  private boolean quiet;
  private long constructorCalls;
  private long withoutMark;
  private boolean constructorsSetAside;

  ScriptRun(
      Topology topology,
      SimulatedMachine machine,
      RecordedNature nature,
      Expectations expectations) {
    this.topology = topology;
    this.machine = machine;
    this.nature = nature;
    this.expectations = expectations;
    this.memory = machine.state().memory();
    this.frames = memory.frames();
    this.log = machine.kernelLog();
    this.outside = new OutsideView(topology, machine, byName, this::shrunk);
    this.bytes = new ByteRows(machine);
    this.options = GeometryOptions.forCpus(topology.cpuCount());
  }

  /// The rows of one step.
  ///
  /// @throws NotJudged when nobody can say what they must be
  List<String> execute(Command command, Step step) {
    rows.clear();
    run(command, step);
    nature.takeImpossible().forEach(what -> rows.add("IMPOSSIBLE\t" + what));
    return List.copyOf(rows);
  }

  /// Whether a recorded row says something of what is judged.
  boolean isCompared(Row row) {
    return switch (row.tag()) {
      case "CLEANUP" -> !setAside.containsKey(row.number(0));
      case "CTOR" -> !constructorsSetAside;
      default -> true;
    };
  }

  private void run(Command command, Step step) {
    if (command instanceof Command.OnCache c && !(command instanceof Command.Create)) {
      if (setAside.containsKey(c.cache())) {
        throw new NotJudged(String.valueOf(setAside.get(c.cache())));
      }
      if (!caches.containsKey(c.cache()) || isOffline(command)) {
        rows.add(REFUSED);
        return;
      }
    }
    switch (command) {
      case Command.Create c -> create(c, step);
      case Command.Alloc c -> alloc(c, step);
      case Command.BulkAlloc c -> allocBulk(c, step);
      case Command.Free c -> free(c);
      case Command.BulkFree c -> freeBulk(c);
      case Command.Shrink c -> shrink(c);
      case Command.Destroy c -> {
        destroy(cache(c.cache()));
        caches.remove(c.cache());
        rows.add(OK);
        rows.add(tabs("DESTROY", c.cache()));
      }
      case Command.Sync c -> {
        machine.registry().gracePeriod(() -> {});
        machine.drain();
        rows.add(OK);
      }
      case Command.Cleanup c -> cleanup();
      case Command.State c -> state(c);
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
      case Command.Hex c ->
          bytes(c.cache(), c.slot(), o -> bytes.hex(cacheOf(c), c, o, step, rows));
      case Command.Tail c -> bytes(c.cache(), c.slot(), o -> bytes.tail(cacheOf(c), o, rows));
      case Command.Fill c -> bytes(c.cache(), c.slot(), o -> bytes.fill(cacheOf(c), o, c.value()));
      case Command.Poke c ->
          bytes(c.cache(), c.slot(), o -> bytes.poke(cacheOf(c), o + c.offset(), c.value()));
      case Command.BadFree c ->
          bytes(c.cache(), c.slot(), o -> freePointer(c, c.cache(), o + c.offset()));
      case Command.WrongFree c -> wrongFree(c);
      case Command.Sysfs c -> outside.attributes(c.name(), rows);
      case Command.SysfsWrite c -> outside.write(c, rows);
      case Command.Cat c -> outside.cat(c.file(), rows);
      case Command.Shell c -> outside.shell(c.line(), step, rows);
      case Command.Dmesg c -> dmesg(step);
      case Command.Look c -> {}
      case Command.Repeat c -> repeat(c, step);
    }
  }

  private boolean isOffline(Command command) {
    return command instanceof Command.OnCpu c && !machine.registry().isOnline(new CpuId(c.cpu()));
  }

  private ScriptedCache cache(int index) {
    ScriptedCache cache = caches.get(index);
    if (cache == null) {
      throw new IllegalStateException("cache " + index + " does not exist here");
    }
    return cache;
  }

  private KmemCache cacheOf(Command.OnCache command) {
    return machine.registry().cache(cache(command.cache()).id);
  }

  /// Sets a cache aside from here on.
  private NotJudged aside(int index, String why) {
    ScriptedCache cache = caches.remove(index);
    setAside.put(index, why);
    outside.setAside("sp_c" + index, why);
    if (cache != null) {
      byName.remove(cache.name);
    }
    return new NotJudged(why);
  }

  /// Each round has its own RC row where the line has one.
  private void repeat(Command.Repeat c, Step step) {
    List<Step> rounds = new ArrayList<>();
    for (Row row : step.rows()) {
      if (rounds.isEmpty() || row.tag().equals("RC")) {
        rounds.add(new Step(step.number(), row.line(), step.command(), new ArrayList<>()));
      }
      rounds.getLast().rows().add(row);
    }
    for (int i = 0; i < c.times(); i++) {
      Step none = new Step(step.number(), step.line(), step.command(), List.of());
      run(c.line(), rounds.size() == c.times() ? rounds.get(i) : c.times() == 1 ? step : none);
    }
  }

  // ---- caches

  private void create(Command.Create c, Step step) {
    String name = "sp_c" + c.cache();
    if (caches.containsKey(c.cache())) {
      rows.add(REFUSED);
      return;
    }
    setAside.remove(c.cache());
    CacheRequest request;
    try {
      request = new CacheRequest(name, c.size(), c.align(), c.flags(), c.ctor());
    } catch (BadInput noSuchCache) {
      rows.add(REFUSED);
      return;
    }
    CacheGeometry geometry = CacheGeometry.of(request, options);
    nature.setNextSequence(sequence(step, geometry.ooObjects()));
    ScriptedCache.Constructor constructor =
        new ScriptedCache.Constructor(memory, geometry.objectSize());
    KmemCache cache =
        machine
            .registry()
            .create(
                SharedCache.alone(name, geometry), true, c.ctor() ? constructor : null, () -> {});
    machine.drain();
    caches.put(c.cache(), new ScriptedCache(cache.id(), name, constructor));
    byName.put(name, cache);
    rows.add(OK);
    rows.add(
        tabs(
            "CREATE",
            name,
            name,
            1,
            geometry.objectSize(),
            geometry.size(),
            geometry.align(),
            geometry.inUse(),
            geometry.offset(),
            geometry.redLeftPad(),
            geometry.ooOrder(),
            geometry.ooObjects(),
            geometry.minOrder(),
            geometry.minObjects(),
            geometry.minPartial(),
            geometry.cpuPartial(),
            geometry.cpuPartialSlabs(),
            Integer.toHexString(geometry.flags()),
            Integer.toHexString(geometry.allocFlags()),
            geometry.ctor() ? 1 : 0,
            cache.remoteNodeDefragRatio()));
  }

  /// The recorded random sequence; none where a slab has one object.
  private static int[] sequence(Step step, int objects) {
    for (Row row : step.rows()) {
      String text = row.field(1);
      if (row.tag().equals("RANDSEQ") && !text.isEmpty() && !text.equals("-")) {
        int[] sequence = Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
        int[] sorted = Arrays.stream(sequence).sorted().toArray();
        if (!Arrays.equals(sorted, IntStream.range(0, objects).toArray())) {
          throw new IllegalStateException(
              "the recorded random sequence is no order of 0.." + (objects - 1));
        }
        return sequence;
      }
    }
    return new int[0];
  }

  private void shrunk(String name) {
    caches.values().stream().filter(c -> c.name.equals(name)).forEach(c -> c.shrunk = true);
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

  private void destroy(ScriptedCache cache) {
    List<ShutDown> nodes = new ArrayList<>();
    machine.registry().destroy(cache.id, nodes::addAll);
    machine.drain();
    if (nodes.stream().noneMatch(node -> node.slabsLeft() > 0)) {
      byName.remove(cache.name);
    }
  }

  /// Caches with pointers that were kept for a deliberate double free are left alone.
  private void cleanup() {
    rows.add(OK);
    caches.forEach((index, cache) -> {
      if (!cache.keepsFreed) {
        cache.slots.values().forEach(object -> machine.free(new CpuId(0), cache.id, object));
        destroy(cache);
      }
      rows.add(tabs("CLEANUP", index, cache.keepsFreed ? "skipped" : "destroyed"));
    });
    caches.clear();
  }

  private void dmesg(Step step) {
    if (!setAside.isEmpty()) {
      log.take();
      if (step.rows().isEmpty()) {
        return;
      }
      throw new NotJudged("the kernel log is also that of a cache that is set aside");
    }
    LogLines.masked(log.take()).forEach(line -> rows.add("DMESG\t" + line));
  }

  // ---- objects

  private void alloc(Command.Alloc c, Step step) {
    ScriptedCache cache = cache(c.cache());
    int[] slots = IntStream.range(0, c.count()).map(i -> c.first() + i * c.step()).toArray();
    List<@Nullable RecordedObject> expected = expected(step, c.cache(), cache, slots);
    rows.add(OK);
    int done = 0;
    for (int i = 0; i < slots.length; i++) {
      RecordedObject next = i < expected.size() ? expected.get(i) : null;
      nature.expect(() -> next, c.node());
      long object = machine.alloc(new CpuId(c.cpu()), cache.id, c.node(), c.gfp());
      addAllocated(c.cpu(), c.node(), slots[i], object);
      if (object != Cpu.NULL) {
        keep(cache, slots[i], object);
        done++;
      }
    }
    done("alloc", done, cache);
  }

  private void keep(ScriptedCache cache, int slot, long object) {
    cache.slots.put(slot, object);
    cache.live.add(object);
    if (cacheOf(cache).constructor() != null && !cache.constructor.hasMark(object)) {
      withoutMark++;
    }
  }

  private KmemCache cacheOf(ScriptedCache cache) {
    return machine.registry().cache(cache.id);
  }

  private List<@Nullable RecordedObject> expected(
      Step step, int index, ScriptedCache cache, int[] slots) {
    cache.shrunk = false;
    return expectations.of(step, index, slots, cacheOf(cache).geometry());
  }

  private void allocBulk(Command.BulkAlloc c, Step step) {
    ScriptedCache cache = cache(c.cache());
    int[] slots = IntStream.range(c.first(), c.first() + c.count()).toArray();
    List<@Nullable RecordedObject> expected = expected(step, c.cache(), cache, slots);
    long[] objects = new long[c.count()];
    nature.expect(() -> nextOf(expected, objects), NodeId.NONE);
    long done = machine.allocBulk(new CpuId(c.cpu()), cache.id, Gfp.KERNEL, objects, c.count());
    rows.add(OK);
    for (int i = 0; i < done; i++) {
      addAllocated(c.cpu(), NodeId.NONE, slots[i], objects[i]);
      keep(cache, slots[i], objects[i]);
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
      release(c.cache(), cache, c.cpu(), slot, object);
      machine.free(new CpuId(c.cpu()), cache.id, object);
      if (c.keep()) {
        cache.keepsFreed = true;
      } else {
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

  private void wrongFree(Command.WrongFree c) {
    ScriptedCache owner = caches.get(c.owner());
    if (owner == null || owner.object(c.slot()) == 0) {
      rows.add(REFUSED);
      return;
    }
    rows.add(OK);
    freePointer(c, c.owner(), owner.object(c.slot()));
    owner.slots.remove(c.slot());
  }

  /// Frees a pointer that is not the freed cache's object. Only a cache that checks can answer for
  /// its own.
  private void freePointer(Command.OnCpu c, int owner, long pointer) {
    KmemCache cache = machine.registry().cache(cache(owner).id);
    boolean isObject = owner != c.cache();
    if (!isObject && !cache.geometry().has(SlabFlags.CONSISTENCY_CHECKS)) {
      throw aside(c.cache(), "a pointer that is no object of sp_c" + c.cache() + " was freed");
    }
    machine.free(new CpuId(c.cpu()), cache(c.cache()).id, pointer);
  }

  private void freeBulk(Command.BulkFree c) {
    ScriptedCache cache = cache(c.cache());
    cache.shrunk = false;
    rows.add(OK);
    List<Long> objects = new ArrayList<>();
    for (int slot = c.first(); slot < c.first() + c.count(); slot++) {
      long object = cache.object(slot);
      if (object != 0) {
        release(c.cache(), cache, c.cpu(), slot, object);
        objects.add(object);
        cache.slots.remove(slot);
      }
    }
    machine.freeBulk(
        new CpuId(c.cpu()), cache.id, objects.stream().mapToLong(Long::longValue).toArray());
    done("bfree", objects.size(), cache);
  }

  private void release(int index, ScriptedCache cache, int cpu, int slot, long object) {
    boolean checks =
        machine.registry().cache(cache.id).geometry().has(SlabFlags.CONSISTENCY_CHECKS);
    if (!cache.live.remove(object) && !checks) {
      throw aside(
          index,
          "an object of sp_c"
              + index
              + " was freed twice, which a cache without checks does not notice");
    }
    if (!quiet) {
      long slab = frames.head(ScriptedCache.frameOf(object));
      rows.add(
          tabs(
              "R",
              cpu,
              slot,
              Long.toHexString(slab),
              topology.nodeIndexOfFrame(slab),
              index(slab, object)));
    }
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
            "A",
            cpu,
            node,
            slot,
            Long.toHexString(slab),
            topology.nodeIndexOfFrame(slab),
            index(slab, object),
            frames.order(slab)));
  }

  private int index(long slab, long object) {
    CacheGeometry geometry = machine.registry().caches().get(frames.cache(slab)).geometry();
    return (int) ((object - (slab << Memory.PAGE_SHIFT)) / geometry.size());
  }

  private void done(String operation, int count, ScriptedCache cache) {
    List<Long> constructed = cache.constructor.take();
    constructorCalls += constructed.size();
    rows.add(tabs("DONE", operation, count, "ctor_calls_in_op=" + constructed.size()));
    if (!constructed.isEmpty()) {
      String calls =
          constructed.stream()
              .map(object -> {
                long slab = frames.head(ScriptedCache.frameOf(object));
                return Long.toHexString(slab) + ":" + index(slab, object);
              })
              .collect(Collectors.joining(" "));
      rows.add("CTORSEQ\t" + calls);
    }
  }

  // ---- state

  private void state(Command.State c) {
    rows.add(OK);
    if (!constructorsSetAside) {
      rows.add(tabs("CTOR", constructorCalls, withoutMark));
    }
    rows.addAll(StateRows.of(machine.state(), cache(c.cache()).id, c.lists()));
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

  // ---- bytes

  private interface OnObject {
    void run(long object);
  }

  private void bytes(int index, int slot, OnObject what) {
    long object = cache(index).object(slot);
    if (object == 0) {
      rows.add(REFUSED);
      return;
    }
    rows.add(OK);
    try {
      what.run(object);
    } catch (NotJudged e) {
      throw aside(index, String.valueOf(e.getMessage()));
    }
  }

  static String tabs(Object... fields) {
    return Arrays.stream(fields).map(String::valueOf).collect(Collectors.joining("\t"));
  }
}
