/// The kernel's memory API for Java programs: tasks on emulated CPUs call what kernel code calls,
/// under the same names in Java spelling, and get the same answers.
///
/// A program starts tasks with [Kthreads]; each gets itself as `current` and does everything
/// through it.
@NullMarked
package org.numaslab.cpu.client;

import org.jspecify.annotations.NullMarked;
