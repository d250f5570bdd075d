/// The caches of the machine: the only writer of their descriptions, and the operations that need
/// every cpu.
///
/// One operation runs at a time, as the kernel's slab_mutex and flush_lock have it: two that flush
/// all CPUs would wait for each other.
@NullMarked
package org.numaslab.coordinator.registry;

import org.jspecify.annotations.NullMarked;
