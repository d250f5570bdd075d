package org.numaslab.coordinator.client.model;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.client.model.Model.Entry;
import org.numaslab.coordinator.client.model.Model.Held;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.NodeId;

/// The calls of one task. Each is a row of [#ALL], which says how often it is drawn.
final class Calls {
  private record Weighted(int weight, Consumer<Calls> call) {}

  /// In a thousand draws about so many.
  private static final List<Weighted> ALL =
      List.of(
          new Weighted(240, Calls::alloc),
          new Weighted(15, Calls::allocBulk),
          new Weighted(160, Calls::kmalloc),
          new Weighted(40, Calls::krealloc),
          new Weighted(230, Calls::free),
          new Weighted(30, Calls::freeBulk),
          new Weighted(90, Calls::readBack),
          new Weighted(60, Calls::write),
          new Weighted(25, Calls::handOver),
          new Weighted(25, Calls::takeOver),
          new Weighted(10, Calls::atomicSection),
          new Weighted(2, current -> current.task.condResched()),
          new Weighted(2, call -> call.ofMachine.createCache()),
          new Weighted(2, call -> call.ofMachine.destroyCache()),
          new Weighted(1, call -> call.ofMachine.shrinkCache()),
          new Weighted(2, call -> call.ofMachine.writeAttribute()),
          new Weighted(1, call -> call.ofMachine.hotplug()));

  private static final int SUM = ALL.stream().mapToInt(Weighted::weight).sum();

  private static final int[] GFPS = {
    Gfp.KERNEL,
    Gfp.KERNEL,
    Gfp.KERNEL,
    Gfp.KERNEL,
    Gfp.KERNEL_ACCOUNT,
    Gfp.KERNEL | Gfp.RECLAIMABLE,
    Gfp.ATOMIC,
    Gfp.NOWAIT,
    Gfp.NOFS,
    Gfp.KERNEL | Gfp.DMA
  };

  private static final int OWN_MAX = 1000;
  private static final int BULK_MAX = 40;
  private static final int KMALLOC_DOUBLINGS = 14;
  private static final int LARGE_MAX = 600_000;

  private final int number;
  private final Task task;
  private final Model model;
  private final Api api;
  private final RandomMachine machine;
  private final Memories memories;
  private final MachineCalls ofMachine;
  private final @Nullable Consumer<String> trace;
  private int picked;
  private SplittableRandom random = new SplittableRandom(0);

  /// @param trace receives a line for each call; null where nobody looks
  Calls(
      int number,
      Task task,
      Model model,
      Api api,
      RandomMachine machine,
      Memories.Construct construct,
      @Nullable Consumer<String> trace) {
    this.number = number;
    this.task = task;
    this.model = model;
    this.api = api;
    this.machine = machine;
    this.memories = new Memories(task, model, construct);
    this.trace = trace;
    this.ofMachine =
        new MachineCalls(
            task,
            model,
            machine,
            (home, object) -> memories.construct(object),
            this::random,
            this::say);
  }

  private SplittableRandom random() {
    return random;
  }

  private void say(Supplier<String> line) {
    if (trace != null) {
      trace.accept("task %d on cpu %d: %s".formatted(number, task.cpu().value(), line.get()));
    }
  }

  /// Makes the call that the draws say.
  void make(SplittableRandom draws) {
    random = draws;
    int at = random.nextInt(SUM);
    for (Weighted each : ALL) {
      at -= each.weight;
      if (at < 0) {
        each.call.accept(this);
        return;
      }
    }
  }

  // ---- objects

  private int gfp() {
    int gfp = GFPS[random.nextInt(GFPS.length)];
    return random.nextInt(4) == 0 ? gfp | Gfp.ZERO : gfp;
  }

  private int node() {
    return random.nextInt(3) > 0 ? NodeId.NONE : random.nextInt(machine.topology().nodeCount());
  }

  private boolean isFull() {
    return model.liveBytes() > machine.memoryBytes() / 4 || model.own(number).size() > OWN_MAX;
  }

  private void alloc() {
    int gfp = gfp() & ~Gfp.DMA;
    int node = node();
    if (node != NodeId.NONE && random.nextInt(4) == 0) {
      gfp |= Gfp.THISNODE;
    }
    allocFrom(gfp, node);
  }

