/// The command line: one class per command, and the one place where a failure becomes a line on
/// standard error.
///
/// A new command is a class `XCommand implements Callable<Integer>` with picocli's `@Command`,
/// whose footer shows an example, and its name in the list of [Numaslab]. `--help` it inherits. It
/// returns an [ExitCode], and for what it cannot do throws `BadInput` or `EnvironmentFailure`;
/// printing those is not its concern.
@NullMarked
package org.numaslab.deploy;

import org.jspecify.annotations.NullMarked;
