package org.numaslab.coordinator.driver;

import org.numaslab.node.cache.Nature;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Gives each part of a machine its [Nature].
public interface Natures {
  Nature ofNode(NodeId node);

  Nature ofCpu(CpuId cpu);

  Nature ofRegistry();
}
