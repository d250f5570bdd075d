/// Runs a trace on a machine and gathers what came of it.
@NullMarked
package org.numaslab.coordinator.experiment;

import org.jspecify.annotations.NullMarked;
