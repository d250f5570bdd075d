package org.numaslab.coordinator.trace;

/// A cache that a trace allocates from.
///
/// @param name unique in the trace; the kernel directory's name where that has the cache with this
///   slab size
/// @param objectSizeBytes what a caller may use; of a cache in no kernel directory the largest
///   bytes_req seen
/// @param slabSizeBytes distance of two objects: bytes_alloc
/// @param namedBy the surest way in which one of its allocations was named
/// @param inKernelDirectory false: made from its events alone
public record TraceCache(
    String name,
    int objectSizeBytes,
    int slabSizeBytes,
    NamedBy namedBy,
    boolean inKernelDirectory) {}
