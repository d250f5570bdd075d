package org.numaslab.coordinator.driver.cluster;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.Address;

/// Where links of a process are cut on purpose, by the address at the other end: whoever is there,
/// now or later, as with a cable. One that is cut twice has to be mended twice.
///
/// For any thread.
final class Cuts {
  private final Map<Address, Integer> to = new ConcurrentHashMap<>();
  private final Map<Address, Integer> from = new ConcurrentHashMap<>();

  /// @param both whether what comes from there is lost as well as what is sent there
  void cut(Address at, boolean both) {
    to.merge(at, 1, Integer::sum);
    if (both) {
      from.merge(at, 1, Integer::sum);
    }
  }

  /// The reverse of [#cut].
  void mend(Address at, boolean both) {
    to.computeIfPresent(at, (a, cuts) -> cuts == 1 ? null : cuts - 1);
    if (both) {
      from.computeIfPresent(at, (a, cuts) -> cuts == 1 ? null : cuts - 1);
    }
  }

  /// Whether what is sent there is lost.
  boolean isCutTo(Address at) {
    return to.containsKey(at);
  }

  /// Whether what comes from there is lost.
  boolean isCutFrom(Address at) {
    return from.containsKey(at);
  }
}
