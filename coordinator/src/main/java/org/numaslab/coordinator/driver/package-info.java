/// What moves messages and time: the same state machines, run in one thread or by actors.
@NullMarked
package org.numaslab.coordinator.driver;

import org.jspecify.annotations.NullMarked;
