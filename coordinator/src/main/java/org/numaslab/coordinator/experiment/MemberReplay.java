package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.coordinator.experiment.SlotName.Kind;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// Replays one cpu's part of a trace in a member of a cluster.
///
/// | slot | its object |
/// |---|---|
/// | allocated and freed in this member | stays in the table of slots, as in one process |
/// | freed in another member | goes there; it stays here when that member is gone, until the next round frees it first |
/// | allocated in another member | comes from there; when that member is gone, it is lost |
///
/// An object whose home is gone is lost wherever it is. What is lost is not freed, but counted. A
/// cpu begins a round when all that free what it allocates are through the round before the last:
/// so no more than two rounds are alive at once.
///
/// Owner: the cpu's shell; its member, while no cpu runs.
final class MemberReplay extends ReplayProgram implements MemberTask, HandOffs.Owner {
  private final CpuId cpu;
  private final Topology topology;
  private final SlotRoutes routes;
  private final HandOffs handOffs;
  private final RoundLag lag;

  /// What has come for later rounds, by its name.
  private final Map<Long, Long> early = new HashMap<>();

  /// Objects that stay here and whose slots are taken, by slot: of earlier rounds.
  private final Map<Integer, List<Long>> more = new HashMap<>();

  MemberReplay(MemberHost member, CpuId cpu, SlotRoutes routes, int rounds, Parts parts) {
    super(member.me().node().value(), parts);
    this.cpu = cpu;
    this.topology = member.topology();
    this.routes = routes;
    CacheId[] caches = parts.caches();
    this.handOffs = new HandOffs(member, cpu, caches, parts.tally().handOffs(), this);
    this.lag = new RoundLag(routes, cpu.value(), rounds);
  }

  @Override
  public long thinkNanos() {
    return 0;
  }

  private HandOffCounts counts() {
    return tally().handOffs();
  }

  // ---- its turn

  @Override
  public Turn.End turn(Cpu on, int operations) {
    handOffs.turnBegins();
    Turn.End end = super.turn(on, operations);
    handOffs.turnEnds();
    return end;
  }

  @Override
  public Step step(Cpu on) {
    if (!cursor().isAtOperation()) {
      return handOffs.isIdle() ? super.step(on) : Step.BLOCKED;
    }
    if (handOffs.isFull() || lag.mustWait(cursor().round(), this::isGone)) {
      return Step.BLOCKED;
    }
    if (!cursor().isFree() && staysHere(cursor().slot())) {
      long object = takeKept(cursor().slot());
      if (object > SlotTable.LOST) {
        free(on, object);
      }
      if (object != SlotTable.EMPTY) {
        return Step.DONE;
      }
    }
    return super.step(on);
  }

  private boolean isGone(int task) {
    return handOffs.isGone(new CpuId(task));
  }

  /// Whether a slot's object should go to another member, which is gone.
  private boolean staysHere(int slot) {
    return routes.isCrossing(slot) && isGone(routes.freer(slot));
  }

  private long takeKept(int slot) {
    long object = slots().get(slot);
    if (object != SlotTable.EMPTY) {
      List<Long> others = more.getOrDefault(slot, List.of());
      slots().put(slot, others.isEmpty() ? SlotTable.EMPTY : others.removeLast());
    }
    return object;
  }

  @Override
  long awaitObject(int slot, int own) {
    long value = super.awaitObject(slot, own);
    boolean isLost =
        value == SlotTable.EMPTY && routes.isCrossing(slot) && isGone(routes.allocator(slot));
    return isLost ? SlotTable.LOST : value;
  }

  @Override
  boolean awaitEmpty(int slot, int own) {
    return routes.isCrossing(slot) || super.awaitEmpty(slot, own);
  }

  @Override
  void give(int slot, long value) {
    if (!routes.isCrossing(slot)) {
      super.give(slot, value);
      return;
    }
    CpuId to = new CpuId(routes.freer(slot));
    if (value == SlotTable.FAILED) {
      handOffs.tell(to, cursor().cache(), SlotName.of(Kind.FAILED, cursor().round(), slot));
    } else {
      handOffs.give(to, cursor().cache(), value, SlotName.of(Kind.OBJECT, cursor().round(), slot));
    }
  }

  @Override
  void freeOfLost(int slot) {
    if (routes.isCrossing(slot) && isGone(routes.allocator(slot))) {
      counts().lostAllocation();
    } else {
      counts().freeOfLost();
    }
  }

