/// Where the time of a request to another member's node goes.
///
/// ```text
/// cpu asks   sent  told  encoding  encoded        arrived  decoded  taken        sent
///    |--------|-----|-------|---------|----- ~ ------|--------|-------|------------|   and back
///       cpu    wire   queue  serializ.     wire       serializ. mailbox    home
///
/// back: the same from the home's `sent` to the member's `taken`; then until the cpu takes it: cpu
/// ```
///
/// One time is one change of hands: each part begins where another ends, so they add up. Two clocks
/// are read: in the sum of both wires what the two are apart cancels.
///
/// Decisions:
/// - What a shim does to frames on purpose is the network's doing: from `sent` to `told` counts as
///   wire.
/// - Waiting for the gate of a member counts as its mailbox: both are one lock.
/// - A request that was sent twice is counted apart: which of its times belong together is not
///   known.
@NullMarked
package org.numaslab.coordinator.cost;

import org.jspecify.annotations.NullMarked;
