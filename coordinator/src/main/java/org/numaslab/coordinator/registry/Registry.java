package org.numaslab.coordinator.registry;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.protocol.RegistryReply.MemorySet;
import org.numaslab.node.protocol.RegistryReply.Shrunk;
import org.numaslab.node.protocol.RegistryReply.ShutDown;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// All caches of a machine, and what is done to all CPUs and nodes at once.
///
/// | operation | first all online CPUs | then all nodes |
/// |---|---|---|
/// | create, change | Describe | Describe |
/// | shrink | Flush | Shrink |
/// | validate | Flush | Validate |
/// | destroy | Flush | Shutdown, one after the other, up to the first that keeps a slab (`__kmem_cache_shutdown`); then, if none did, Forget to all CPUs |
/// | write to cpu_partial | Describe, then Flush | Describe |
/// | write to a counter | ClearStat | - |
/// | cpu off line, on line | GoOffline, GoOnline, that cpu only | - |
/// | memory off line | for each cache Flush; at last SetMemory | before all SetMemory, that node only; for each cache Shrink; then SetMemory, which may be vetoed |
/// | memory on line | SetMemory, after the node | SetMemory, that node only |
///
/// Grace periods are beside these operations: see [GracePeriods].
///
/// Owner: the registry's shell. Models slab_mutex's callers in mm/slab_common.c and `flush_all` in
/// mm/slub.c, v6.1.
public final class Registry {
  /// Asks everybody concerned in one step of an operation; the step ends when all have answered.
  private interface Phase {
    /// @return how many answers to wait for; 0 skips the step
    int ask();
  }

  private record Operation(List<Phase> phases, Consumer<List<RegistryReply>> then) {}

  private final Topology topology;
  private final Nature nature;
  private final PartialCounts counts;
  private final RegistryOutbox outbox;
  private final KernelMessages messages;
  private final List<KmemCache> caches = new ArrayList<>();

  /// The same caches, as far as others may join them.
  private final List<SharedCache> shared = new ArrayList<>();

  private final BitSet destroyed = new BitSet();
  private final Plugged plugged;
  private final GracePeriods gracePeriods;
  private final ArrayDeque<Operation> waiting = new ArrayDeque<>();
  private final List<RegistryReply> answers = new ArrayList<>();
  private GeometryOptions boot;
  private boolean initOnAlloc;
  private @Nullable Operation current;
  private int phase;
  private int missing;
  private long lastRequest;

  public Registry(
      Topology topology,
      Nature nature,
      PartialCounts counts,
      RegistryOutbox outbox,
      KernelMessages messages) {
    this.messages = messages;
    this.topology = topology;
    this.nature = nature;
    this.counts = counts;
    this.outbox = outbox;
    this.boot = GeometryOptions.forCpus(topology.cpuCount());
    this.plugged = new Plugged(topology, messages);
    this.gracePeriods = new GracePeriods(topology, plugged, outbox, this::nextRequest);
  }

  /// Parameters of the emulated kernel for the caches that its tasks make.
  public void boots(GeometryOptions options, boolean initsOnAlloc) {
    boot = options;
    initOnAlloc = initsOnAlloc;
  }

  public GeometryOptions boot() {
    return boot;
  }

  public boolean initOnAlloc() {
    return initOnAlloc;
  }

  // ---- operations; `then` runs when everybody has confirmed

  /// Makes a new cache, or gives the oldest one that has room for such objects: then as an alias,
  /// and it must be destroyed as often as it was created (`kmem_cache_create_usercopy`).
  public KmemCache create(
      CacheRequest request,
      GeometryOptions boot,
      boolean initOnAlloc,
      @Nullable ObjectConstructor constructor,
      Runnable then) {
    int older = SharedCache.find(shared, request, boot);
    if (older < 0) {
      return create(SharedCache.created(request, boot), initOnAlloc, constructor, then);
    }
    SharedCache joined = shared.get(older).joinedBy(request);
    shared.set(older, joined);
    KmemCache cache = caches.get(older).withGeometry(joined.geometry());
    change(cache, then);
    return cache;
  }

