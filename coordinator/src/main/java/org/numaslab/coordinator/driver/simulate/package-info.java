/// Machines in one thread, every choice from a seed.
///
/// | class | what it is |
/// |---|---|
/// | [org.numaslab.coordinator.driver.simulate.SimulatedMachine] | one process: messages arrive at once or after random times; nobody is lost |
/// | [org.numaslab.coordinator.driver.simulate.SimulatedCluster] | a process for each node, in virtual time: links and members fail as a schedule says |
///
/// What fails inside a member of a cluster: the shell of a cpu while it sends, in the middle of
/// what the cpu does, and the emulated kernel, by an oops. The first recovers and goes on; the
/// second ends the member, which starts again as another one. Everything else that is thrown is a
/// fault of this program, and breaks the run.
///
/// In a cluster an action is one step of virtual time; whatever a member's state machines decide in
/// it is done in it, and what they send arrives in later ones. So two runs of a seed are the same.
@NullMarked
package org.numaslab.coordinator.driver.simulate;

import org.jspecify.annotations.NullMarked;
