package org.numaslab.coordinator.client.model;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.numaslab.coordinator.client.model.Model.Entry;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// The calls of one task that concern the whole machine: caches come and go, and so do CPUs and
/// memory.
final class MachineCalls {
  private static final String[][] WRITES = {
    {"min_partial", "0"},
    {"min_partial", "7"},
    {"min_partial", "x"},
    {"cpu_partial", "0"},
    {"cpu_partial", "30"},
    {"remote_node_defrag_ratio", "0"},
    {"remote_node_defrag_ratio", "100"},
    {"shrink", "1"},
    {"validate", "1"},
    {"alloc_fastpath", "0"},
    {"order", "1"}
  };

  private static final int SIZE_MAX = 9000;
  private static final int SIZE_DOUBLINGS = 14;

  private final Task task;
  private final Model model;
  private final RandomMachine machine;
  private final ObjectConstructor constructor;
  private final Supplier<SplittableRandom> draws;
  private final Consumer<Supplier<String>> trace;

  /// @param draws those of the call that is being made
  MachineCalls(
      Task task,
      Model model,
      RandomMachine machine,
      ObjectConstructor constructor,
      Supplier<SplittableRandom> draws,
      Consumer<Supplier<String>> trace) {
    this.task = task;
    this.model = model;
    this.machine = machine;
    this.constructor = constructor;
    this.draws = draws;
    this.trace = trace;
  }

  private SplittableRandom random() {
    return draws.get();
  }

  private void say(Supplier<String> line) {
    trace.accept(line);
  }

  void createCache() {
    if (!model.hasRoom()) {
      return;
    }
    int least = 1 << random().nextInt(SIZE_DOUBLINGS);
    int size = Math.min(SIZE_MAX, least + random().nextInt(least));
    int align = random().nextInt(4) == 0 ? 1 << random().nextInt(4, 10) : 0;
    boolean ctor = size >= 2 * Long.BYTES && random().nextInt(4) == 0;
    int flags = 0;
    flags |= random().nextInt(4) == 0 ? SlabFlags.HWCACHE_ALIGN : 0;
    flags |= random().nextInt(6) == 0 ? SlabFlags.TYPESAFE_BY_RCU : 0;
    flags |= random().nextInt(6) == 0 ? SlabFlags.RECLAIM_ACCOUNT : 0;
    flags |= random().nextInt(6) == 0 ? SlabFlags.ACCOUNT : 0;
    CacheRequest request = new CacheRequest(model.nextName(), size, align, flags, ctor);
    KmemCache cache = task.slab().kmemCacheCreate(request, ctor ? constructor : null);
    say(() -> "kmem_cache_create(%s)".formatted(request));
    if (cache == null) {
      throw new AssertionError(request + " was refused");
    }
    model.made(new Entry(cache, request));
  }

  void destroyCache() {
    Entry entry = model.toDestroy(random());
    if (entry != null) {
      say(() -> "kmem_cache_destroy(%s)".formatted(entry.request.name()));
      task.slab().kmemCacheDestroy(entry.cache);
    }
  }

  void shrinkCache() {
    Entry entry = model.use(random());
    if (entry != null) {
      say(() -> "kmem_cache_shrink(%s)".formatted(entry.request.name()));
      task.slab().kmemCacheShrink(entry.cache);
      model.done(entry);
    }
  }

  void writeAttribute() {
    Entry entry = model.use(random());
    if (entry != null) {
      String[] write = WRITES[random().nextInt(WRITES.length)];
      int returned = task.slabFiles().write(entry.cache, write[0], write[1]);
      say(() ->
          "echo %s > %s/%s = %d".formatted(write[1], entry.request.name(), write[0], returned));
      model.done(entry);
    }
  }

  void hotplug() {
    boolean up = random().nextBoolean();
    int returned;
    if (random().nextBoolean()) {
      CpuId cpu = new CpuId(random().nextInt(machine.topology().cpuCount()));
      returned = up ? task.hotplug().addCpu(cpu) : task.hotplug().removeCpu(cpu);
      say(() -> "cpu %d online=%s: %d".formatted(cpu.value(), up, returned));
    } else {
      NodeId node = new NodeId(random().nextInt(machine.topology().nodeCount()));
      returned = up ? task.hotplug().onlinePages(node) : task.hotplug().offlinePages(node);
      say(() -> "memory of node %d online=%s: %d".formatted(node.value(), up, returned));
    }
    if (returned != 0 && returned != 1 && returned != -16 && returned != -22) {
      throw new AssertionError("hotplug returned " + returned);
    }
  }
}
