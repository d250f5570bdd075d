/// Rules broken on purpose: production text with a snippet changed, compiled in memory.
@NullMarked
package org.numaslab.coordinator.mutation;

import org.jspecify.annotations.NullMarked;
