/// The link between the registry, which is in a process of its own, and the members, over a network
/// that loses, doubles and reorders. Pure state machines; time comes in as a number.
///
/// ```text
///   Coordinator (one life of the registry's process)          member (one life of a node's process)
///   Registry --> ControlSender ---- Request ---->  ControlReceiver --> node, CPUs, KnownCaches
///                one per member <--- Answer -----
///                               <-- Superseded --
/// ```
///
/// | rule | |
/// |---|---|
/// | at least once | a request is sent again until it is answered, or the member is removed |
/// | once | requests are numbered; a member keeps its answers until the coordinator has them |
/// | in order | a member starts requests in the order of their numbers; they may end in another |
/// | two lives | a frame names the life of the member and that of the coordinator: others' have no effect, and a coordinator that is not the newest is told so |
///
/// The coordinator is not on the data path: allocation and free go on without it.
@NullMarked
package org.numaslab.coordinator.control;

import org.jspecify.annotations.NullMarked;
