package org.numaslab.coordinator.registry;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.numaslab.coordinator.registry.CacheRecord.Stage;
import org.numaslab.coordinator.registry.MemberReply.Introduced;
import org.numaslab.coordinator.registry.MemberReply.Recalled;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Makes the registry and members that have joined known to each other, before they take part in
/// any operation.
///
/// | step | what the registry learns | what they learn |
/// |---|---|---|
/// | Introduce | who has begun under an earlier registry, with its CPUs and memory as they are | - |
/// | Recall, cache by cache | caches, each as the newest version has it | - |
/// | tell | - | all caches, also those that are gone: numbers have no gaps; what is off line |
/// | Begin | - | that this is all |
///
/// Whoever is new is told alone. When somebody comes who has begun before, the registry has started
/// again, and all are told: what the last one did not bring to its end is done again. A destroy
/// that was begun is then repeated, and where members knew different limits of cpu partial lists
/// the CPUs are flushed. Memory that was about to go off line stays.
///
/// Owner: the registry.
final class Introductions {
  private static final Comparator<NodeId> BY_NUMBER = Comparator.comparingInt(NodeId::value);

  private final Topology topology;
  private final Members members;
  private final Plugged plugged;
  private final CacheTable table;
  private final Operations operations;
  private final KernelMessages messages;

  /// What was left undone for a cache.
  interface Undone {
    void destroy(CacheId cache);

    void flush(CacheId cache);
  }

  private final Undone undone;

  Introductions(
      Topology topology,
      Members members,
      Plugged plugged,
      CacheTable table,
      Operations operations,
      KernelMessages messages,
      Undone undone) {
    this.topology = topology;
    this.members = members;
    this.plugged = plugged;
    this.table = table;
    this.operations = operations;
    this.messages = messages;
    this.undone = undone;
  }

  /// One round of it.
  private final class Round {
    private final List<Incarnation> joined;
    private final Map<NodeId, Introduced> introduced = new HashMap<>();
    private final Set<Integer> differing = new TreeSet<>();
    private int learned;

    Round(Collection<Incarnation> joined) {
      this.joined = List.copyOf(joined);
    }

    private Stream<NodeId> there() {
      return joined.stream()
          .filter(member -> member.equals(members.of(member.node())))
          .map(Incarnation::node);
    }

    void introduce(Asks asks) {
      there().forEach(node -> asks.member(node, MemberProtocol.Introduce::new));
    }

    void take(Asks asks) {
      for (MemberReply answer : List.copyOf(operations.memberAnswers())) {
        if (answer instanceof Introduced who) {
          introduced.put(who.from(), who);
          if (who.hasBegun()) {
            adopt(who);
          }
        }
      }
    }

    private void adopt(Introduced who) {
      for (CpuId cpu : topology.cpusOf(who.from())) {
        plugged.set(cpu, true);
      }
      for (int cpu : who.offline()) {
        plugged.set(new CpuId(cpu), false);
      }
      if (topology.hasMemory(who.from())) {
        plugged.set(who.from(), who.memory() != MemoryState.OFFLINE);
      }
    }

    /// Asks for the next cache everybody who has one, and goes on while somebody has.
    void recall(Asks asks) {
      takeRecalled();
      int number = learned++;
      there()
          .filter(node -> introduced.containsKey(node))
          .filter(node -> number < caches(node))
          .forEach(node -> asks.member(node, r -> new MemberProtocol.Recall(r, number)));
      if (!asks.areAnswered()) {
        operations.insert(this::recall);
      }
    }

    private int caches(NodeId node) {
      Introduced who = introduced.get(node);
      return who == null ? 0 : who.caches();
    }

