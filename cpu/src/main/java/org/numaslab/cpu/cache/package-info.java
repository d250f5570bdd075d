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
/// After a failure. What the shell around a cpu does may fail while the cpu hands it a message, in
/// the middle of a step:
///
/// | what was under way | after [Cpu#recover] |
/// |---|---|
/// | the message | it is sent: what a step has decided is done, frees above all |
/// | an allocation that had just begun | it goes on for nobody; what it comes to is given back |
/// | an allocation that an answer had woken | it goes on; or comes to nothing, where it does not wait again |
/// | a flush, a return of loans | it is done again |
/// | slabs off their list and in no message yet; slabs whose list, frame or word is not as it must be | [Quarantine]: leaked rather than handed out twice |
///
/// Whatever else is thrown is a fault of the state machine or of the program. Nobody has thought of
/// the state that it leaves, so nobody goes on with it: it ends the run. A corrupt list that is
/// followed is an oops, and ends the emulated machine; one that is found before that, after a
/// failure, is quarantined.
///
/// Departure from the kernel: for `kmem_cache_free_bulk` a cpu knows the slab of another node's
/// object only as the naturally aligned block of the cache's order. Where slabs of the minimum
/// order share such a block, the home splits the run.
@NullMarked
package org.numaslab.cpu.cache;

import org.jspecify.annotations.NullMarked;
