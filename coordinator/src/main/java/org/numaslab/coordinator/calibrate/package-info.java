/// What crossing processes costs beside what messages cost by themselves, measured in turns by one
/// of the processes of a cluster, with another one at the other end.
@NullMarked
package org.numaslab.coordinator.calibrate;

import org.jspecify.annotations.NullMarked;
