package org.numaslab.cpu.protocol;

import org.numaslab.node.topology.CpuId;

/// A cpu has done what the registry asked.
public record CpuReply(long request, CpuId from) {}
