package org.numaslab.coordinator.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.control.ControlFrame.ForMember;
import org.numaslab.coordinator.control.ControlFrame.Request;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.registry.MemberProtocol;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Over a network that loses, doubles and reorders, what the coordinator asks is done once, in
/// order, and by nobody for an older life of it. `-Dnumaslab.seed=N` is the first seed.
class ControlLinkTest {
  private static final long FIRST = Long.getLong("numaslab.seed", 1);
  private static final int SEEDS = 50;
  private static final int NODES = 3;
  private static final RetryTimes TIMES = new RetryTimes(100, 800);
  private static final long LATE_MAX = 300;

  private record Event(long at, long number, Runnable what) {}

  private final Topology topology = Topology.uniform(NODES, 2, 64 << 20);
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private SplittableRandom random = new SplittableRandom(FIRST);
  private long now;
  private long numbered;
  private int lossPercent = 30;
  private final Map<NodeId, Member> members = new HashMap<>();
  private @Nullable Coordinator current;

  private Coordinator coordinator() {
    return Objects.requireNonNull(current);
  }

  private void later(long within, Runnable what) {
    events.add(new Event(now + 1 + random.nextLong(within), numbered++, what));
  }

  private boolean draws(int percent) {
    return random.nextInt(100) < percent;
  }

  private void transmit(Runnable arrives) {
    for (int copies = draws(20) ? 2 : 1; copies > 0; copies--) {
      if (!draws(lossPercent)) {
        later(LATE_MAX, arrives);
      }
    }
  }

  private final class Member implements MemberInbox {
    final Incarnation me;
    final List<Long> started = new ArrayList<>();
    final ControlReceiver control;
    int begun;

    Member(int node, int life) {
      me = new Incarnation(new NodeId(node), life);
      control =
          new ControlReceiver(
              me,
              this,
              frame ->
                  transmit(() -> {
                    if (current != null) {
                      coordinator().receive(frame, now);
                    }
                  }));
    }

    @Override
    public void toNode(NodeProtocol.FromRegistry message) {
      started.add(message.request());
      later(100, () -> control.answered(reply(message)));
    }

    private RegistryReply reply(NodeProtocol.FromRegistry message) {
      long r = message.request();
      return switch (message) {
        case NodeProtocol.Describe m -> new RegistryReply.Described(r, me.node());
        case NodeProtocol.Shrink m -> new RegistryReply.Shrunk(r, me.node(), false);
        case NodeProtocol.Shutdown m -> new RegistryReply.ShutDown(r, me.node(), 0);
        case NodeProtocol.Validate m -> new RegistryReply.Validated(r, me.node());
        case NodeProtocol.BeginGracePeriod m -> new RegistryReply.GracePeriodBegun(r, me.node());
        case NodeProtocol.EndGracePeriod m -> new RegistryReply.GracePeriodEnded(r, me.node());
        case NodeProtocol.SetMemory m -> new RegistryReply.MemorySet(r, me.node(), m.state());
      };
    }

    @Override
    public void toCpu(CpuId cpu, CpuProtocol message) {
      started.add(message.request());
      later(500, () -> control.answered(new CpuReply(message.request(), cpu)));
    }

    @Override
    public void begin() {
      begun++;
    }

    @Override
    public int[] offline() {
      return new int[0];
    }

    @Override
    public void refused(String why) {
      throw new AssertionError(why);
    }
  }

  private Member member(int node, int life) {
    Member member = new Member(node, life);
    members.put(member.me.node(), member);
    return member;
  }

  private void start(int life) {
    Coordinator begins =
        new Coordinator(
            topology,
            LiveNatures.ofRegistry(life),
            line -> {
              throw new AssertionError(line);
            },
            life,
            TIMES,
            frame ->
                transmit(() -> {
                  Member to = members.get(frame.member().node());
                  if (to != null) {
                    to.control.receive(frame);
                  }
                }));
    current = begins;
    begins.begin(members.values().stream().map(m -> m.me).toList(), now, () -> {});
    tick(begins);
  }

  private void tick(Coordinator of) {
    if (current == of) {
      of.tick(now);
      later(50, () -> tick(of));
    }
  }

  private void run(long until) {
    while (!events.isEmpty() && events.peek().at <= until) {
      Event next = events.remove();
      now = next.at;
      next.what.run();
    }
    now = until;
  }

  private void create(String name) {
    CacheGeometry geometry =
        CacheGeometry.of(
            new CacheRequest(name, 64, 0, 0, false), GeometryOptions.forCpus(2 * NODES));
    coordinator().ask(r -> r.create(SharedCache.alone(name, geometry), false, null, () -> {}), now);
  }