  private void allocFrom(int gfp, int node) {
    Entry entry = isFull() ? null : model.use(random);
    if (entry == null) {
      return;
    }
    boolean bound = (gfp & Gfp.THISNODE) != 0 && hasMemory(node);
    long object = api.alloc(task, entry.cache, gfp, node);
    say(() ->
        "kmem_cache_alloc(%s, 0x%x, %d) = 0x%x".formatted(entry.request.name(), gfp, node, object));
    if (bound && object != Slab.NULL && nodeOf(object) != node && hasMemory(node)) {
      throw new AssertionError("0x%x is not of node %d".formatted(object, node));
    }
    got(entry, object, gfp);
    model.done(entry);
  }

  private boolean hasMemory(int node) {
    return task.hotplug().hasMemory(new NodeId(node));
  }

  private int nodeOf(long address) {
    return machine.topology().nodeIndexOfFrame(address >>> Memory.PAGE_SHIFT);
  }

  private void got(Entry entry, long object, int gfp) {
    model.called(object != Slab.NULL);
    if (object == Slab.NULL) {
      return;
    }
    CacheRequest request = entry.request;
    int cache = entry.cache.id().value();
    Held held = new Held(object, entry, cache, request.objectSize(), request.ctor());
    keep(held);
    if (request.align() > 0 && object % request.align() != 0) {
      throw new AssertionError(held + " is not aligned to " + request.align());
    }
    int keepsContents = SlabFlags.TYPESAFE_BY_RCU | SlabFlags.POISON;
    boolean zero = (gfp & Gfp.ZERO) != 0;
    boolean byDefault = machine.initOnAlloc() && !entry.cache.geometry().has(keepsContents);
    if ((zero || byDefault) && !request.ctor()) {
      memories.requireZeros(held);
    }
    memories.begin(held, random.nextLong());
  }

  private void keep(Held held) {
    model.got(held);
    model.own(number).add(held);
  }

  private void allocBulk() {
    Entry entry = isFull() ? null : model.use(random);
    if (entry == null) {
      return;
    }
    int gfp = gfp() & ~Gfp.DMA;
    int count = 1 + random.nextInt(BULK_MAX);
    long[] objects = new long[count];
    int given = task.slab().kmemCacheAllocBulk(entry.cache, gfp, count, objects);
    say(() ->
        "kmem_cache_alloc_bulk(%s, 0x%x, %d) = %d"
            .formatted(entry.request.name(), gfp, count, given));
    if (given != 0 && given != count) {
      throw new AssertionError("bulk allocation gave " + given + " of " + count);
    }
    for (int i = 0; i < given; i++) {
      got(entry, objects[i], gfp);
    }
    model.done(entry);
  }

  // ---- kmalloc

  private long size() {
    int draw = random.nextInt(100);
    if (draw == 0) {
      return 0;
    }
    if (draw == 1) {
      return 1L + random.nextInt(LARGE_MAX);
    }
    long least = 1L << random.nextInt(KMALLOC_DOUBLINGS);
    return least + random.nextLong(least);
  }

  private void kmalloc() {
    if (isFull()) {
      return;
    }
    long size = size();
    int gfp = gfp();
    int node = node();
    long address = api.kmalloc(task, size, gfp, node);
    say(() -> "kmalloc_node(%d, 0x%x, %d) = 0x%x".formatted(size, gfp, node, address));
    if (size == 0) {
      if (address != Kmalloc.ZERO_SIZE_PTR) {
        throw new AssertionError("kmalloc(0) gave " + address);
      }
      return;
    }
    gotMemory(address, size, gfp);
  }

  private void gotMemory(long address, long size, int gfp) {
    model.called(address != Slab.NULL);
    if (address != Slab.NULL) {
      Held held = new Held(address, null, NaiveKmalloc.cache(size, gfp), size, false);
      keep(held);
      boolean byDefault = machine.initOnAlloc() && !machine.boot().debug().any();
      if ((gfp & Gfp.ZERO) != 0 || byDefault) {
        memories.requireZeros(held);
      }
      memories.begin(held, random.nextLong());
    }
  }

