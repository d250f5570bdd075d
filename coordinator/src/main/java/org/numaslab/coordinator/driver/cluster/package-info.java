/// The machine as processes: Pekko Cluster says who is there, Artery carries what crosses nodes,
/// the same state machines as everywhere decide.
///
/// ```text
/// one process
///   ClusterSystem ------ Pekko Cluster: Membership ---> Joined, Removed
///     Door               asked before a process joins
///     GuardedSystem      its actors; a FrameGuard reads along with each connection to it
///     ClusterMember      one for each node that the process has
///       MemberGate       who may touch what of it, and when
///       MemberTasks      its tasks, and what they pass on to those of other members
///       MemberActor      mailbox of the node and its borders <=== Parcel === other processes
///       CpuActor         one for each cpu; passes the gate of the member before it touches its cpu
///       ControlEnd       what the registry asks <=== RunMessage.Control === the coordinator's process:
///                                                     RunLead, RegistryOfRun (coordinator.control)
/// ```
///
/// Decisions:
/// - Pekko 1.7 believes the length of every frame and has no setting against it. So the transport
///   is ours to make, by what Pekko leaves open and two of its private fields; a test sends what it
///   would believe.
/// - A member is named by its role, `node-3-life-17`: whoever hears of a process, or of its
///   removal, knows which incarnation that is, without having talked to it.
/// - Frames go to a path, not to a reference that was handed over: whoever answers there reads for
///   which incarnation a frame is.
/// - A run has one registry, in the process that leads it. A member hears no other member before it
///   was told all that exists; a part of a run has its machine first, and its tasks when it was
///   told the caches. The link has its own numbers and repetitions, so its frames go with what is
///   said of the run: that reaches each process already.
/// - What a cpu wants of other members is asked when its turn is over: a turn is bounded, and the
///   borders belong to nobody's turn.
/// - A message costs Artery more than its bytes do: what nobody waits for (frees, slabs that go
///   back) is gathered while the mailbox is emptied, and goes as one [Parcel]; so do the answers to
///   it. What a cpu waits for goes at once.
@NullMarked
package org.numaslab.coordinator.driver.cluster;

import org.jspecify.annotations.NullMarked;
