package org.numaslab.coordinator.registry;

import java.util.List;
import java.util.function.LongFunction;
import org.numaslab.coordinator.registry.CacheRecord.Stage;
import org.numaslab.coordinator.registry.Operations.Step;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Steps that operations are made of. Each asks those who are present when its turn comes.
final class Steps {
  private final Topology topology;
  private final Members members;
  private final Plugged plugged;
  private final CacheTable table;

  Steps(Topology topology, Members members, Plugged plugged, CacheTable table) {
    this.topology = topology;
    this.members = members;
    this.plugged = plugged;
    this.table = table;
  }

  /// Makes a cache, or attributes that have changed, known to all.
  List<Step> describe(KmemCache cache) {
    return List.of(
        keep(cache.id()),
        nodes(r -> new NodeProtocol.Describe(r, cache)),
        allCpus(r -> new CpuProtocol.Describe(r, cache)));
  }

  /// Lets every member keep the record of a cache as it is now: what follows can then be done again
  /// by a registry that starts later.
  Step keep(CacheId cache) {
    return asks -> {
      if (members.areApart()) {
        CacheRecord record = table.get(cache);
        members
            .present()
            .forEach(node -> asks.member(node, r -> new MemberProtocol.Keep(r, record)));
      }
    };
  }

  /// A cache comes to another stage.
  Step become(CacheId cache, Stage stage) {
    return asks -> {
      table.set(table.get(cache).with(stage));
      keep(cache).ask(asks);
    };
  }

  Step flush(CacheId cache) {
    return cpus(r -> new CpuProtocol.Flush(r, cache));
  }

  /// CPUs that are on line.
  Step cpus(LongFunction<CpuProtocol> message) {
    return asks ->
        plugged.cpus().stream()
            .mapToObj(CpuId::new)
            .filter(this::isPresent)
            .forEach(cpu -> asks.cpu(cpu, message));
  }

  /// Also those that are off line.
  Step allCpus(LongFunction<CpuProtocol> message) {
    return asks -> {
      for (int i = 0; i < topology.cpuCount(); i++) {
        cpu(new CpuId(i), message).ask(asks);
      }
    };
  }

  Step cpu(CpuId cpu, LongFunction<CpuProtocol> message) {
    return asks -> {
      if (isPresent(cpu)) {
        asks.cpu(cpu, message);
      }
    };
  }

  Step nodes(LongFunction<NodeProtocol.FromRegistry> message) {
    return asks -> members.present().forEach(node -> asks.node(node, message));
  }

  Step node(NodeId node, LongFunction<NodeProtocol.FromRegistry> message) {
    return asks -> {
      if (members.isPresent(node)) {
        asks.node(node, message);
      }
    };
  }

  private boolean isPresent(CpuId cpu) {
    return members.isPresent(topology.nodeOf(cpu));
  }
}
