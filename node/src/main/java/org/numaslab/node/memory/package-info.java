/// Emulated physical memory: real off-heap pages, the page-frame table beside them, and the word in
/// which the state of a slab lives. The only place of the project that reserves or opens memory.
///
/// | datum | only writer | others may |
/// |---|---|---|
/// | a page | the holder of the objects in it, on the page's own node | nothing: they send a message to the node |
/// | frame table: kind, order, cache, head, links | the node of the frame | CPUs of that node: read them |
/// | slab word | CPUs of the node and the node itself, by compare-and-exchange | - |
///
/// Each JVM reserves address space once and hands out one range per machine. Alternatives that were
/// measured and dropped: a segment in an instance field (2.6 times the cost of a static one),
/// `Arena.allocate` (fills with zeros: every page would be touched), one segment per page.
@NullMarked
package org.numaslab.node.memory;

import org.jspecify.annotations.NullMarked;
