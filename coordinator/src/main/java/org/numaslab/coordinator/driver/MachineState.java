package org.numaslab.coordinator.driver;

import java.util.List;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.topology.Topology;

/// The state machines of a machine, for reports and audits while nothing is under way.
///
/// @param nodes by number
/// @param cpus by number
public record MachineState(
    Topology topology, Memory memory, List<NodeState> nodes, List<Cpu> cpus, Registry registry) {}
