package org.numaslab.coordinator.driver;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
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
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// A machine that programs can run on, whatever moves its messages.
public interface Machine extends Host, AutoCloseable {
  /// Boots the emulated kernel: the kmalloc caches exist, and tasks can be started.
  ///
  /// @param boot parameters, also for caches that tasks make
  default Kthreads boot(GeometryOptions boot, boolean initOnAlloc) {
    boots(boot, initOnAlloc);
    List<KmemCache> kmalloc =
        KmallocClasses.boot().stream()
            .map(request -> create(request, boot, initOnAlloc, null))
            .toList();
    return new Kthreads(this, kmalloc);
  }

  /// Parameters of the emulated kernel for the caches that its tasks make.
  void boots(GeometryOptions boot, boolean initOnAlloc);

  /// Boots with CPUs and memory that are not there yet: possible, and off line until somebody
  /// brings them on line (`maxcpus=`, `memhp_default_state=offline`).
  ///
  /// @throws BadInput when one is no part of the machine, or none would be left
  default Kthreads boot(
      GeometryOptions boot, boolean initOnAlloc, Set<CpuId> cpusOff, Set<NodeId> memoryOff) {
    for (CpuId cpu : cpusOff) {
      if (setCpu(cpu, false) < 0) {
        throw new BadInput(
            "boot: cpu off line: got %d, allowed: 0..%d, but not all of them"
                .formatted(cpu.value(), topology().cpuCount() - 1));
      }
    }
    for (NodeId node : memoryOff) {
      if (setMemory(node, false) < 0) {
        throw new BadInput(
            "boot: memory off line: got node %d, allowed: 0..%d, those with memory, but not all of them"
                .formatted(node.value(), topology().nodeCount() - 1));
      }
    }
    return boot(boot, initOnAlloc);
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

  /// Takes a cpu off line or brings it back, and waits until everybody concerned has confirmed it.
  ///
  /// @return 0, 1 when it is so already, or a negative errno
  int setCpu(CpuId cpu, boolean online);

  /// The same for all memory of a node.
  ///
  /// @return 0 or a negative errno
  int setMemory(NodeId node, boolean online);

  @Override
  default boolean isOnline(CpuId cpu) {
    return state().cpus().get(cpu.value()).isOnline();
  }

  /// Runs one program on each cpu that is here to its end, and waits until nothing is under way.
  ///
  /// @param byCpu in the order of [MachineState#cpus]
  void run(List<? extends Program> byCpu);

  /// The state machines. Only while no program runs.
  MachineState state();

  /// Does something with the state machines while nothing moves. Only while no program runs.
  default void atRest(Consumer<MachineState> at) {
    at.accept(state());
  }

  MessageCounts messages();

  /// What the emulated kernel has printed.
  @Override
  KernelLog kernelLog();

  @Override
  void close();
}