  private void krealloc() {
    Held old = pick();
    if (old == null || old.entry() != null) {
      return;
    }
    long size = Math.max(1, size());
    int gfp = GFPS[random.nextInt(GFPS.length)];
    memories.check(old);
    Long stamp = model.stamp(old);
    takePicked();
    model.takeOut(old);
    long address = task.kmalloc().krealloc(old.address(), size, gfp);
    say(() -> "krealloc(0x%x, %d, 0x%x) = 0x%x".formatted(old.address(), size, gfp, address));
    if (address == Slab.NULL) {
      model.putBack(old);
      model.own(number).add(old);
      if (stamp != null) {
        model.stamp(old, stamp);
      }
    } else if (address == old.address()) {
      Held same = new Held(address, null, old.cache(), size, false);
      model.putBack(same);
      model.own(number).add(same);
      memories.begin(same, random.nextLong());
    } else {
      model.freed(old);
      Held moved = new Held(address, null, NaiveKmalloc.cache(size, gfp), size, false);
      keep(moved);
      if (stamp != null && old.bytes() >= Long.BYTES) {
        memories.requireBegin(moved, stamp);
      }
      memories.begin(moved, random.nextLong());
    }
  }

  // ---- what a task has

  private @Nullable Held pick() {
    List<Held> own = model.own(number);
    if (own.isEmpty()) {
      return null;
    }
    picked = random.nextInt(own.size());
    return own.get(picked);
  }

  private void takePicked() {
    List<Held> own = model.own(number);
    own.set(picked, own.getLast());
    own.removeLast();
  }

  private void free() {
    Held held = pick();
    if (held != null) {
      takePicked();
      release(held);
    }
  }

  /// Frees what nobody else has.
  void release(Held held) {
    memories.check(held);
    model.givesBack(held);
    Entry entry = held.entry();
    say(() -> "free 0x%x of %s".formatted(held.address(), NaiveKmalloc.name(held)));
    if (entry != null) {
      api.free(task, entry.cache, held.address());
    } else if (random.nextInt(8) == 0) {
      task.kmalloc().kfreeSensitive(held.address());
    } else {
      api.kfree(task, held.address());
    }
    model.gone(held);
  }

  private void freeBulk() {
    Held first = pick();
    if (first == null || first.entry() == null) {
      return;
    }
    Entry entry = first.entry();
    List<Held> same =
        model.own(number).stream()
            .filter(held -> held.entry() == entry)
            .limit(1 + random.nextInt(BULK_MAX))
            .toList();
    model.own(number).removeAll(new HashSet<>(same));
    long[] objects = new long[same.size()];
    for (int i = 0; i < objects.length; i++) {
      memories.check(same.get(i));
      model.givesBack(same.get(i));
      objects[i] = same.get(i).address();
    }
    say(() -> "kmem_cache_free_bulk " + Arrays.toString(objects));
    task.slab().kmemCacheFreeBulk(entry.cache, objects.length, objects);
    same.forEach(model::gone);
  }

  private void readBack() {
    Held held = pick();
    if (held != null) {
      say(() -> "read 0x%x".formatted(held.address()));
      memories.check(held);
      AddressInfo found = task.contents().find(held.address());
      if (found.cache() != held.cache() || found.begin() != held.address()) {
        throw new AssertionError(held + " is taken for " + found);
      }
      if (held.entry() == null) {
        long usable = task.kmalloc().ksize(held.address());
        if (!NaiveKmalloc.has(held, usable)) {
          throw new AssertionError("ksize of " + held + ": " + usable);
        }
      }
    }
  }

  private void write() {
    Held held = pick();
    if (held != null) {
      memories.write(held, random.nextLong());
      say(() -> "write 0x%x".formatted(held.address()));
    }
  }

  private void handOver() {
    Held held = pick();
    if (held != null) {
      takePicked();
      model.handOver(held);
      say(() -> "hands over 0x%x".formatted(held.address()));
    }
  }

  private void takeOver() {
    Held held = model.takeOver(random);
    if (held != null) {
      model.own(number).add(held);
      say(() -> "takes over 0x%x".formatted(held.address()));
    }
  }

  private void atomicSection() {
    task.preemptDisable();
    int cpu = task.cpu().value();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      if (random.nextBoolean()) {
        allocFrom(Gfp.ATOMIC, NodeId.NONE);
      } else {
        free();
      }
    }
    if (task.cpu().value() != cpu) {
      throw new AssertionError("moved from cpu " + cpu + " with preemption off");
    }
    task.preemptEnable();
  }
}
