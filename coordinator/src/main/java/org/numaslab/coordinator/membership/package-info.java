/// A run of a cluster: what its coordinator wants of the processes, and how far each of them is.
///
/// ```text
/// coordinator                                    each process with nodes
///   RunLead  ---- Want: run, phase, words --->   RunFollower ---> Job: makes its part of the machine,
///            <--- Standing: phase, counts ----                    runs it, says what came of it
///            ---- Fetch / Fetched: the part of the result --->
/// ```
///
/// The coordinator says again and again what it wants; a process says how far it is. So a lost
/// message is nothing, and a coordinator that is started again needs only ask. Allocations and
/// frees need none of this.
@NullMarked
package org.numaslab.coordinator.membership;

import org.jspecify.annotations.NullMarked;
