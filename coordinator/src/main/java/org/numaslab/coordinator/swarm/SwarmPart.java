package org.numaslab.coordinator.swarm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.cost.CostParts;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.topology.BadInput;

/// What one process says of its part of a swarm's run.
///
/// @param lives of its nodes, one each
/// @param out objects of its nodes that are outside, though every task has freed everything
/// @param here objects of other nodes that are inside it
/// @param outFirst some of those that are out, for people
/// @param hereFirst some of those that are inside
/// @param reclaimedAt when its last census was closed, by the monotonic clock; 0 for never
/// @param hits messages of this process that faults of each kind have hit
/// @param notOutFirst some objects that came back to its nodes though they were not out
/// @param bytes that went to each node of another process
/// @param refusedFrames what arrived and was no message
/// @param costs where the time of its requests to other nodes went
public record SwarmPart(
    List<Integer> nodes,
    List<Integer> lives,
    long operations,
    long allocations,
    long remote,
    long handOffs,
    long refused,
    long failed,
    long lost,
    long out,
    long here,
    List<Long> outFirst,
    List<Long> hereFirst,
    long reclaimed,
    long reclaimedAt,
    Map<Rejection, Long> rejections,
    Map<FaultKind, Long> hits,
    List<Long> notOutFirst,
    Map<Integer, Long> messages,
    Map<Integer, Long> bytes,
    long refusedFrames,
    CostParts costs,
    MachineDump dump) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /// So many objects are named.
  static final int NAMED_MAX = 32;

  byte[] encode() {
    try {
      return MAPPER.writeValueAsBytes(this);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers that are no JSON", impossible);
    }
  }

  /// @throws BadInput when no process has written this
  public static SwarmPart decode(byte[] bytes) {
    try {
      return MAPPER.readValue(bytes, SwarmPart.class);
    } catch (IOException damaged) {
      throw new BadInput("part of a result: damaged: " + damaged.getMessage(), damaged);
    }
  }

  /// All parts as one machine.
  static MachineDump merged(List<SwarmPart> parts) {
    List<MachineDump.NodeDump> nodes = new ArrayList<>();
    List<MachineDump.CpuDump> cpus = new ArrayList<>();
    parts.forEach(part -> {
      nodes.addAll(part.dump.nodes());
      cpus.addAll(part.dump.cpus());
    });
    return new MachineDump(parts.getFirst().dump.caches(), nodes, cpus, new HashMap<>());
  }
}
