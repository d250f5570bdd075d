/// The shell around a cpu.
///
/// | failure | then |
/// |---|---|
/// | a message could not be sent | the cpu recovers, the actor starts again, the program goes on if it can ([org.numaslab.cpu.client.Program#goesOnAfterCut]) |
/// | the same more than [org.numaslab.cpu.cache.Restarts#MAX] times in a short time | the cpu gives back what it has and goes off line; the failure is told |
/// | any other, of the program or of the state machine | it is told; the next message finds the same lists |
@NullMarked
package org.numaslab.cpu.actor;

import org.jspecify.annotations.NullMarked;
