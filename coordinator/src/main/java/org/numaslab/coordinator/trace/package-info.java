/// A recorded kernel trace, decoded once into what a replay needs: one compact list of operations
/// per cpu.
///
/// ```text
/// file | .gz | stdin --> TraceInput --> TraceScanner --------> EventLog -----------> Replayable --> Trace
///                        windows of     fast: ftrace columns   pointers joined       names, filter  CpuOperations per cpu
///                        whole lines    slow: TolerantLine     to slots, in order    per-cpu lists  TraceCursor, rounds
/// ```
///
/// Three steps, each of which sees every event once:
/// 1. *Scanning* finds cpu, time, pointer; the text around the pointer (call site before, sizes and
///    flags after) is only looked up in a table of texts seen before, and parsed when it is new. So
///    all generations of fields cost the same.
/// 2. *Joining* gives each allocation a slot and finds the slot of each free by its pointer. What
///    cannot be joined is counted by kind ([SetAside]), never dropped silently.
/// 3. *Naming* finds each allocation's cache ([NamedBy]), since a kernel before 6.15 does not say
///    it; then filters apply.
///
/// | datum | only writer | others may |
/// |---|---|---|
/// | EventLog, Texts | the thread that decodes | nothing until it is done |
/// | Trace, CpuOperations | nobody after decoding | read, from any thread |
/// | TraceCursor | the replayer of its cpu | nothing |
///
/// Decisions:
/// - Heap arrays, not a file of decoded events: 16 bytes per operation and 20 per slot fit where
///   the text (180 bytes per event) was at hand anyway.
/// - Text is scanned from native memory always (mapped file or direct buffer), so that the scanner
///   is compiled for one kind of memory and runs as fast for a .gz as for a file.
/// - An allocation of a pointer that is still live shows that a free went unseen: the replay frees
///   the earlier object just before, on the cpu of the new allocation (the kernel's bulk functions
///   and RCU batches free without an event).
/// - Call sites and tasks are kept only on request ([CallSites]): 16 bytes per slot.
/// - Pointers that were freed without ever having been seen are not remembered: freeing one again
///   is once more "never seen".
@NullMarked
package org.numaslab.coordinator.trace;

import org.jspecify.annotations.NullMarked;
