package org.numaslab.coordinator.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.registry.CacheRecord.Stage;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A registry whose nodes come and go, and one that starts again: nobody waits for who is gone, and
/// who comes knows everything before it is asked anything.
class RegistryOfMembersTest {
  private static final int NODES = 3;

  private final Topology topology = Topology.uniform(NODES, 1, 64 << 20);
  private final List<String> log = new ArrayList<>();

  /// What a member has done, and what it still has to do.
  private static final class Member {
    final KnownCaches known = new KnownCaches();
    final List<String> done = new ArrayList<>();
    boolean hasBegun;
    boolean isCpuOnline = true;
    MemoryState memory = MemoryState.ONLINE;
    int slabs;
  }

  private final Map<NodeId, Member> members = new HashMap<>();

  /// Members that are asked and do not answer.
  private final Set<Integer> silent = new HashSet<>();

  /// One life of the registry.
  private final class Life implements RegistryOutbox {
    final Registry registry;
    final ArrayDeque<Runnable> sent = new ArrayDeque<>();
    boolean isReady;

    Life(int life, Incarnation... there) {
      registry = Registry.apart(topology, LiveNatures.ofRegistry(life), this, log::add, life);
      registry.begin(Arrays.asList(there), () -> isReady = true);
      settle();
    }

    void settle() {
      while (!sent.isEmpty()) {
        sent.remove().run();
      }
    }

    private Member at(NodeId node) {
      return members.computeIfAbsent(node, n -> new Member());
    }

    private void deliver(NodeId to, Runnable what) {
      sent.add(() -> {
        if (!silent.contains(to.value())) {
          what.run();
        }
      });
    }

    @Override
    public void toNode(NodeId node, NodeProtocol.FromRegistry message) {
      deliver(
          node,
          () -> {
            at(node).done.add(message.getClass().getSimpleName());
            registry.receive(answer(node, message));
          });
    }

    private RegistryReply answer(NodeId node, NodeProtocol.FromRegistry message) {
      long r = message.request();
      return switch (message) {
        case NodeProtocol.Describe m -> new RegistryReply.Described(r, node);
        case NodeProtocol.Shrink m -> new RegistryReply.Shrunk(r, node, at(node).slabs > 0);
        case NodeProtocol.Shutdown m -> new RegistryReply.ShutDown(r, node, at(node).slabs);
        case NodeProtocol.Validate m -> new RegistryReply.Validated(r, node);
        case NodeProtocol.BeginGracePeriod m -> new RegistryReply.GracePeriodBegun(r, node);
        case NodeProtocol.EndGracePeriod m -> new RegistryReply.GracePeriodEnded(r, node);
        case NodeProtocol.SetMemory m -> {
          at(node).memory = m.state();
          yield new RegistryReply.MemorySet(r, node, m.state());
        }
      };
    }

    @Override
    public void toCpu(CpuId cpu, CpuProtocol message) {
      NodeId node = topology.nodeOf(cpu);
      deliver(
          node,
          () -> {
            at(node).done.add("cpu " + message.getClass().getSimpleName());
            switch (message) {
              case CpuProtocol.GoOffline m -> at(node).isCpuOnline = false;
              case CpuProtocol.GoOnline m -> at(node).isCpuOnline = true;
              default -> {}
            }
            registry.receive(new CpuReply(message.request(), cpu));
          });
    }

    @Override
    public void toMember(NodeId node, MemberProtocol message) {
      deliver(node, () -> registry.receive(answer(node, message)));
    }

    private MemberReply answer(NodeId node, MemberProtocol message) {
      long r = message.request();
      Member member = at(node);
      return switch (message) {
        case MemberProtocol.Introduce m ->
            new MemberReply.Introduced(
                r,
                node,
                member.hasBegun,
                member.known.size(),
                member.memory,
                member.isCpuOnline ? new int[0] : new int[] {node.value()});
        case MemberProtocol.Recall m -> member.known.recalled(r, node, m.cache());
        case MemberProtocol.Keep m ->
            new MemberReply.Kept(r, node, member.known.keep(m.cache(), r));
        case MemberProtocol.Begin m -> {
          member.hasBegun = true;
          member.done.add("Begin");
          yield new MemberReply.Begun(r, node);
        }
      };
    }

