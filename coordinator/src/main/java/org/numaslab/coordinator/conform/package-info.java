/// The judge: runs what was done to a real kernel on an emulated machine, and compares state by
/// state.
///
/// The recording decides only what a machine cannot compute: which page a new slab got and where
/// its free list begins, whether a draw for other nodes' lists was won, a cache's random sequence,
/// and the order of equally full slabs after a shrink. Everything else must come out equal.
///
/// Apart from that, and without a machine: [GeometryCheck] recomputes recorded tables of sizes,
/// offsets and orders.
@NullMarked
package org.numaslab.coordinator.conform;

import org.jspecify.annotations.NullMarked;