    private void takeRecalled() {
      List<Recalled> all =
          operations.memberAnswers().stream()
              .filter(Recalled.class::isInstance)
              .map(Recalled.class::cast)
              .toList();
      operations.memberAnswers().clear();
      for (Recalled kept : all) {
        if (!table.learn(kept.cache(), kept.version())) {
          messages.print(
              "registry: node %d keeps %s as %s, which contradicts what others keep"
                  .formatted(
                      kept.from().value(), kept.cache().cache().name(), kept.cache().cache().id()));
        }
      }
      for (Recalled kept : all) {
        CacheId id = kept.cache().cache().id();
        if (id.value() < table.size()
            && table.get(id).cache().cpuPartial() != kept.cache().cache().cpuPartial()) {
          differing.add(id.value());
        }
      }
    }

    private boolean isRestart() {
      return introduced.values().stream().anyMatch(Introduced::hasBegun);
    }

    void tell(Asks asks) {
      Set<NodeId> told = new HashSet<>(there().toList());
      if (isRestart()) {
        members.present().forEach(told::add);
      }
      told.stream().sorted(BY_NUMBER).forEach(node -> tell(node, asks));
    }

    private void tell(NodeId node, Asks asks) {
      List<CpuId> cpus = topology.cpusOf(node);
      for (CacheRecord record : table.all()) {
        asks.member(node, r -> new MemberProtocol.Keep(r, record));
        asks.node(node, r -> new NodeProtocol.Describe(r, record.cache()));
        for (CpuId cpu : cpus) {
          asks.cpu(cpu, r -> new CpuProtocol.Describe(r, record.cache()));
          if (record.stage() == Stage.GONE) {
            asks.cpu(cpu, r -> new CpuProtocol.Forget(r, record.cache().id()));
          }
        }
      }
      tellMemory(node, asks);
      for (CpuId cpu : cpus) {
        if (!plugged.isOnline(cpu)) {
          asks.cpu(cpu, CpuProtocol.GoOffline::new);
        } else if (isRestart()) { // it may be about to leave for an earlier registry
          asks.cpu(cpu, CpuProtocol.GoOnline::new);
        }
      }
    }

    private void tellMemory(NodeId node, Asks asks) {
      for (int i = 0; i < topology.nodeCount(); i++) {
        NodeId of = new NodeId(i);
        boolean isOnline = plugged.hasMemory(of);
        if (topology.hasMemory(of) && (isRestart() || !isOnline)) {
          topology
              .cpusOf(node)
              .forEach(cpu -> asks.cpu(cpu, r -> new CpuProtocol.SetMemory(r, of, isOnline)));
        }
      }
      Introduced who = introduced.get(node);
      if (who == null || !topology.hasMemory(node)) {
        return;
      }
      if (!who.hasBegun() && !plugged.hasMemory(node)) {
        asks.node(node, r -> new NodeProtocol.SetMemory(r, MemoryState.GOING_OFFLINE));
        asks.node(node, r -> new NodeProtocol.SetMemory(r, MemoryState.OFFLINE));
      } else if (who.memory() == MemoryState.GOING_OFFLINE) {
        asks.node(node, r -> new NodeProtocol.SetMemory(r, MemoryState.ONLINE));
      }
    }

    void begin(Asks asks) {
      there().forEach(node -> asks.member(node, MemberProtocol.Begin::new));
    }

    void admit(Asks asks) {
      joined.forEach(members::admit);
      if (isRestart()) {
        for (CacheRecord record : table.all()) {
          boolean wasBegun = record.stage() == Stage.EXISTS || record.stage() == Stage.GOING;
          if (record.isGoing() && wasBegun) {
            undone.destroy(record.cache().id());
          }
        }
      }
      differing.forEach(number -> undone.flush(new CacheId(number)));
    }
  }

  /// Goes before all operations that wait.
  ///
  /// @param then runs when all of them that are still there take part
  void of(Collection<Incarnation> joined, Runnable then) {
    Round round = new Round(joined);
    operations.startFirst(
        List.of(
            round::introduce, round::take, round::recall, round::tell, round::begin, round::admit),
        then);
  }
}