  /// Makes a new cache.
  public KmemCache create(
      SharedCache made,
      boolean initOnAlloc,
      @Nullable ObjectConstructor constructor,
      Runnable then) {
    CacheId id = new CacheId(caches.size());
    KmemCache cache =
        KmemCache.created(id, made.name(), made.geometry(), nature, initOnAlloc, constructor);
    counts.add(id);
    caches.add(cache);
    shared.add(made);
    start(List.of(describeNodes(cache), describeCpus(cache)), answered -> then.run());
    return cache;
  }

  /// Whether a cache that cannot be joined already has this directory in /sys/kernel/slab.
  boolean hasDirectory(String directory) {
    return shared.stream()
        .anyMatch(cache -> cache.refcount() > 0 && cache.directory().equals(directory));
  }

  /// Whether such a request joins an older cache.
  boolean joins(CacheRequest request) {
    return SharedCache.find(shared, request, boot) >= 0;
  }

  /// Makes changed attributes known.
  public void change(KmemCache cache, Runnable then) {
    caches.set(cache.id().value(), cache);
    start(List.of(describeNodes(cache), describeCpus(cache)), answered -> then.run());
  }

  /// A write to `cpu_partial`: the CPUs' lists go back, then the new limit holds.
  public void changeCpuPartial(KmemCache cache, Runnable then) {
    caches.set(cache.id().value(), cache);
    start(
        List.of(describeNodes(cache), describeCpus(cache), flush(cache.id())),
        answered -> then.run());
  }

  /// @param then learns whether any slab is left
  public void shrink(CacheId cache, Consumer<Boolean> then) {
    start(
        List.of(flush(cache), nodes(r -> new NodeProtocol.Shrink(r, cache))),
        answered ->
            then.accept(answered.stream().anyMatch(a -> a instanceof Shrunk s && s.slabsLeft())));
  }

  /// Of a cache that has aliases only one name goes.
  ///
  /// @param then learns what each node that was asked keeps since objects in it are alive, by node
  public void destroy(CacheId cache, Consumer<List<ShutDown>> then) {
    SharedCache left = shared(cache).left();
    shared.set(cache.value(), left);
    if (left.refcount() != 0) {
      then.accept(List.of());
      return;
    }
    List<Phase> phases = new ArrayList<>();
    phases.add(flush(cache));
    for (int i = 0; i < topology.nodeCount(); i++) {
      phases.add(shutdown(cache, new NodeId(i)));
    }
    start(
        phases,
        answered -> {
          if (answered.stream().anyMatch(a -> a instanceof ShutDown s && s.slabsLeft() > 0)) {
            messages.print(
                "kmem_cache_destroy "
                    + cache(cache).name()
                    + ": Slab cache still has objects when called from kmem_cache_destroy");
          } else {
            destroyed.set(cache.value());
          }
          List<ShutDown> kept =
              answered.stream()
                  .filter(ShutDown.class::isInstance)
                  .map(ShutDown.class::cast)
                  .sorted(Comparator.comparingInt(s -> s.from().value()))
                  .toList();
          if (isDestroyed(cache)) {
            start(List.of(forgetCpus(cache)), forgotten -> then.accept(kept));
          } else {
            then.accept(kept);
          }
        });
  }

  /// Checks every slab of a cache with debug flags; what is wrong is in the kernel's log (a write
  /// of 1 to `validate`).
  public void validate(CacheId cache, Runnable then) {
    start(
        List.of(flush(cache), nodes(r -> new NodeProtocol.Validate(r, cache))),
        answered -> then.run());
  }

