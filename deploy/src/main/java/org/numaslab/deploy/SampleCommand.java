package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.report.Json;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.topologies.Topologies;
import org.numaslab.deploy.samples.Sample;
import org.numaslab.deploy.samples.SampleRun;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `numaslab sample`: a program against the slab API, on a machine of its own.
@Command(
    name = "sample",
    sortOptions = false,
    sortSynopsis = false,
    description = {
      "Runs a program that is written against the slab API, and says what it printed and what its"
          + " caches did. Without a name it lists the programs; their source is in"
          + " deploy/src/main/java/org/numaslab/deploy/samples."
    },
    footer = {
      "",
      "Examples:",
      "  numaslab sample",
      "  numaslab sample network",
      "  numaslab sample fork --topology 8x4 --driver simulate --seed 7",
      "",
      "The folder gets summary.txt and result.json."
    })
public final class SampleCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "Which program.")
  @Nullable String name;

  @Option(
      names = "--topology",
      order = 1,
      paramLabel = "SPEC",
      description = "As of run, with a cpu on the first and the last node (2x2:256M).")
  String topology = "2x2:256M";

  @Option(
      names = "--driver",
      order = 2,
      paramLabel = "NAME",
      converter = EnumWord.Drivers.class,
      description = "embedded or simulate (embedded).")
  Driver driver = Driver.EMBEDDED;

  @Option(
      names = "--seed",
      order = 3,
      paramLabel = "N",
      description = "Of everything that a machine draws (1).")
  long seed = 1;

  @Option(
      names = "--limit-touched",
      order = 4,
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description = "Real memory that emulated pages may use, as 512M (1G).")
  ByteSize limitTouched = ByteSize.parse("1G");

  @Option(
      names = "--out",
      order = 5,
      paramLabel = "DIR",
      description = "Folder for the results (numaslab-out/sample-NAME).")
  @Nullable Path out;

  @Override
  public Integer call() {
    PrintWriter stdout = spec.commandLine().getOut();
    if (name == null) {
      for (Sample sample : Sample.values()) {
        stdout.printf("%-9s %s%n", sample.label(), sample.shows());
      }
      stdout.flush();
      return ExitCode.OK;
    }
    Sample sample = sample(name);
    Topology machine = machine();
    Path folder = out;
    OutputFolder output =
        OutputFolder.at(
            folder == null ? Path.of("numaslab-out", "sample-" + name) : folder,
            Set.of(RunFiles.SUMMARY, RunFiles.RESULT));
    // Before there are actors: when many threads log first, SLF4J says so on standard error.
    LoggerFactory.getILoggerFactory();
    SampleRun run =
        SampleRun.of(
            Version.current(), command(), sample, machine, driver, seed, limitTouched.bytes());
    output.write(Map.of(RunFiles.SUMMARY, run.page(), RunFiles.RESULT, Json.of(run)));
    stdout.print(run.page());
    stdout.println("Results: " + output.path());
    stdout.flush();
    return ExitCode.OK;
  }

  private static Sample sample(String name) {
    return Arrays.stream(Sample.values())
        .filter(sample -> sample.label().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new BadInput(
                "NAME: got '%s', allowed: %s"
                    .formatted(
                        name,
                        Arrays.stream(Sample.values())
                            .map(Sample::label)
                            .collect(Collectors.joining(" ")))));
  }

  private Topology machine() {
    Topology machine = Topologies.parse(topology).topology();
    NodeId last = new NodeId(machine.nodeCount() - 1);
    if (machine.nodeCount() < 2 || machine.cpusOf(last).isEmpty()) {
      throw new BadInput(
          "--topology: got '%s', allowed: two nodes or more, the last one with a cpu"
              .formatted(topology));
    }
    return machine;
  }

  private String command() {
    return "numaslab sample %s --topology %s --driver %s --seed %d --limit-touched %s"
        .formatted(name, topology, EnumWord.of(driver), seed, limitTouched);
  }
}
