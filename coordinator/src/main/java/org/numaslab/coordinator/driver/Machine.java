package org.numaslab.coordinator.driver;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.cpu.client.Host;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.KmallocClasses;
import org.numaslab.node.slab.SharedCache;

/// A machine that programs can run on, whatever moves its messages.
public interface Machine extends Host, AutoCloseable {
  /// Boots the emulated kernel: the kmalloc caches exist, and tasks can be started.
  ///
  /// @param boot parameters, also for caches that tasks make
  default Kthreads boot(GeometryOptions boot, boolean initOnAlloc) {
    state().registry().boots(boot, initOnAlloc);
    List<KmemCache> kmalloc =
        KmallocClasses.boot().stream()
            .map(request -> create(request, boot, initOnAlloc, null))
            .toList();
    return new Kthreads(this, kmalloc);
  }

  /// Runs tasks to their end. What one of them throws is thrown here.
  default void run(Kthreads kthreads) {
    run(kthreads.programs());
  }

  /// Creates a cache, or joins an older one, and waits until every node and cpu knows it.
  ///
  /// @param boot parameters of the emulated kernel
  KmemCache create(
      CacheRequest request,
      GeometryOptions boot,
      boolean initOnAlloc,
      @Nullable ObjectConstructor constructor);

  /// Creates this cache and waits until every node and cpu knows it.
  KmemCache create(SharedCache made, boolean initOnAlloc, @Nullable ObjectConstructor constructor);

  /// Creates a cache that others never join.
  default KmemCache create(
      String name,
      CacheGeometry geometry,
      boolean initOnAlloc,
      @Nullable ObjectConstructor constructor) {
    return create(SharedCache.alone(name, geometry), initOnAlloc, constructor);
  }

  /// Writes a file of /sys/kernel/slab/CACHE and waits until everybody concerned has confirmed it.
  ///
  /// @return why the kernel refuses it
  Optional<Refused> write(CacheId cache, String attribute, String text);

  /// Runs one program on each cpu to its end, and waits until nothing is under way.
  void run(List<? extends Program> byCpu);

  /// The state machines. Only while no program runs.
  MachineState state();

  MessageCounts messages();

  /// What the emulated kernel has printed.
  @Override
  KernelLog kernelLog();

  @Override
  void close();
}
