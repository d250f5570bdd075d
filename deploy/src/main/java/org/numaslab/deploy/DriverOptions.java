package org.numaslab.deploy;

import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import picocli.CommandLine.Option;

/// What moves messages and time on a machine in one process.
final class DriverOptions {
  /// Of processes: each moves itself, in real time.
  static final DriverOptions NONE = new DriverOptions();

  @Option(
      names = "--driver",
      paramLabel = "NAME",
      order = 12,
      converter = EnumWord.Drivers.class,
      description =
          "embedded: an actor for each cpu and node, timed by the clock; simulate: one thread,"
              + " everything from the seed (embedded).")
  Driver driver = Driver.EMBEDDED;

  @Option(
      names = "--order",
      paramLabel = "NAME",
      order = 13,
      converter = EnumWord.Orders.class,
      description =
          "causal: each cpu in its own order, a free after its allocation; exact: the order of the"
              + " trace (embedded: causal, simulate: exact).")
  @Nullable Order order;

  Order order() {
    Order given = order;
    if (given != null) {
      return given;
    }
    return driver == Driver.EMBEDDED ? Order.CAUSAL : Order.EXACT;
  }

  boolean isGiven() {
    return order != null || driver != Driver.EMBEDDED;
  }
}
