package org.numaslab.coordinator.driver.cluster;

import java.util.Map;
import java.util.function.Consumer;
import org.numaslab.coordinator.fault.FaultKind;

/// What stands between the borders of a process and Artery: where messages are lost, late, doubled
/// and overtaken on purpose.
public interface Shim {
  /// Lets everything pass.
  Shim NONE =
      new Shim() {
        @Override
        public MemberLink around(Consumer<Parcel> wire, Clock clock) {
          return wire::accept;
        }

        @Override
        public void begin() {}
      };

  /// Runs something later.
  interface Clock {
    void after(long nanos, Runnable action);
  }

  /// A link that does to parcels what it has to before they go on.
  MemberLink around(Consumer<Parcel> wire, Clock clock);

  /// The time of its schedule begins now.
  void begin();

  /// How many messages of this process faults of each kind have hit.
  default Map<FaultKind, Long> hits() {
    return Map.of();
  }
}