    KmemCache create(String name) {
      KmemCache made =
          registry.create(
              new CacheRequest(name, 64, 0, 0, false),
              GeometryOptions.forCpus(NODES),
              false,
              null,
              () -> log.add(name + " made"));
      settle();
      return made;
    }

    KmemCache createAlone(String name) {
      KmemCache made =
          registry.create(
              SharedCache.alone(
                  name,
                  CacheGeometry.of(
                      new CacheRequest(name, 64, 0, 0, false), GeometryOptions.forCpus(NODES))),
              false,
              null,
              () -> log.add(name + " made"));
      settle();
      return made;
    }
  }

  private static Incarnation member(int node, int life) {
    return new Incarnation(new NodeId(node), life);
  }

  private Life first() {
    return new Life(1, member(0, 1), member(1, 1), member(2, 1));
  }

  private Member of(int node) {
    return Objects.requireNonNull(members.get(new NodeId(node)));
  }

  private Stage stage(int node, int cache) {
    return record(of(node), cache).stage();
  }

  private static CacheRecord record(Member member, int cache) {
    return member.known.recalled(0, new NodeId(0), cache).cache();
  }

  @Test
  void nobodyWaitsForAMemberThatIsRemoved() {
    Life life = first();
    assertThat(life.isReady).isTrue();
    silent.add(2);
    life.createAlone("a");
    assertThat(log).isEmpty();
    life.registry.removed(member(2, 1));
    life.settle();
    assertThat(log).containsExactly("a made");
    assertThat(life.registry.isIdle()).isTrue();
  }

  @Test
  void aGracePeriodDoesNotWaitForItEither() {
    Life life = first();
    silent.add(1);
    life.registry.gracePeriod(() -> log.add("ended"));
    life.settle();
    assertThat(log).isEmpty();
    life.registry.removed(member(1, 1));
    life.settle();
    assertThat(log).containsExactly("ended");
  }

  @Test
  void anOperationMayFindThatNobodyAnswers() {
    Life life = new Life(1);
    KmemCache a = life.createAlone("a");
    life.registry.shrink(a.id(), left -> log.add("left " + left));
    life.registry.setMemory(new NodeId(1), false, value -> log.add("memory " + value));
    life.registry.setCpu(new CpuId(0), false, value -> log.add("cpu " + value));
    life.registry.gracePeriod(() -> log.add("ended"));
    life.registry.destroy(a.id(), kept -> log.add("kept " + kept));
    assertThat(log)
        .containsExactly("a made", "left false", "memory 0", "cpu 0", "ended", "kept []");
  }

  @Test
  void whoComesIsToldAllThatExistsBeforeItTakesPart() {
    Life life = new Life(1, member(0, 1), member(1, 1));
    KmemCache gone = life.createAlone("gone");
    life.createAlone("stays");
    life.registry.destroy(gone.id(), kept -> {});
    life.registry.setCpu(new CpuId(2), false, value -> {});
    life.registry.setMemory(new NodeId(2), false, value -> {});
    life.registry.setMemory(new NodeId(1), false, value -> {});
    life.settle();
    silent.add(0);
    life.createAlone("opened meanwhile");
    life.registry.joined(member(2, 1));
    life.settle();
    assertThat(members).doesNotContainKey(new NodeId(2));
    life.registry.removed(member(0, 1));
    life.settle();
    assertThat(of(2).done)
        .containsExactly(
            "Describe",
            "cpu Describe",
            "cpu Forget",
            "Describe",
            "cpu Describe",
            "Describe",
            "cpu Describe",
            "cpu SetMemory",
            "cpu SetMemory",
            "SetMemory",
            "SetMemory",
            "cpu GoOffline",
            "Begin");
    assertThat(of(2).memory).isEqualTo(MemoryState.OFFLINE);
    assertThat(of(2).known.size()).isEqualTo(3);
    assertThat(life.registry.isPresent(member(2, 1))).isTrue();
    life.registry.shrink(new CacheId(1), left -> {});
    life.settle();
    assertThat(of(2).done).endsWith("Shrink"); // its cpu is off line
  }