  /// A write to a file of /sys/kernel/slab/CACHE.
  ///
  /// @param text as it arrives, with its line end if it has one
  /// @param then learns why it was refused, or that everybody has confirmed what it changes
  public void write(CacheId id, String attribute, String text, Consumer<Optional<Refused>> then) {
    Runnable done = () -> then.accept(Optional.empty());
    AttributeWrite write =
        isDestroyed(id) ? Refused.GONE : CacheAttributes.write(cache(id), attribute, text);
    switch (write) {
      case Refused refused -> then.accept(Optional.of(refused));
      case AttributeWrite.Changed changed when changed.flushes() ->
          changeCpuPartial(changed.cache(), done);
      case AttributeWrite.Changed changed -> change(changed.cache(), done);
      case AttributeWrite.Shrinks shrinks -> shrink(id, left -> done.run());
      case AttributeWrite.Validates validates -> validate(id, done);
      case AttributeWrite.Clears clears ->
          start(
              List.of(cpus(r -> new CpuProtocol.ClearStat(r, id, clears.stat()))),
              answered -> done.run());
    }
  }

  /// Takes a cpu off line, or brings it back.
  ///
  /// @param then learns what the kernel returns: 0, 1 when it is so already, or a negative errno
  public void setCpu(CpuId cpu, boolean up, IntConsumer then) {
    int[] returned = new int[1];
    Phase change =
        () -> {
          returned[0] = plugged.answer(cpu, up);
          if (returned[0] != 0) {
            return 0;
          }
          plugged.set(cpu, up);
          outbox.toCpu(
              cpu,
              up
                  ? new CpuProtocol.GoOnline(nextRequest())
                  : new CpuProtocol.GoOffline(nextRequest()));
          return 1;
        };
    start(List.of(change), answered -> then.accept(returned[0]));
  }

  /// Takes the memory of a node off line, or brings it back.
  ///
  /// @param then learns what the kernel returns: 0 or a negative errno
  public void setMemory(NodeId node, boolean up, IntConsumer then) {
    int[] returned = new int[1];
    List<Phase> phases = new ArrayList<>();
    if (up) {
      phases.add(setMemory(node, MemoryState.ONLINE));
    } else {
      phases.add(setMemory(node, MemoryState.GOING_OFFLINE));
      for (KmemCache cache : caches) {
        phases.add(flush(cache.id()));
        phases.add(nodes(r -> new NodeProtocol.Shrink(r, cache.id())));
      }
      phases.add(setMemory(node, MemoryState.OFFLINE));
    }
    phases.add(() -> {
      if (!up && isVetoed()) {
        returned[0] = -Errno.EBUSY.number();
        return 0;
      }
      plugged.set(node, up);
      return allCpus(r -> new CpuProtocol.SetMemory(r, node, up)).ask();
    });
    Phase check =
        () -> {
          returned[0] = plugged.answer(node, up);
          return 0;
        };
    start(
        Stream.concat(
                Stream.of(check),
                phases.stream().map(each -> () -> returned[0] == 0 ? each.ask() : 0))
            .toList(),
        answered -> then.accept(returned[0]));
  }

  private Phase setMemory(NodeId node, MemoryState state) {
    return () -> {
      outbox.toNode(node, new NodeProtocol.SetMemory(nextRequest(), state));
      return 1;
    };
  }

  /// Whether the node has answered to OFFLINE that it is ONLINE: pages of it are in use.
  private boolean isVetoed() {
    return answers.getLast() instanceof MemorySet set && set.state() != MemoryState.OFFLINE;
  }

  /// Waits for the end of a grace period that begins now or later; then the pages of
  /// TYPESAFE_BY_RCU slabs that were discarded before it have gone back.
  public void gracePeriod(Runnable then) {
    gracePeriods.next(then);
  }

  // ---- what is known

  /// Every cache that was ever created, by number.
  public List<KmemCache> caches() {
    return List.copyOf(caches);
  }

  public KmemCache cache(CacheId id) {
    return caches.get(id.value());
  }

  /// What the cache shares with its aliases.
  public SharedCache shared(CacheId id) {
    return shared.get(id.value());
  }

