/// Proves that nothing was lost. Its own code over plain dumps: it shares no class with the
/// allocator, and trusts none of its counters.
@NullMarked
package org.numaslab.coordinator.audit;

import org.jspecify.annotations.NullMarked;
