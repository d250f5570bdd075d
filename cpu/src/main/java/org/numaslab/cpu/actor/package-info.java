/// The shell around a cpu.
@NullMarked
package org.numaslab.cpu.actor;

import org.jspecify.annotations.NullMarked;
