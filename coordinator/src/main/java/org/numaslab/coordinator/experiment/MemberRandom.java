package org.numaslab.coordinator.experiment;

import java.util.ArrayDeque;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// One cpu's part of a random load in a member of a cluster: what it hands over to CPUs of other
/// members goes there by hand-offs.
///
/// Owner: the cpu's shell; its member, while no cpu runs.
final class MemberRandom extends RandomProgram implements MemberTask, HandOffs.Owner {
  /// All objects are called alike: nobody waits for one.
  private static final long NAME = 0;

  private record Piece(int cache, long address) {}

  private final Topology topology;
  private final CpuId cpu;
  private final CacheId[] ids;
  private final HandOvers handOvers;
  private final HandOffs handOffs;
  private final ArrayDeque<Piece> inbox = new ArrayDeque<>();

  MemberRandom(MemberHost member, int cpu, Parts parts) {
    super(cpu, parts);
    this.topology = parts.topology();
    this.cpu = new CpuId(cpu);
    this.ids = parts.ids();
    this.handOvers = parts.handOvers();
    this.handOffs = new HandOffs(member, this.cpu, ids, parts.tally().handOffs(), this);
  }

  @Override
  public long thinkNanos() {
    return 0;
  }

  @Override
  public Turn.End turn(Cpu on, int operations) {
    handOffs.turnBegins();
    Turn.End end = super.turn(on, operations);
    handOffs.turnEnds();
    return end;
  }

  @Override
  public Step step(Cpu on) {
    if (inbox.isEmpty() || isAtEnd()) {
      return super.step(on);
    }
    Piece next = inbox.remove();
    return free(on, next.cache, next.address);
  }

  @Override
  Step atEnd() {
    return handOffs.isIdle() ? super.atEnd() : Step.BLOCKED;
  }

  @Override
  boolean give(int toCpu, int draw, int of, long object) {
    CpuId to = new CpuId(toCpu);
    if (topology.nodeOf(to).equals(topology.nodeOf(cpu))) {
      return super.give(toCpu, draw, of, object);
    }
    if (handOffs.isFull() || handOffs.isGone(to)) {
      return false;
    }
    handOffs.give(to, of, object, NAME);
    return true;
  }

  // ---- while no cpu runs

  @Override
  public void taken(Frame.HandOff handOff, Incarnation home) {
    int cache = index(handOff.cache());
    for (long object : handOff.objects()) {
      inbox.add(new Piece(cache, object));
      tally().handOffs().came(cache);
    }
  }

  private int index(CacheId cache) {
    int index = 0;
    while (!ids[index].equals(cache)) {
      index++;
    }
    return index;
  }

  @Override
  public void handedOff(long token, boolean isTaken) {
    handOffs.over(token, isTaken);
  }

  @Override
  public void back(int cache, long object, long name) {
    inbox.add(new Piece(cache, object));
  }

  @Override
  public void lost(CpuId to, int cache, long name) {}

  @Override
  public void removed(Incarnation member) {
    handOffs.removed(member);
  }

  @Override
  public void forget(Incarnation home) {
    handOffs.forget(home);
    dropIf(object -> isOf(home, object), this::lose);
    handOvers.dropIf(cpu.value(), object -> isOf(home, object), this::lose);
    inbox.removeIf(object -> {
      boolean isLost = isOf(home, object.address);
      if (isLost) {
        lose(object.cache);
      }
      return isLost;
    });
  }

  private void lose(int cache) {
    tally().handOffs().lost(cache, 1);
  }

  private boolean isOf(Incarnation home, long object) {
    return topology.nodeIndexOfFrame(object >>> Memory.PAGE_SHIFT) == home.node().value();
  }

  @Override
  void hold(Experiment.Held held) {
    super.hold(held);
    handOffs.hold(held);
    inbox.forEach(object -> held.add(object.cache, object.address));
  }
}
