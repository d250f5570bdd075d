package org.numaslab.node.protocol;

import org.numaslab.node.topology.CpuId;

/// Who asks: a cpu, and which life of it.
///
/// @param incarnation grows when the cpu's process is started again
public record Caller(CpuId cpu, int incarnation) {}
