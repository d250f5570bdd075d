/// Failures on purpose, as the kernel's fault injection makes them.
@NullMarked
package org.numaslab.coordinator.fault;

import org.jspecify.annotations.NullMarked;
