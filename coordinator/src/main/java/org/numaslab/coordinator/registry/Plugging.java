package org.numaslab.coordinator.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.numaslab.coordinator.registry.Operations.Step;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply.MemorySet;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// The registry's operations on CPUs and memory as such: off line, and back.
///
/// Owner: the registry.
final class Plugging {
  private final Plugged plugged;
  private final CacheTable table;
  private final Steps steps;
  private final Operations operations;

  Plugging(Plugged plugged, CacheTable table, Steps steps, Operations operations) {
    this.plugged = plugged;
    this.table = table;
    this.steps = steps;
    this.operations = operations;
  }

  void setCpu(CpuId cpu, boolean up, IntConsumer then) {
    int[] returned = new int[1];
    Step change =
        asks -> {
          returned[0] = plugged.answer(cpu, up);
          if (returned[0] == 0) {
            plugged.set(cpu, up);
            steps.cpu(cpu, up ? CpuProtocol.GoOnline::new : CpuProtocol.GoOffline::new).ask(asks);
          }
        };
    operations.start(List.of(change), answered -> then.accept(returned[0]));
  }

  void setMemory(NodeId node, boolean up, IntConsumer then) {
    int[] returned = new int[1];
    List<Step> all = new ArrayList<>();
    if (up) {
      all.add(setMemory(node, MemoryState.ONLINE));
    } else {
      all.add(setMemory(node, MemoryState.GOING_OFFLINE));
      for (CacheRecord each : table.all()) {
        CacheId cache = each.cache().id();
        all.add(steps.flush(cache));
        all.add(steps.nodes(r -> new NodeProtocol.Shrink(r, cache)));
      }
      all.add(setMemory(node, MemoryState.OFFLINE));
    }
    all.add(asks -> {
      if (!up && isVetoed()) {
        returned[0] = -Errno.EBUSY.number();
      } else {
        plugged.set(node, up);
        steps.allCpus(r -> new CpuProtocol.SetMemory(r, node, up)).ask(asks);
      }
    });
    Step check = asks -> returned[0] = plugged.answer(node, up);
    Stream<Step> unlessRefused =
        all.stream()
            .map(step ->
                asks -> {
                  if (returned[0] == 0) {
                    step.ask(asks);
                  }
                });
    operations.start(
        Stream.concat(Stream.of(check), unlessRefused).toList(),
        answered -> then.accept(returned[0]));
  }

  private Step setMemory(NodeId node, MemoryState state) {
    return steps.node(node, r -> new NodeProtocol.SetMemory(r, state));
  }

  /// Whether the node has answered to OFFLINE that it is ONLINE: pages of it are in use.
  private boolean isVetoed() {
    return operations.answers().stream()
        .anyMatch(a -> a instanceof MemorySet set && set.state() == MemoryState.ONLINE);
  }
}