  private void somethingAtRandom() {
    Registry registry = coordinator().registry();
    if (registry.caches().isEmpty() || draws(30)) {
      create("cache-" + numbered);
      return;
    }
    CacheId any = new CacheId(random.nextInt(registry.caches().size()));
    switch (random.nextInt(4)) {
      case 0 -> coordinator().ask(r -> r.shrink(any, left -> {}), now);
      case 1 -> coordinator().ask(r -> r.gracePeriod(() -> {}), now);
      case 2 -> coordinator().ask(r -> r.write(any, "cpu_partial", "9", refused -> {}), now);
      default -> {
        if (registry.records().get(any.value()).shared().refcount() > 0) {
          coordinator().ask(r -> r.destroy(any, kept -> {}), now);
        }
      }
    }
  }

  @Test
  void everythingIsDoneOnceAndInOrderWhoeverComesAndGoes() {
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      random = new SplittableRandom(seed);
      events.clear();
      members.clear();
      now = 0;
      lossPercent = random.nextInt(40);
      try {
        oneSeed();
      } catch (AssertionError failed) {
        throw new AssertionError("-Dnumaslab.seed=" + seed, failed);
      }
    }
  }

  private void oneSeed() {
    int[] lives = {1, 1, 1};
    for (int node = 0; node < NODES; node++) {
      member(node, 1);
    }
    int life = 1;
    start(life);
    for (int i = 0; i < 60; i++) {
      run(now + random.nextLong(1500));
      int what = random.nextInt(12);
      if (what == 0) {
        start(++life);
      } else if (what == 1) {
        int node = random.nextInt(NODES);
        Incarnation before = new Incarnation(new NodeId(node), lives[node]);
        Member next = member(node, ++lives[node]);
        coordinator().removed(before, now);
        coordinator().joined(next.me, now);
      } else if (coordinator().isReady()) {
        somethingAtRandom();
      }
    }
    lossPercent = 0;
    run(now + 200_000);
    assertThat(coordinator().isReady()).isTrue();
    assertThat(coordinator().registry().isIdle()).isTrue();
    for (Member member : members.values()) {
      assertThat(member.started).isSorted().doesNotHaveDuplicates();
      assertThat(member.begun).isEqualTo(1);
      assertThat(member.control.known().size()).isEqualTo(coordinator().registry().caches().size());
      for (int cache = 0; cache < member.control.known().size(); cache++) {
        assertThat(member.control.known().recalled(0, member.me.node(), cache).cache().stage())
            .isEqualTo(coordinator().registry().records().get(cache).stage());
      }
    }
  }

  @Test
  void anOlderCoordinatorIsToldSoAndObeyedNoMore() {
    lossPercent = 0;
    member(0, 1);
    start(1);
    run(10_000);
    Coordinator older = coordinator();
    start(2);
    run(20_000);
    Member member = Objects.requireNonNull(members.get(new NodeId(0)));
    int before = member.started.size();
    older.ask(r -> r.shrink(new CacheId(0), left -> {}), now);
    current = older; // it gets the answer
    run(30_000);
    assertThat(member.started).hasSize(before);
    assertThat(older.supersededBy()).isEqualTo(2);
  }

  @Test
  void whatIsForAnotherLifeOfTheMemberHasNoEffect() {
    Member member = new Member(1, 2);
    Request introduce = new Request(1, 1, new ForMember(new MemberProtocol.Begin(7)));
    member.control.receive(new ControlFrame(new Incarnation(new NodeId(1), 1), 1, introduce));
    member.control.receive(new ControlFrame(new Incarnation(new NodeId(0), 2), 1, introduce));
    assertThat(member.control.hasBegun()).isFalse();
    member.control.receive(new ControlFrame(member.me, 1, introduce));
    assertThat(member.control.hasBegun()).isTrue();
  }

  @Test
  void moreRequestsThanTheWindowHoldsWaitForRoom() {
    lossPercent = 0;
    member(0, 1);
    List<Long> sent = new ArrayList<>();
    ControlSender sender =
        new ControlSender(
            new Incarnation(new NodeId(0), 1),
            1,
            TIMES,
            frame -> sent.add(((Request) frame.body()).sequence()));
    for (int i = 1; i <= 600; i++) {
      sender.send(new ForMember(new MemberProtocol.Introduce(i)), 0);
    }
    assertThat(sent).hasSize(512).endsWith(512L);
    assertThat(sender.answered(600, 0)).isFalse();
    assertThat(sender.answered(2, 0)).isTrue();
    assertThat(sent).endsWith(512L);
    assertThat(sender.answered(1, 0)).isTrue();
    assertThat(sent).endsWith(513L, 514L);
    assertThat(sender.answered(1, 0)).isFalse();
  }
}
