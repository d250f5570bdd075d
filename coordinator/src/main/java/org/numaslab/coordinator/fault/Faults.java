package org.numaslab.coordinator.fault;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the emulated kernel makes fail on purpose. One for a machine: its CPUs share the counts.
///
/// @param slab null for no [FailSlab]
/// @param pages null for no [FailPageAlloc]
public record Faults(@Nullable FailSlab slab, @Nullable FailPageAlloc pages) {
  /// Nothing fails but by itself.
  public static Faults none() {
    return new Faults(null, null);
  }

  /// The same, with counts of their own.
  public Faults afresh() {
    return new Faults(slab == null ? null : slab.afresh(), pages == null ? null : pages.afresh());
  }

  /// The injection points that are on.
  public Stream<FaultAttr> attrs() {
    return Stream.concat(
        slab == null ? Stream.empty() : Stream.of(slab.attr()),
        pages == null ? Stream.empty() : Stream.of(pages.attr()));
  }
}
