package org.numaslab.coordinator.experiment;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.CpuId;

/// Objects on their way from one task to tasks of other members, gathered by home, cpu and cache.
///
/// | batch | leaves when |
/// |---|---|
/// | gathering | it is full, or the turn ends -> open |
/// | open | it was taken, or its receiver or home is removed -> over; it was refused -> refused |
/// | refused | some milliseconds later, in a turn -> open; its receiver is removed -> back with the task |
///
/// Owner: the task's cpu; its member, while no cpu runs.
final class HandOffs {
  /// Objects, and names without one, in a message: a turn seldom has more for one cpu.
  private static final int OBJECTS_MAX = 64;

  /// Messages that are not over: at so many a task does nothing until some are. A receiver that
  /// takes its time, or cannot take anything, is so not flooded.
  private static final int OPEN_MAX = 64;

  /// Until what was refused is tried again: about as long as a lease takes to be renewed.
  private static final long RETRY_NANOS = 3_000_000;

  /// The task.
  interface Owner {
    /// An object's receiver was gone before it was on its way.
    void back(int cache, long object, long name);

    /// An object was lost on its way since its home is gone; its receiver waits for it.
    void lost(CpuId to, int cache, long name);
  }

  private record Address(Incarnation home, CpuId to, int cache) {}

  private static final class Batch {
    final Address address;
    final long[] objects = new long[OBJECTS_MAX];
    final long[] names = new long[OBJECTS_MAX];
    final long[] missing = new long[OBJECTS_MAX];
    int size;
    int missingSize;
    long notBefore;

    Batch(Address address) {
      this.address = address;
    }

    boolean isFull() {
      return size == OBJECTS_MAX || missingSize == OBJECTS_MAX;
    }

    Frame.HandOff handOff(CacheId cache) {
      long[] all = Arrays.copyOf(names, size + missingSize);
      System.arraycopy(missing, 0, all, size, missingSize);
      return new Frame.HandOff(address.to, cache, Arrays.copyOf(objects, size), all);
    }
  }

  private final MemberHost member;
  private final CpuId cpu;
  private final CacheId[] ids;
  private final HandOffCounts counts;
  private final Owner owner;
  private final Map<Address, Batch> gathering = new LinkedHashMap<>();
  private final Map<Long, Batch> open = new HashMap<>();
  private final ArrayDeque<Batch> refused = new ArrayDeque<>();
  private final BitSet goneNodes = new BitSet();
  private final Set<Incarnation> gone = new HashSet<>();

  /// @param ids of all caches, by the task's index
  HandOffs(MemberHost member, CpuId cpu, CacheId[] ids, HandOffCounts counts, Owner owner) {
    this.member = member;
    this.cpu = cpu;
    this.ids = ids;
    this.counts = counts;
    this.owner = owner;
  }

  // ---- in a turn

  /// Whether the task has to wait until some are over.
  boolean isFull() {
    return open.size() + refused.size() >= OPEN_MAX;
  }

  /// Whether nothing is on its way.
  boolean isIdle() {
    return gathering.isEmpty() && open.isEmpty() && refused.isEmpty();
  }

  /// Whether a cpu's tasks are gone with its member.
  boolean isGone(CpuId task) {
    return goneNodes.get(member.topology().nodeOf(task).value());
  }

  /// Passes an object on.
  void give(CpuId to, int cache, long object, long name) {
    if (isGone(to)) {
      back(cache, object, name);
      return;
    }
    Incarnation home = member.homeOf(object);
    if (home == null) {
      throw new IllegalStateException(
          "0x" + Long.toHexString(object) + " is of a node that is gone");
    }
    Batch batch = batch(new Address(home, to, cache));
    batch.objects[batch.size] = object;
    batch.names[batch.size++] = name;
    sendIfFull(batch);
  }

  /// Says that there is no object of a name.
  void tell(CpuId to, int cache, long name) {
    if (!isGone(to)) {
      Batch batch = batch(new Address(member.me(), to, cache));
      batch.missing[batch.missingSize++] = name;
      sendIfFull(batch);
    }
  }

  private Batch batch(Address address) {
    return gathering.computeIfAbsent(address, Batch::new);
  }

  private void sendIfFull(Batch batch) {
    if (batch.isFull()) {
      gathering.remove(batch.address);
      send(batch);
    }
  }

  private void send(Batch batch) {
    counts.message();
    long token = member.handOff(cpu, batch.address.home, batch.handOff(ids[batch.address.cache]));
    if (token == 0) {
      refused(batch);
    } else {
      open.put(token, batch);
    }
  }

  /// Sends again what was refused a while ago.
  void turnBegins() {
    while (!refused.isEmpty() && refused.getFirst().notBefore <= member.now()) {
      send(refused.remove());
    }
  }

  /// Sends what was gathered.
  void turnEnds() {
    if (!gathering.isEmpty()) {
      List<Batch> all = List.copyOf(gathering.values());
      gathering.clear();
      all.forEach(this::send);
    }
  }

  // ---- what becomes of it, while no cpu runs

  /// One is over.
  void over(long token, boolean isTaken) {
    Batch batch = open.remove(token);
    if (batch == null) {
      return;
    }
    Address address = batch.address;
    if (gone.contains(address.home)) {
      lost(batch);
    } else if (isGone(address.to) && isTaken) {
      counts.lost(address.cache, batch.size); // it went with it
    } else if (isGone(address.to)) {
      back(batch);
    } else if (isTaken) {
      counts.handed(address.cache, batch.size);
    } else {
      refused(batch);
    }
  }

  private void refused(Batch batch) {
    counts.refusal();
    batch.notBefore = member.now() + RETRY_NANOS;
    refused.add(batch);
    member.wakeAfter(cpu, RETRY_NANOS);
  }

  /// A member is removed.
  void removed(Incarnation other) {
    gone.add(other);
    goneNodes.set(other.node().value());
    takeIf(batch -> isGone(batch.address.to)).forEach(this::back);
  }

  /// A home is gone, with its objects.
  void forget(Incarnation home) {
    takeIf(batch -> batch.address.home.equals(home)).forEach(this::lost);
  }

  private List<Batch> takeIf(Predicate<Batch> which) {
    List<Batch> taken =
        new ArrayList<>(
            Stream.concat(gathering.values().stream(), refused.stream()).filter(which).toList());
    gathering.values().removeAll(taken);
    refused.removeAll(taken);
    return taken;
  }

  private void back(Batch batch) {
    for (int i = 0; i < batch.size; i++) {
      back(batch.address.cache, batch.objects[i], batch.names[i]);
    }
  }

  private void back(int cache, long object, long name) {
    counts.keeps();
    owner.back(cache, object, name);
  }

  private void lost(Batch batch) {
    Address address = batch.address;
    counts.lost(address.cache, batch.size);
    for (int i = 0; i < batch.size; i++) {
      owner.lost(address.to, address.cache, batch.names[i]);
    }
  }

  /// What nobody has taken.
  void hold(Experiment.Held held) {
    Stream.of(gathering.values(), open.values(), refused)
        .flatMap(Collection::stream)
        .forEach(batch -> {
          for (int i = 0; i < batch.size; i++) {
            held.add(batch.address.cache, batch.objects[i]);
          }
        });
  }
}