  @Test
  void whoIsRemovedBeforeItWasToldIsForgotten() {
    Life life = first();
    life.registry.removed(member(2, 1));
    silent.add(2);
    life.registry.joined(member(2, 2));
    life.createAlone("a");
    assertThat(log).isEmpty();
    life.registry.removed(member(2, 2));
    life.settle();
    assertThat(log).containsExactly("a made");
    life.registry.joined(member(2, 2)); // heard late
    assertThat(life.registry.isIdle()).isTrue();
  }

  @Test
  void aRegistryThatStartsAgainKnowsWhatTheLastOneKnew() {
    Life before = first();
    before.create("a");
    KmemCache gone = before.createAlone("gone");
    KmemCache a = before.create("alias of a");
    before.registry.destroy(gone.id(), kept -> {});
    before.registry.write(a.id(), "min_partial", "7", refused -> {});
    before.registry.setCpu(new CpuId(1), false, value -> {});
    before.registry.setMemory(new NodeId(2), false, value -> {});
    before.settle();
    Life after = new Life(2, member(0, 1), member(1, 1), member(2, 1));
    assertThat(after.isReady).isTrue();
    assertThat(after.registry.caches()).hasSize(2);
    assertThat(after.registry.cache(a.id()).minPartial()).isEqualTo(7);
    assertThat(after.registry.shared(a.id()).refcount()).isEqualTo(2);
    assertThat(after.registry.isDestroyed(gone.id())).isTrue();
    assertThat(after.registry.isOnline(new CpuId(1))).isFalse();
    assertThat(after.registry.isOnline(new CpuId(0))).isTrue();
    assertThat(after.registry.hasMemory(new NodeId(2))).isFalse();
    assertThat(after.createAlone("new").id()).isEqualTo(new CacheId(2));
  }

  private static RunCaches run(String name, int size) {
    CacheGeometry geometry =
        CacheGeometry.of(new CacheRequest(name, size, 0, 0, false), GeometryOptions.forCpus(NODES));
    return new RunCaches(
        List.of(SharedCache.alone(name, geometry)), false, 1, List.of(), List.of());
  }

  @Test
  void aRegistryThatGoesOnWithTheRunOfAnotherOneWantsItsCaches() {
    Life before = first();
    run("a", 64).begin(before.registry, () -> log.add("begun"));
    before.settle();
    Life after = new Life(2, member(0, 1), member(1, 1), member(2, 1));
    run("a", 64).begin(after.registry, () -> log.add("begun again"));
    after.settle();

    assertThat(log).containsExactly("begun", "begun again");
    assertThat(after.registry.caches()).hasSize(1);
    for (RunCaches other : List.of(run("b", 64), run("a", 128))) {
      assertThatThrownBy(() -> other.begin(after.registry, () -> {}))
          .isInstanceOf(BadInput.class)
          .hasMessageEndingWith(
              "allowed: those of the run that is under way, where it is a in slots of 64");
    }
  }

  @Test
  void aCacheThatOnlySomeKnowIsToldToAll() {
    Life before = first();
    silent.add(2);
    before.createAlone("half");
    silent.clear();
    assertThat(of(2).known.size()).isZero();
    Life after = new Life(2, member(0, 1), member(1, 1), member(2, 1));
    assertThat(after.registry.cache(new CacheId(0)).name()).isEqualTo("half");
    assertThat(of(2).done).contains("Describe", "cpu Describe");
    assertThat(stage(2, 0)).isEqualTo(Stage.EXISTS);
  }

