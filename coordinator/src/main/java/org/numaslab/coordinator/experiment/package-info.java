/// Runs a trace, or a load, on a machine and gathers what came of it.
///
/// ```text
/// one process                           each process of a cluster
///   Replay: ReplayProgram on each cpu     Replay: MemberReplay on each cpu that is here
///           SlotTable, of all CPUs                SlotTable, of what stays in a member
///                                                 HandOffs <=== objects, names ===> other members
/// ```
///
/// Decisions:
/// - All processes read the same trace with the same options. So they agree on slots, routes and
///   caches, and what goes between tasks is the object and the name of its slot and round.
/// - The border is the member, not the process: of two nodes in one process too each accounts for
///   what has left it.
/// - A hand-off may be late, or come after what says that its object is lost. A name says slot and
///   round, so each comes to the place that it is for, or to none.
/// - Nobody waits for a member that is removed: what it would have allocated or freed is counted.
@NullMarked
package org.numaslab.coordinator.experiment;

import org.jspecify.annotations.NullMarked;
