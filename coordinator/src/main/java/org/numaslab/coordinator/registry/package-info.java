/// The caches of the machine: the only writer of their descriptions, and the operations that need
/// every cpu.
///
/// One operation runs at a time, as the kernel's slab_mutex and flush_lock have it: two that flush
/// all CPUs would wait for each other.
///
/// The nodes may be in processes of their own, which come and go. Then
/// - every member keeps a record of each cache, told before anything is done: a registry that
///   starts again learns from them what exists, and does again what was not brought to its end;
/// - the number of the request that told a record is its version: it grows from one life of the
///   registry to the next, so the newest is right, whichever members are left;
/// - nobody is asked before being told all that exists, and nobody who is removed is waited for.
///
/// A member that was removed, and does not know it, may be asked for caches that were made since.
/// Its home refuses, and its shell takes no hand-off of them.
@NullMarked
package org.numaslab.coordinator.registry;

import org.jspecify.annotations.NullMarked;
