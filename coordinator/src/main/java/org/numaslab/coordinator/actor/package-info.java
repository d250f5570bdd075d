/// The shell around the registry.
@NullMarked
package org.numaslab.coordinator.actor;

import org.jspecify.annotations.NullMarked;