  @Override
  void roundBegins() {
    int round = cursor().round();
    early
        .entrySet()
        .removeIf(entry -> {
          boolean isNow = SlotName.round(entry.getKey()) == round;
          if (isNow) {
            slots().put(SlotName.slot(entry.getKey()), entry.getValue());
          }
          return isNow;
        });
    lag.toTell(round)
        .forEach(
            task -> handOffs.tell(new CpuId(task), 0, SlotName.of(Kind.ROUND, round, cpu.value())));
  }

  // ---- what comes, while no cpu runs

  @Override
  public void taken(Frame.HandOff handOff, Incarnation home) {
    long[] names = handOff.names();
    for (int i = 0; i < names.length; i++) {
      long object = i < handOff.objects().length ? handOff.objects()[i] : SlotTable.LOST;
      switch (SlotName.kind(names[i])) {
        case OBJECT -> arrive(names[i], object);
        case FAILED -> arrive(names[i], SlotTable.FAILED);
        case LOST -> arrive(names[i], SlotTable.LOST);
        case ROUND -> lag.passed(SlotName.slot(names[i]), SlotName.round(names[i]));
      }
    }
  }

  /// Where something is already, it is known to be lost with its home: so is what comes.
  private void arrive(long name, long value) {
    int slot = SlotName.slot(name);
    int round = SlotName.round(name);
    int index = routes.freeIndex(slot);
    if (round < cursor().round() || (round == cursor().round() && index < cursor().index())) {
      return;
    }
    boolean isNew;
    if (round > cursor().round()) {
      isNew = early.putIfAbsent(SlotName.as(Kind.OBJECT, name), value) == null;
    } else {
      isNew = slots().get(slot) == SlotTable.EMPTY;
      if (isNew) {
        slots().put(slot, value);
      }
    }
    if (isNew && value > SlotTable.LOST) {
      counts().came(routes.cache(slot));
    }
  }

  @Override
  public void handedOff(long token, boolean isTaken) {
    handOffs.over(token, isTaken);
  }

  @Override
  public void back(int cache, long object, long name) {
    int slot = SlotName.slot(name);
    if (slots().get(slot) == SlotTable.EMPTY) {
      slots().put(slot, object);
    } else {
      more.computeIfAbsent(slot, s -> new ArrayList<>()).add(object);
    }
  }

  @Override
  public void lost(CpuId to, int cache, long name) {
    handOffs.tell(to, cache, SlotName.as(Kind.LOST, name));
  }

  // ---- who goes, while no cpu runs

  @Override
  public void removed(Incarnation member) {
    handOffs.removed(member);
  }

  @Override
  public void forget(Incarnation home) {
    handOffs.forget(home);
    for (int i = 0; i < operations().roundSize(); i++) {
      int slot = operations().slot(i);
      boolean isMine = operations().isFree(i) || staysHere(slot);
      long value = isMine ? slots().get(slot) : SlotTable.EMPTY;
      if (value != loses(home, value, slot)) {
        slots().put(slot, SlotTable.LOST);
      }
    }
    early.replaceAll((name, value) -> loses(home, value, SlotName.slot(name)));
    more.forEach((slot, objects) -> objects.replaceAll(o -> loses(home, o, slot)));
  }

  private long loses(Incarnation home, long value, int slot) {
    if (value <= SlotTable.LOST
        || topology.nodeIndexOfFrame(value >>> Memory.PAGE_SHIFT) != home.node().value()) {
      return value;
    }
    counts().lost(routes.cache(slot), 1);
    return SlotTable.LOST;
  }

  // ---- after the run

  @Override
  boolean has(int index) {
    int slot = operations().slot(index);
    return routes.isCrossing(slot)
        ? operations().isFree(index) || staysHere(slot)
        : super.has(index);
  }

  @Override
  void hold(Experiment.Held held) {
    super.hold(held);
    handOffs.hold(held);
    early.forEach((name, value) -> hold(held, SlotName.slot(name), value));
    more.forEach((slot, objects) -> objects.forEach(value -> hold(held, slot, value)));
  }

  private void hold(Experiment.Held held, int slot, long value) {
    if (value > SlotTable.LOST) {
      held.add(routes.cache(slot), value);
    }
  }
}
