/// The whole machine in one thread, every choice from a seed.
@NullMarked
package org.numaslab.coordinator.driver.simulate;

import org.jspecify.annotations.NullMarked;
