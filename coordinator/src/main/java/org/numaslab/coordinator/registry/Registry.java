package org.numaslab.coordinator.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.CacheRecord.Stage;
import org.numaslab.coordinator.registry.Operations.Step;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
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
/// Grace periods are beside these operations: see [GracePeriods]. Where nodes are in processes of
/// their own, who joins is told first what exists, see [Introductions], nobody waits for a member
/// that is removed, and each member keeps a record of a cache before anything is done to it.
///
/// Owner: the registry's shell. Models slab_mutex's callers in mm/slab_common.c and `flush_all` in
/// mm/slub.c, v6.1.
public final class Registry implements CacheView {
  /// Requests of one life of a registry: a member can tell those of the next one from them.
  private static final int REQUEST_BITS = 40;

  /// Lives that a registry can have.
  public static final int LIFE_MAX = (1 << (Long.SIZE - 1 - REQUEST_BITS)) - 1;

  private final Topology topology;
  private final Nature nature;
  private final PartialCounts counts;
  private final KernelMessages messages;
  private final CacheTable table = new CacheTable();
  private final Members members;
  private final Plugged plugged;
  private final Steps steps;
  private final Operations operations;
  private final Plugging plugging;
  private final Introductions introductions;
  private final GracePeriods gracePeriods;
  private GeometryOptions boot;
  private boolean initOnAlloc;
  private long lastRequest;

  /// A registry of nodes in its own process, which share `counts` with it.
  public Registry(
      Topology topology,
      Nature nature,
      PartialCounts counts,
      RegistryOutbox outbox,
      KernelMessages messages) {
    this(topology, nature, counts, outbox, messages, Members.inOneProcess(topology), 0);
  }

  /// A registry of nodes in processes of their own. Nobody is there yet.
  ///
  /// @param life 1..[#LIFE_MAX], greater than that of every registry that these nodes had before
  public static Registry apart(
      Topology topology, Nature nature, RegistryOutbox outbox, KernelMessages messages, int life) {
    if (life < 1 || life > LIFE_MAX) {
      throw new IllegalArgumentException("life: got " + life + ", allowed: 1.." + LIFE_MAX);
    }
    return new Registry(
        topology,
        nature,
        new PartialCounts(topology.nodeCount()),
        outbox,
        messages,
        Members.apart(topology),
        life);
  }

  private Registry(
      Topology topology,
      Nature nature,
      PartialCounts counts,
      RegistryOutbox outbox,
      KernelMessages messages,
      Members members,
      long life) {
    this.messages = messages;
    this.topology = topology;
    this.nature = nature;
    this.counts = counts;
    this.members = members;
    this.boot = GeometryOptions.forCpus(topology.cpuCount());
    this.lastRequest = life << REQUEST_BITS;
    this.plugged = new Plugged(topology, messages);
    this.steps = new Steps(topology, members, plugged, table);
    this.operations = new Operations(new Asks(topology, outbox, this::nextRequest));
    this.plugging = new Plugging(plugged, table, steps, operations);
    this.introductions =
        new Introductions(topology, members, plugged, table, operations, messages, new DoneAgain());
    this.gracePeriods =
        new GracePeriods(topology, members, plugged, new Asks(topology, outbox, this::nextRequest));
  }