  @Test
  void aDestroyThatWasBegunIsRepeated() {
    Life before = first();
    KmemCache a = before.createAlone("a");
    silent.add(1);
    before.registry.destroy(a.id(), kept -> {});
    before.settle();
    silent.clear();
    assertThat(stage(0, 0)).isEqualTo(Stage.GOING);
    assertThat(stage(1, 0)).isEqualTo(Stage.EXISTS);
    Life after = new Life(2, member(0, 1), member(1, 1), member(2, 1));
    assertThat(after.registry.isDestroyed(a.id())).isTrue();
    assertThat(stage(1, 0)).isEqualTo(Stage.GONE);
    assertThat(of(1).done).endsWith("Shutdown", "cpu Forget");
  }

  @Test
  void aCacheWithObjectsStaysAndIsNotDestroyedAgain() {
    Life before = first();
    KmemCache a = before.createAlone("a");
    of(1).slabs = 1;
    before.registry.destroy(a.id(), kept -> log.add("kept by " + kept.size()));
    before.settle();
    assertThat(log)
        .containsExactly(
            "a made",
            "kmem_cache_destroy a: Slab cache still has objects when called from"
                + " kmem_cache_destroy",
            "kept by 2");
    of(1).slabs = 0;
    of(0).done.clear();
    Life after = new Life(2, member(0, 1), member(1, 1), member(2, 1));
    assertThat(after.registry.isDestroyed(a.id())).isFalse();
    assertThat(after.registry.records().getFirst().stage()).isEqualTo(Stage.STAYS);
    assertThat(of(0).done).doesNotContain("Shutdown");
  }

  @Test
  void cpusAreFlushedWhereMembersKnewDifferentLimits() {
    Life before = first();
    KmemCache a = before.createAlone("a");
    silent.add(2);
    before.registry.write(a.id(), "cpu_partial", "3", refused -> {});
    before.settle();
    silent.clear();
    assertThat(record(of(2), 0).cache().cpuPartial()).isNotEqualTo(3);
    Life after = new Life(2, member(0, 1), member(1, 1), member(2, 1));
    assertThat(after.registry.cache(a.id()).cpuPartial()).isEqualTo(3);
    assertThat(record(of(2), 0).cache().cpuPartial()).isEqualTo(3);
    assertThat(of(2).done).endsWith("Begin", "cpu Flush");
  }

  @Test
  void memoryThatWasAboutToGoStays() {
    Life before = first();
    before.createAlone("a");
    silent.add(1);
    before.registry.setMemory(new NodeId(2), false, value -> {});
    before.settle();
    silent.clear();
    assertThat(of(2).memory).isEqualTo(MemoryState.GOING_OFFLINE);
    Life after = new Life(2, member(0, 1), member(1, 1), member(2, 1));
    assertThat(of(2).memory).isEqualTo(MemoryState.ONLINE);
    assertThat(after.registry.hasMemory(new NodeId(2))).isTrue();
  }

  @Test
  void aContradictionIsRefusedWithALine() {
    Life before = first();
    before.createAlone("a");
    Life after = new Life(2, member(0, 1), member(1, 1));
    after.createAlone("b");
    after.registry.joined(member(2, 1)); // it knows a, as the others do
    after.settle();
    assertThat(log).containsExactly("a made", "b made");
    Life third = new Life(3); // it believes that nobody is there
    third.createAlone("c");
    third.registry.joined(member(0, 1));
    third.settle();
    assertThat(log)
        .contains(
            "registry: node 0 keeps a as cache 0, which contradicts what others keep",
            "registry: c is told as cache 0, which is a with other objects or another name");
    assertThat(record(of(0), 0).cache().name()).isEqualTo("a");
  }
}
