package org.numaslab.deploy.bench;

import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.Topology;
import org.slf4j.LoggerFactory;

/// Machines of the embedded driver.
final class ActorMachine {
  private static final long NODE_BYTES = 1L << 30;

  private ActorMachine() {}

  static EmbeddedMachine start(int nodes, int cpusPerNode) {
    // Before there are actors: when many threads log first, SLF4J says so on standard error.
    LoggerFactory.getILoggerFactory();
    Topology topology = Topology.uniform(nodes, cpusPerNode, NODE_BYTES);
    return EmbeddedMachine.start(
        topology,
        memory -> new LiveNatures(topology, memory, 1, RemoteDraw.SEEDED),
        nodes * NODE_BYTES,
        Turn.OPERATIONS_MAX);
  }

  static KmemCache create(EmbeddedMachine machine, int objectBytes) {
    return machine.create("objects", DirectMachine.kmalloc(objectBytes), false, null);
  }
}
