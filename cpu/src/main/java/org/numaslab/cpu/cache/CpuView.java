package org.numaslab.cpu.cache;

import org.jspecify.annotations.Nullable;
import org.numaslab.node.protocol.SlabRef;

/// What a cpu holds of a cache, for reports.
///
/// @param slab its current slab, null for none
/// @param free indexes of the objects on its free list, in list order
/// @param partial its partial list, head first
public record CpuView(@Nullable SlabRef slab, int[] free, SlabRef[] partial) {}
