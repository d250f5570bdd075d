package org.numaslab.deploy.bench;

import java.util.ArrayDeque;
import org.numaslab.coordinator.driver.KernelLog;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RegistryOutbox;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.cpu.protocol.CpuRequests;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A machine whose messages the calling thread delivers itself: what is left is the work of the
/// state machines.
final class DirectMachine implements AutoCloseable {
  private static final long NODE_BYTES = 1L << 30;
  private static final Topology TOPOLOGY = Topology.uniform(4, 2, NODE_BYTES);

  /// Of node 1, whose memory has no holes: as nearly all of a real machine.
  private static final CpuId CPU = new CpuId(2);

  private final ArrayDeque<Runnable> underWay = new ArrayDeque<>();
  private final Memory memory;
  private final MachineState state;
  private final Registry registry;
  private final Cpu cpu;

  DirectMachine() {
    memory = Memory.reserve(TOPOLOGY.spanFrames(), TOPOLOGY.nodeCount() * NODE_BYTES);
    MachineState.Begun begun =
        MachineState.begin(
            TOPOLOGY,
            memory,
            new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.SEEDED),
            node -> new ToCpus(),
            cpu -> new ToNodes(cpu),
            new FromRegistry(),
            new KernelLog());
    state = begun.state();
    registry = begun.registry();
    cpu = state.cpus().get(CPU.value());
  }

  /// What kmalloc gets its objects of this size from.
  static CacheGeometry kmalloc(int bytes) {
    CacheRequest request = new CacheRequest("kmalloc-" + bytes, bytes, bytes, 0, false);
    return CacheGeometry.of(request, GeometryOptions.forCpus(TOPOLOGY.cpuCount()));
  }

  CacheId create(CacheGeometry geometry) {
    KmemCache cache =
        registry.create(SharedCache.alone("objects", geometry), false, null, () -> {});
    deliver();
    return cache.id();
  }

  Cpu cpu() {
    return cpu;
  }

  Memory memory() {
    return memory;
  }

  /// The next object of any node.
  long alloc(CacheId cache) {
    long object = cpu.alloc(cache, NodeId.NONE, Gfp.KERNEL);
    if (object == Cpu.WAIT) {
      deliver();
      object = cpu.result();
    }
    return object;
  }

  /// Delivers messages until none is under way.
  void deliver() {
    for (Runnable message = underWay.poll(); message != null; message = underWay.poll()) {
      message.run();
    }
  }

  @Override
  public void close() {
    memory.close();
  }

  private final class ToNodes implements CpuOutbox {
    private final CpuId from;

    ToNodes(CpuId from) {
      this.from = from;
    }

    @Override
    public void toNode(NodeId node, NodeProtocol.FromCpu message) {
      underWay.add(() -> state.nodes().get(node.value()).receive(message));
    }

    @Override
    public void done(long token) {
      underWay.add(() -> registry.receive(new CpuReply(token, from)));
    }
  }

  private final class ToCpus implements NodeOutbox {
    @Override
    public void answer(CpuId to, NodeReply reply) {
      underWay.add(() -> state.cpus().get(to.value()).receive(reply));
    }

    @Override
    public void answerRegistry(RegistryReply reply) {
      underWay.add(() -> registry.receive(reply));
    }
  }

  private final class FromRegistry implements RegistryOutbox {
    @Override
    public void toNode(NodeId node, NodeProtocol.FromRegistry message) {
      underWay.add(() -> state.nodes().get(node.value()).receive(message));
    }

    @Override
    public void toCpu(CpuId to, CpuProtocol message) {
      underWay.add(() -> CpuRequests.serve(state.cpus().get(to.value()), message));
    }
  }
}
