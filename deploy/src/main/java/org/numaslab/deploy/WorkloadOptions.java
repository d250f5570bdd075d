package org.numaslab.deploy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.RandomLoad.Length;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.node.topology.BadInput;
import picocli.CommandLine.Option;

/// A load without a trace.
final class WorkloadOptions {
  private static final Pattern RANDOM = Pattern.compile("random(?::(\\d{1,15})(ops)?)?");
  private static final Pattern SWARM = Pattern.compile("swarm(?::([1-9]\\d{0,14})ops)?");
  static final String CALIBRATION = "calibrate";
  private static final long SWARM_DEFAULT = 100_000;
  private static final long SECONDS_DEFAULT = 10;
  private static final long OPERATIONS_DEFAULT = 1_000_000;
  private static final long SECONDS_MAX = 7 * 24 * 3600;
  private static final int CACHES_DEFAULT = 32;
  private static final int CACHES_MAX = 4096;
  private static final String ALLOWED =
      "random, random:SECONDS up to "
          + SECONDS_MAX
          + ", or random:Nops; of processes also swarm, swarm:Nops or calibrate";

  @Option(
      names = "--workload",
      paramLabel = "LOAD",
      order = 9,
      description =
          "No trace but random[:LENGTH]: random tasks on all cpus, for LENGTH seconds (10) or, as in"
              + " 5000000ops, so many operations in all; simulate has no clock and takes operations"
              + " (1000000ops). On processes also swarm[:Nops], tasks that write down what they do,"
              + " until those who are left have done so much (100000ops), for --faults and audits; and"
              + " calibrate, which measures only.")
  @Nullable String workload;

  @Option(
      names = "--workload-caches",
      paramLabel = "N",
      order = 9,
      description = "Caches of random sizes for them (32); a kernel folder's caches go before.")
  @Nullable Integer caches;

  boolean isGiven() {
    return workload != null;
  }

  /// Whether it is no load, but the measuring of what crossing processes costs: for clusters.
  boolean isCalibration() {
    return CALIBRATION.equals(workload);
  }

  /// Whether its tasks write down what they do, as those of `numaslab simulate`: for clusters.
  boolean isSwarm() {
    return workload != null && SWARM.matcher(workload).matches();
  }

  /// Operations of all its tasks together.
  long swarmOperations() {
    Matcher matcher = SWARM.matcher(workload == null ? "" : workload);
    return matcher.matches() && matcher.group(1) != null
        ? Long.parseLong(matcher.group(1))
        : SWARM_DEFAULT;
  }

  /// @throws BadInput for anything that is no load, or that does not go with the other options
  void check(TraceOptions trace, MachineOptions machine, DriverOptions moves) {
    if (!isGiven()) {
      if (caches != null) {
        throw new BadInput("--workload-caches: got no --workload, allowed: with one");
      }
      return;
    }
    String other =
        trace.isGiven()
            ? "options of a trace"
            : moves.order != null ? "--order" : machine.cold ? "--cold" : "";
    if (!other.isEmpty()) {
      throw new BadInput("--workload: got " + other + " too, allowed: either");
    }
    if (caches() < 1 || caches() > CACHES_MAX) {
      throw new BadInput("--workload-caches: got " + caches + ", allowed: 1.." + CACHES_MAX);
    }
    Length length = length(moves.driver);
    if (length.isTimed() && moves.driver == Driver.SIMULATE) {
      throw new BadInput(
          "--workload: got "
              + workload
              + " with --driver simulate, which has no clock, allowed: random:Nops");
    }
  }

  int caches() {
    Integer given = caches;
    return given == null ? CACHES_DEFAULT : given;
  }

  Length length(Driver driver) {
    Matcher matcher = RANDOM.matcher(workload == null ? "" : workload);
    if (!matcher.matches()) {
      throw new BadInput("--workload: got " + workload + ", allowed: " + ALLOWED);
    }
    if (matcher.group(1) == null) {
      return driver == Driver.SIMULATE
          ? Length.ofOperations(OPERATIONS_DEFAULT)
          : Length.ofSeconds(SECONDS_DEFAULT);
    }
    long number = Long.parseLong(matcher.group(1));
    boolean operations = matcher.group(2) != null;
    if (number < 1 || (!operations && number > SECONDS_MAX)) {
      throw new BadInput("--workload: got " + workload + ", allowed: " + ALLOWED);
    }
    return operations ? Length.ofOperations(number) : Length.ofSeconds(number);
  }

  /// The load as a word of the command line, its length said.
  String text(Driver driver) {
    Length length = length(driver);
    return "random:" + (length.isTimed() ? length.seconds() : length.operations() + "ops");
  }
}