  private long nextRequest() {
    return ++lastRequest;
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

  // ---- members

  /// Learns from those who are there when it starts what exists. Nothing may be asked of it before
  /// `then`.
  public void begin(Collection<Incarnation> there, Runnable then) {
    introductions.of(there.stream().filter(members::join).toList(), then);
  }

  /// A member has come. It takes part in operations as soon as it has been told what exists.
  public void joined(Incarnation member) {
    Incarnation before = members.of(member.node());
    if (before != null && before.life() < member.life()) {
      removed(before);
    }
    if (members.join(member)) {
      introductions.of(List.of(member), () -> {});
    }
  }

  /// A member is gone, for good: nobody waits for it.
  public void removed(Incarnation member) {
    if (members.remove(member)) {
      operations.removed(member.node());
      gracePeriods.removed(member.node());
    }
  }

  /// Whether a member takes part in operations.
  public boolean isPresent(Incarnation member) {
    return member.equals(members.of(member.node())) && members.isPresent(member.node());
  }

  private final class DoneAgain implements Introductions.Undone {
    @Override
    public void destroy(CacheId cache) {
      destroyLast(cache, kept -> {});
    }

    @Override
    public void flush(CacheId cache) {
      operations.start(List.of(steps.flush(cache)), answered -> {});
    }
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
    int older = table.find(request, boot);
    if (older < 0) {
      return create(SharedCache.created(request, boot), initOnAlloc, constructor, then);
    }
    CacheRecord record = table.get(new CacheId(older));
    SharedCache joined = record.shared().joinedBy(request);
    table.set(record.with(joined));
    KmemCache cache = record.cache().withGeometry(joined.geometry());
    change(cache, then);
    return cache;
  }

  /// Makes a new cache.
  public KmemCache create(
      SharedCache made,
      boolean initOnAlloc,
      @Nullable ObjectConstructor constructor,
      Runnable then) {
    CacheId id = new CacheId(table.size());
    KmemCache cache =
        KmemCache.created(id, made.name(), made.geometry(), nature, initOnAlloc, constructor);
    counts.add(id);
    table.add(new CacheRecord(cache, made, Stage.EXISTS));
    operations.start(steps.describe(cache), answered -> then.run());
    return cache;
  }

  /// Whether a cache that cannot be joined already has this directory in /sys/kernel/slab.
  boolean hasDirectory(String directory) {
    return table.all().stream()
        .map(CacheRecord::shared)
        .anyMatch(cache -> cache.refcount() > 0 && cache.directory().equals(directory));
  }

  /// Whether such a request joins an older cache.
  boolean joins(CacheRequest request) {
    return table.find(request, boot) >= 0;
  }

  /// Makes changed attributes known.
  public void change(KmemCache cache, Runnable then) {
    table.set(cache);
    operations.start(steps.describe(cache), answered -> then.run());
  }

  /// A write to `cpu_partial`: the CPUs' lists go back, then the new limit holds.
  public void changeCpuPartial(KmemCache cache, Runnable then) {
    table.set(cache);
    List<Step> all = new ArrayList<>(steps.describe(cache));
    all.add(steps.flush(cache.id()));
    operations.start(all, answered -> then.run());
  }

  /// @param then learns whether any slab is left
  public void shrink(CacheId cache, Consumer<Boolean> then) {
    operations.start(
        List.of(steps.flush(cache), steps.nodes(r -> new NodeProtocol.Shrink(r, cache))),
        answered ->
            then.accept(answered.stream().anyMatch(a -> a instanceof Shrunk s && s.slabsLeft())));
  }

  /// Of a cache that has aliases only one name goes.
  ///
  /// @param then learns what each node that was asked keeps since objects in it are alive, by node
  public void destroy(CacheId cache, Consumer<List<ShutDown>> then) {
    SharedCache left = shared(cache).left();
    table.set(table.get(cache).with(left));
    if (left.refcount() == 0) {
      destroyLast(cache, then);
    } else if (members.areApart()) {
      operations.start(List.of(steps.keep(cache)), answered -> then.accept(List.of()));
    } else {
      then.accept(List.of());
    }
  }

  private void destroyLast(CacheId cache, Consumer<List<ShutDown>> then) {
    List<Step> all = new ArrayList<>();
    all.add(steps.become(cache, Stage.GOING));
    all.add(steps.flush(cache));
    for (int i = 0; i < topology.nodeCount(); i++) {
      NodeId node = new NodeId(i);
      Step shutdown = steps.node(node, r -> new NodeProtocol.Shutdown(r, cache));
      all.add(asks -> {
        if (!isKept()) {
          shutdown.ask(asks);
        }
      });
    }
    all.add(asks -> steps.become(cache, isKept() ? Stage.STAYS : Stage.GONE).ask(asks));
    all.add(asks -> {
      if (isDestroyed(cache)) {
        steps.allCpus(r -> new CpuProtocol.Forget(r, cache)).ask(asks);
      }
    });
    operations.start(
        all,
        answered -> {
          if (!isDestroyed(cache)) {
            messages.print(
                "kmem_cache_destroy "
                    + cache(cache).name()
                    + ": Slab cache still has objects when called from kmem_cache_destroy");
          }
          then.accept(
              answered.stream()
                  .filter(ShutDown.class::isInstance)
                  .map(ShutDown.class::cast)
                  .sorted(Comparator.comparingInt(s -> s.from().value()))
                  .toList());
        });
  }

  /// Whether a node has objects of the cache that goes.
  private boolean isKept() {
    return operations.answers().stream()
        .anyMatch(a -> a instanceof ShutDown s && s.slabsLeft() > 0);
  }

  /// Checks every slab of a cache with debug flags; what is wrong is in the kernel's log (a write
  /// of 1 to `validate`).
  public void validate(CacheId cache, Runnable then) {
    operations.start(
        List.of(steps.flush(cache), steps.nodes(r -> new NodeProtocol.Validate(r, cache))),
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
          operations.start(
              List.of(steps.cpus(r -> new CpuProtocol.ClearStat(r, id, clears.stat()))),
              answered -> done.run());
    }
  }

  /// Takes a cpu off line, or brings it back. One whose member is away will be so when it comes.
  ///
  /// @param then learns what the kernel returns: 0, 1 when it is so already, or a negative errno
  public void setCpu(CpuId cpu, boolean up, IntConsumer then) {
    plugging.setCpu(cpu, up, then);
  }

  /// Takes the memory of a node off line, or brings it back. That of a member that is away will be
  /// so when it comes.
  ///
  /// @param then learns what the kernel returns: 0 or a negative errno
  public void setMemory(NodeId node, boolean up, IntConsumer then) {
    plugging.setMemory(node, up, then);
  }

  /// Waits for the end of a grace period that begins now or later; then the pages of
  /// TYPESAFE_BY_RCU slabs that were discarded before it have gone back.
  public void gracePeriod(Runnable then) {
    gracePeriods.next(then);
  }

  // ---- what is known

  @Override
  public List<KmemCache> caches() {
    return table.all().stream().map(CacheRecord::cache).toList();
  }

  @Override
  public KmemCache cache(CacheId id) {
    return table.get(id).cache();
  }

  /// How far each cache is that was ever created, by number.
  public List<CacheRecord> records() {
    return table.all();
  }

  @Override
  public SharedCache shared(CacheId id) {
    return table.get(id).shared();
  }

  /// Whether it is gone, with its files. One that still had objects when it was to be destroyed is
  /// not.
  public boolean isDestroyed(CacheId id) {
    return table.get(id).stage() == Stage.GONE;
  }

  @Override
  public boolean isOnline(CpuId cpu) {
    return plugged.isOnline(cpu);
  }

  /// Whether the node has memory on line.
  public boolean hasMemory(NodeId node) {
    return plugged.hasMemory(node);
  }

  public boolean isIdle() {
    return operations.isIdle() && gracePeriods.isIdle();
  }

  // ---- answers

  /// Takes a node's answer.
  public void receive(RegistryReply reply) {
    if (!gracePeriods.receive(reply.request())) {
      operations.receive(reply);
    }
  }

  /// Takes a cpu's answer.
  public void receive(CpuReply reply) {
    if (!gracePeriods.receive(reply.request())) {
      operations.receiveFromCpu(reply.request());
    }
  }

  /// Takes a member's answer.
  public void receive(MemberReply reply) {
    if (reply instanceof MemberReply.Kept kept && !kept.refusal().isEmpty()) {
      messages.print("registry: " + kept.refusal());
    }
    operations.receive(reply);
  }
}
