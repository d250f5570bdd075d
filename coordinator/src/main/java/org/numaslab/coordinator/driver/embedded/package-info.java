/// The whole machine in one JVM: an actor for each cpu and each node, on one dispatcher as wide as
/// the real machine.
@NullMarked
package org.numaslab.coordinator.driver.embedded;

import org.jspecify.annotations.NullMarked;
