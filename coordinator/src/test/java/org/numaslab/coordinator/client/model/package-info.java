/// Random calls of the API on random machines, against a naive model of what must come of them.
///
/// ```text
/// Calls          what a task may do: one method each
/// Sequence       which calls, of which task, in which round; drawn from a seed, shrunk when it fails
/// RandomMachine  nodes, CPUs, boot options and driver, from the same seed
/// Play           runs a sequence, audits the machine after each round
/// Model          what is alive, with its contents; what was counted
/// Api            the calls themselves, so that a test can plant a bug behind them
/// ```
@NullMarked
package org.numaslab.coordinator.client.model;

import org.jspecify.annotations.NullMarked;
