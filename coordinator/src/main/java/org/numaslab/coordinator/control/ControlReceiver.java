package org.numaslab.coordinator.control;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.numaslab.coordinator.control.ControlFrame.Answer;
import org.numaslab.coordinator.control.ControlFrame.Asked;
import org.numaslab.coordinator.control.ControlFrame.ForCpu;
import org.numaslab.coordinator.control.ControlFrame.ForMember;
import org.numaslab.coordinator.control.ControlFrame.ForNode;
import org.numaslab.coordinator.control.ControlFrame.FromCpu;
import org.numaslab.coordinator.control.ControlFrame.FromMember;
import org.numaslab.coordinator.control.ControlFrame.FromNode;
import org.numaslab.coordinator.control.ControlFrame.Request;
import org.numaslab.coordinator.control.ControlFrame.Superseded;
import org.numaslab.coordinator.control.ControlFrame.Told;
import org.numaslab.coordinator.registry.KnownCaches;
import org.numaslab.coordinator.registry.MemberProtocol;
import org.numaslab.coordinator.registry.MemberReply;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.protocol.RegistryReply.Described;
import org.numaslab.node.topology.CpuId;

/// A member's end of the link to the coordinator, whichever life that is in. Obeys the newest one
/// that it has heard.
///
/// | request | leaves when |
/// |---|---|
/// | waits | those before it were started -> running |
/// | running | its node, cpu or member has answered -> done |
/// | done: its answer is sent, again for each repetition | the coordinator has the answer |
///
/// A newer life begins with nothing: what was running for the older one ends without an answer.
///
/// Owner: the member's shell.
public final class ControlReceiver {
  private final Incarnation me;
  private final MemberInbox inbox;
  private MemoryState memory = MemoryState.ONLINE;
  private final Consumer<ControlFrame> wire;
  private final KnownCaches known = new KnownCaches();
  private final TreeMap<Long, Asked> waiting = new TreeMap<>();

  /// Sequences of those that are running, by the numbers that their answers will have.
  private final Map<Long, Long> running = new HashMap<>();

  private final TreeMap<Long, Told> done = new TreeMap<>();
  private boolean hasBegun;
  private int life;
  private long next = 1;
  private long oldest = 1;

  /// @param me this life of the member
  /// @param inbox serves what is asked
  /// @param wire takes what is to be sent to the coordinator
  public ControlReceiver(Incarnation me, MemberInbox inbox, Consumer<ControlFrame> wire) {
    this.me = me;
    this.inbox = inbox;
    this.wire = wire;
  }

  /// Whether a coordinator has told it everything.
  public boolean hasBegun() {
    return hasBegun;
  }

  /// What it keeps of every cache.
  public KnownCaches known() {
    return known;
  }

  /// Takes what has come from a coordinator.
  public void receive(ControlFrame frame) {
    if (!frame.member().equals(me) || !(frame.body() instanceof Request request)) {
      return;
    }
    if (frame.life() < life) {
      wire.accept(new ControlFrame(me, frame.life(), new Superseded(life)));
      return;
    }
    if (frame.life() > life) {
      life = frame.life();
      waiting.clear();
      running.clear();
      done.clear();
      next = 1;
      oldest = 1;
    }
    receive(request);
  }

  private void receive(Request request) {
    if (request.oldestOpen() > oldest && request.oldestOpen() <= next) {
      oldest = request.oldestOpen();
      done.headMap(oldest).clear();
    }
    long sequence = request.sequence();
    if (sequence < next) {
      Told told = done.get(sequence);
      if (told != null) {
        answer(sequence, told);
      }
      return;
    }
    if (sequence - oldest < ControlSender.WINDOW) {
      waiting.put(sequence, request.asked());
    }
    for (Asked asked = waiting.remove(next); asked != null; asked = waiting.remove(next)) {
      start(next++, asked);
    }
  }

  private void start(long sequence, Asked asked) {
    switch (asked) {
      case ForNode m -> {
        running.put(m.message().request(), sequence);
        startAtNode(m.message());
      }
      case ForCpu m -> {
        running.put(m.message().request(), sequence);
        startAtCpu(m.cpu(), m.message());
      }
      case ForMember m -> {
        running.put(m.message().request(), sequence);
        ended(m.message().request(), new FromMember(serve(m.message())));
      }
    }
  }

  private void startAtNode(NodeProtocol.FromRegistry message) {
    if (message instanceof NodeProtocol.Describe told && isRefused(told.cache())) {
      answered(new Described(message.request(), me.node()));
    } else {
      inbox.toNode(message);
    }
  }

  private void startAtCpu(CpuId cpu, CpuProtocol message) {
    if (message instanceof CpuProtocol.Describe told && isRefused(told.cache())) {
      answered(new CpuReply(message.request(), cpu));
    } else {
      inbox.toCpu(cpu, message);
    }
  }

  private boolean isRefused(KmemCache told) {
    String refusal = known.refusal(told);
    if (!refusal.isEmpty()) {
      inbox.refused(refusal);
    }
    return !refusal.isEmpty();
  }

  private MemberReply serve(MemberProtocol message) {
    long r = message.request();
    return switch (message) {
      case MemberProtocol.Introduce m ->
          new MemberReply.Introduced(r, me.node(), hasBegun, known.size(), memory, inbox.offline());
      case MemberProtocol.Recall m -> known.recalled(r, me.node(), m.cache());
      case MemberProtocol.Keep m -> {
        String refusal = known.keep(m.cache(), r);
        if (!refusal.isEmpty()) {
          inbox.refused(refusal);
        }
        yield new MemberReply.Kept(r, me.node(), refusal);
      }
      case MemberProtocol.Begin m -> {
        if (!hasBegun) {
          hasBegun = true;
          inbox.begin();
        }
        yield new MemberReply.Begun(r, me.node());
      }
    };
  }

  /// The node has answered.
  public void answered(RegistryReply reply) {
    if (reply instanceof RegistryReply.MemorySet set) {
      memory = set.state();
    }
    ended(reply.request(), new FromNode(reply));
  }

  /// A cpu has answered.
  public void answered(CpuReply reply) {
    ended(reply.request(), new FromCpu(reply));
  }

  private void ended(long request, Told told) {
    Long sequence = running.remove(request);
    if (sequence != null) { // else it was for an older life
      done.put(sequence, told);
      answer(sequence, told);
    }
  }

  private void answer(long sequence, Told told) {
    wire.accept(new ControlFrame(me, life, new Answer(sequence, told)));
  }
}
