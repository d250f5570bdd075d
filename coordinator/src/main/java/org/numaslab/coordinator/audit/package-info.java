/// Proves that nothing was lost. Its own code over plain dumps and plain events: it shares no class
/// with the allocator, and trusts none of its counters; of other packages it knows only the two
/// failures that a command line shows.
///
/// ```text
/// MachineDump --> Audit                                 a machine at rest
/// Event ------> HistoryAudit, HistoryHash, HistoryWriter    what happened, in order
///                    ^                          |
///                    +-- HistoryReader <-- HistoryFile
/// ```
@NullMarked
package org.numaslab.coordinator.audit;

import org.jspecify.annotations.NullMarked;
