package org.numaslab.coordinator.fault;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.numaslab.node.slab.KernelMessages;

/// What an injection point needs of the machine to decide and to tell.
///
/// @param percent draws 0..99
/// @param uptimeNanos since boot, for messages that must not come too often
/// @param log the kernel's
public record Surroundings(IntSupplier percent, LongSupplier uptimeNanos, KernelMessages log) {}
