package org.numaslab.coordinator.driver;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;

/// A machine that programs can run on, whatever moves its messages.
public interface Machine extends AutoCloseable {
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

  /// Gives a program that is blocked another turn. For any thread.
  void wake(int cpu);

  /// The state machines. Only while no program runs.
  MachineState state();

  MessageCounts messages();

  /// What the emulated kernel has printed.
  KernelLog kernelLog();

  @Override
  void close();
}
