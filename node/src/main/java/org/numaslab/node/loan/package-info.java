/// What crosses the border of a member: loans, frees and hand-offs that survive lost messages and
/// lost members. Pure state machines; time comes in as a number.
///
/// A member is one process with one node and its CPUs. The *home* of an object is the node in whose
/// memory it lies. Inside a member nothing here is on the way; at its border
///
/// | table | where | changes when |
/// |---|---|---|
/// | `out`: objects that are outside this member | [org.numaslab.node.loan.Home] | an address crosses its border |
/// | leases: who may have any, until when, which view it has fenced | [org.numaslab.node.loan.Home] | a renewal |
/// | `here`: another home's objects inside this member, free in a loan or in use | [org.numaslab.node.loan.Border] | an address crosses its border |
/// | open requests, with the addresses that they name | both | a request is sent, its answer has taken effect |
///
/// | rule | |
/// |---|---|
/// | R1 once | requests are numbered; the receiver keeps its answers until the sender has them |
/// | R2 retry | a request is sent again until it is answered or the other side is removed; past its deadline an allocation gives back what it still gets |
/// | R3 incarnations | what is for another incarnation, or from a removed one, has no effect |
/// | R5 leases | a member counts from when it asked, the home longer from when it was asked; who has no lease is not served and takes over nothing |
/// | R6 late grants | wait for the next renewal |
/// | R7 removal | its loans are closed, its open requests are void; what was handed off to it went with it |
/// | R8 census | what the removed had is free again when all others have said that they do not have it |
/// | R9 hand-offs | are requests: the sender has the objects until they are taken |
/// | R10 unsure | what comes back but is not out stays where it is, and is counted; what a member is wrong about is leaked until it is gone |
///
/// What simulation has taught, beyond the plain rules:
///
/// | rule | without it |
/// |---|---|
/// | a grant takes effect when its cpu takes it, not when it arrives | a cpu that is preempted in between hands out an object after the lease, or has a slab of a home that is gone |
/// | what a bulk allocation has so far goes back when the lease ends, but not an object that is being cleared | it is handed out without a lease; or it is cleared when it is somebody else's |
/// | a store is never given up | it arrives when the object is somebody else's |
/// | nothing is asked before the first lease | the home does not serve it, and it is sent in vain |
/// | a request is bound to the life of the home that its cpu knew | a shell that was away gives old slabs back to the next life |
/// | what went with a removed member is listed until its home has removed it too | that member, not removed there, takes it after it was swept |
/// | a home waits for its own open hand-offs before it counts | an object on its way is swept |
///
/// What a home does with a member that is wrong about what it has (R10). The home's own tables are
/// right, and the slab is not damaged: what is refused has changed nothing. So
///
/// | a member | the home | as the kernel |
/// |---|---|---|
/// | frees what is not out | does not free it; the slab stays in use | `free_consistency_checks`: "Object not freed", and the slab goes on |
/// | names a loan that is not open | does nothing | - |
/// | gives back a loan and names what is not out | takes back nothing: the slab stays frozen and lent, its objects out, until that member is removed and the census says who has what | `alloc_debug_processing`: all objects count as used |
///
/// To take the slab itself out of use would be less safe, not more: its home could do that only
/// while it is on the partial list, for else a cpu or another member is using it; and anybody could
/// lose any slab by naming an object of it.
///
/// A check that fails where no debug flag asks for checks is no such case: there the kernel follows
/// a bad pointer and stops, so that is an oops, and ends the member.
///
/// Needless here: that a home lists its own open hand-offs as well. It has waited for those that
/// were open, and later ones are no candidates.
///
/// The removal of a member is final and reaches everybody who stays; clocks drift by less than 3 %;
/// nobody lies.
@NullMarked
package org.numaslab.node.loan;

import org.jspecify.annotations.NullMarked;
