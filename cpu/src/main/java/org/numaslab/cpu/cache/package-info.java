/// The hot path: one cpu's half of every cache, and the operations of a cpu as a pure state
/// machine.
///
/// | datum | only writer | others may |
/// |---|---|---|
/// | [KmemCacheCpu]: free list, current slab, partial list, counters | its cpu | read the counters, late |
/// | the list of a lent slab that is current | the borrowing cpu, as indexes | the home gets the rest back |
/// | remote-free batches | the cpu | nothing |
///
/// An operation ends at once or waits for one node. While it waits nothing else changes the cpu:
/// what arrives is kept and applied at the next boundary of operations, in order of arrival.
///
/// Departure from the kernel: for `kmem_cache_free_bulk` a cpu knows the slab of another node's
/// object only as the naturally aligned block of the cache's order. Where slabs of the minimum
/// order share such a block, the home splits the run.
@NullMarked
package org.numaslab.cpu.cache;

import org.jspecify.annotations.NullMarked;
