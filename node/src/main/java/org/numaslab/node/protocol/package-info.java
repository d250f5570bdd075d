/// What is said between nodes and CPUs, and the pure state machine of a node that answers it.
///
/// A request carries who asks ([Caller]) and a number that its answer repeats. What a node does for
/// a cpu is counted in the answer and counts on that cpu. Slabs that go to a cpu of another node go
/// as loans: their pages stay, the right to hand out their objects travels.
@NullMarked
package org.numaslab.node.protocol;

import org.jspecify.annotations.NullMarked;
