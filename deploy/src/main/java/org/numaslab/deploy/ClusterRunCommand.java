package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.LeadOfRun;
import org.numaslab.coordinator.driver.cluster.RunActors;
import org.numaslab.coordinator.swarm.SwarmPart;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab cluster run`.
@Command(
    name = "run",
    sortOptions = false,
    description = "Starts one process for each node, runs, stops them.")
public final class ClusterRunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--nodes", paramLabel = "N", order = 1, description = "Nodes of the machine (4).")
  int nodes = 4;

  @Option(names = "--cpus", paramLabel = "N", order = 2, description = "Cpus of each node (2).")
  int cpus = 2;

  @Mixin TraceOptions trace = new TraceOptions();

  @Option(
      names = "--only-cpus",
      paramLabel = "LIST",
      order = 4,
      converter = CpuListConverter.class,
      description = "Only events on these cpus, as 0-3,6.")
  void onlyCpus(CpuList list) {
    trace.cpus = list;
  }

  @Mixin WorkloadOptions workload = new WorkloadOptions();
  @Mixin MachineOptions machine = new MachineOptions();

  @Option(names = "--out", order = 30, paramLabel = "DIR", description = "Folder for the results.")
  @Nullable Path out;

  @Override
  public Integer call() throws Exception {
    PrintWriter stdout = spec.commandLine().getOut();
    if (machine.topology == null) {
      machine.topology = nodes + "x" + cpus + ":16M";
    }
    Topology topology = LoadInputs.read(machine).topology();
    Path folder = out == null ? Path.of("numaslab-out/cluster") : out;
    List<String> words = new ArrayList<>(ClusterWords.of(spec.commandLine().getParseResult()));
    words.add("--histories=" + folder.toAbsolutePath());
    try (NodeProcesses processes =
        new NodeProcesses(
            List.of("--topology=" + machine.topology), topology.nodeCount(), folder)) {
      MemberOptions member = new MemberOptions();
      member.seeds = List.of(processes.seed());
      member.threads = 1;
      try (ClusterSystem me =
          ClusterProcesses.start(
              member.settings(topology.nodeCount(), List.of("coordinator")), List.of())) {
        me.join(topology, Version.current(), Duration.ofSeconds(30));
        LeadOfRun run =
            RunActors.lead(
                me,
                new RunActors.RunWords(
                    System.currentTimeMillis(),
                    words.toArray(String[]::new),
                    topology.nodeCount()));
        while (!run.outcome().isDone()) {
          stdout.println(run.view());
          stdout.flush();
          Thread.sleep(500);
        }
        LeadOfRun.Outcome outcome = run.outcome().join();
        stdout.println("trouble '" + outcome.trouble() + "' lost " + outcome.lost());
        for (byte[] part : outcome.parts()) {
          SwarmPart p = SwarmPart.decode(part);
          stdout.println(
              p.nodes()
                  + " ops "
                  + p.operations()
                  + " remote "
                  + p.remote()
                  + " of "
                  + p.allocations()
                  + " out "
                  + p.out()
                  + " here "
                  + p.here()
                  + " "
                  + p.rejections()
                  + " "
                  + p.bytes());
        }
      }
    }
    return ExitCode.OK;
  }
}
