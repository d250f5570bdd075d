package org.numaslab.deploy;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.simulate.CostModel;
import org.numaslab.coordinator.report.Json;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.report.ScalingResult;
import org.numaslab.coordinator.swarm.Scaling;
import org.numaslab.deploy.bench.Calibration;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/// `numaslab simulate --scaling`: the same load on clusters of 1, 2, 4 ... nodes.
final class ScalingRun {
  private static final int[] REMOTE_PERCENT = {0, 20};
  private static final int CPUS_PER_NODE = 16;
  private static final long OPERATIONS_PER_CPU = 300;
  static final int NODES_MAX = 1024;

  @Option(
      names = "--scaling",
      order = 20,
      paramLabel = "NODES",
      arity = "0..1",
      fallbackValue = "256",
      description =
          "Instead: a table of the modelled throughput of 1, 2, 4 ... NODES (256) nodes of 16 CPUs,"
              + " of a local load and of one that asks the next node for a fifth of its objects.")
  @Nullable Integer nodes;

  @Option(
      names = "--costs",
      order = 21,
      paramLabel = "K=V,...",
      description =
          "Of --scaling or one run: what things take, in ns: fast, slow, mailbox, service, wire,"
              + " distance (more for each step of distance), and jitter of the wire in percent.")
  @Nullable String costs;

  @Option(
      names = "--calibrate",
      order = 22,
      description = "With --scaling: measures fast, mailbox, service and wire on this machine.")
  boolean calibrates;

  boolean isWanted() {
    return nodes != null;
  }

  String words() {
    return "--scaling "
        + nodes
        + (costs == null ? "" : " --costs " + costs)
        + (calibrates ? " --calibrate" : "");
  }

  int run(String command, long seed, OutputFolder output, PrintWriter stdout) {
    CostModel model = CostModel.oneHost();
    String from = "assumed";
    if (calibrates) {
      // Before there are actors: when many threads log first, SLF4J says so on standard error.
      LoggerFactory.getILoggerFactory();
      model = Calibration.measure(model);
      from = "measured on this machine, slow, distance and jitter assumed";
    }
    if (costs != null) {
      model = CostModel.parse("--costs", costs, model);
      from = calibrates ? "measured and given" : "given, the rest assumed";
    }
    List<List<Scaling.Row>> loads = new ArrayList<>();
    for (int remote : REMOTE_PERCENT) {
      loads.add(
          Scaling.of(
              nodes == null ? 1 : nodes,
              CPUS_PER_NODE,
              remote,
              OPERATIONS_PER_CPU,
              model,
              seed,
              row -> {}));
    }
    ScalingResult scaling =
        ScalingResult.of(Version.current(), command, model.toString(), from, loads);
    output.write(Map.of(RunFiles.SUMMARY, scaling.page(), RunFiles.RESULT, Json.of(scaling)));
    stdout.print(scaling.page());
    stdout.println("Results: " + output.path());
    stdout.flush();
    return scaling.isClean() ? ExitCode.OK : ExitCode.DIFFERENT;
  }
}