  /// Whether it is gone, with its files. One that still had objects when it was to be destroyed is
  /// not.
  public boolean isDestroyed(CacheId id) {
    return destroyed.get(id.value());
  }

  public boolean isOnline(CpuId cpu) {
    return plugged.isOnline(cpu);
  }

  /// Whether the node has memory on line.
  public boolean hasMemory(NodeId node) {
    return plugged.hasMemory(node);
  }

  public boolean isIdle() {
    return current == null && waiting.isEmpty() && gracePeriods.isIdle();
  }

  // ---- the state machine

  private Phase describeNodes(KmemCache cache) {
    return nodes(r -> new NodeProtocol.Describe(r, cache));
  }

  private Phase describeCpus(KmemCache cache) {
    return allCpus(r -> new CpuProtocol.Describe(r, cache));
  }

  /// Also those that are off line.
  private Phase allCpus(LongFunction<CpuProtocol> message) {
    return () -> {
      for (int i = 0; i < topology.cpuCount(); i++) {
        outbox.toCpu(new CpuId(i), message.apply(nextRequest()));
      }
      return topology.cpuCount();
    };
  }

  private Phase forgetCpus(CacheId cache) {
    return () -> {
      for (int i = 0; i < topology.cpuCount(); i++) {
        outbox.toCpu(new CpuId(i), new CpuProtocol.Forget(nextRequest(), cache));
      }
      return topology.cpuCount();
    };
  }

  private Phase flush(CacheId cache) {
    return cpus(r -> new CpuProtocol.Flush(r, cache));
  }

  private Phase cpus(LongFunction<CpuProtocol> message) {
    return () -> {
      plugged.cpus().stream()
          .forEach(i -> outbox.toCpu(new CpuId(i), message.apply(nextRequest())));
      return plugged.cpus().cardinality();
    };
  }

  private Phase shutdown(CacheId cache, NodeId node) {
    return () -> {
      if (answers.stream().anyMatch(a -> a instanceof ShutDown s && s.slabsLeft() > 0)) {
        return 0;
      }
      outbox.toNode(node, new NodeProtocol.Shutdown(nextRequest(), cache));
      return 1;
    };
  }

  private Phase nodes(LongFunction<NodeProtocol.FromRegistry> message) {
    return () -> {
      for (int i = 0; i < topology.nodeCount(); i++) {
        outbox.toNode(new NodeId(i), message.apply(nextRequest()));
      }
      return topology.nodeCount();
    };
  }

  private long nextRequest() {
    return ++lastRequest;
  }

  private void start(List<Phase> phases, Consumer<List<RegistryReply>> then) {
    waiting.add(new Operation(phases, then));
    if (current == null) {
      startNext();
    }
  }

  private void startNext() {
    current = waiting.poll();
    phase = 0;
    answers.clear();
    askPhase();
  }

  /// Starts the next step that has somebody to ask; after the last one the operation is complete.
  private void askPhase() {
    Operation operation = current;
    while (operation != null && phase < operation.phases.size()) {
      missing = operation.phases.get(phase).ask();
      if (missing > 0) {
        return;
      }
      phase++;
    }
    if (operation != null) {
      complete(operation);
    }
  }

  private void complete(Operation operation) {
    List<RegistryReply> all = List.copyOf(answers);
    current = null;
    if (!waiting.isEmpty()) {
      startNext();
    }
    operation.then.accept(all);
  }

  /// Takes a node's answer.
  public void receive(RegistryReply reply) {
    if (!gracePeriods.receive(reply.request())) {
      answers.add(reply);
      answered();
    }
  }

  /// Takes a cpu's answer.
  public void receive(CpuReply reply) {
    if (!gracePeriods.receive(reply.request())) {
      answered();
    }
  }

  private void answered() {
    Operation operation = current;
    if (operation == null) {
      throw new IllegalStateException("an answer, but the registry asked nobody");
    }
    if (--missing > 0) {
      return;
    }
    phase++;
    askPhase();
  }
}
