/// Random clusters, loads and faults in virtual time, many of them, and what becomes of every
/// object.
@NullMarked
package org.numaslab.coordinator.swarm;

import org.jspecify.annotations.NullMarked;
