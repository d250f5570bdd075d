package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.AuditedHistory;
import org.numaslab.coordinator.audit.HistoryFile;
import org.numaslab.coordinator.audit.HistoryHeader;
import org.numaslab.coordinator.audit.HistoryWriter;
import org.numaslab.coordinator.audit.Violation;
import org.numaslab.coordinator.driver.simulate.CostModel;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.ScheduleText;
import org.numaslab.coordinator.report.AuditView;
import org.numaslab.coordinator.report.Json;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.report.SimulationResult;
import org.numaslab.coordinator.report.SimulationResult.Case;
import org.numaslab.coordinator.report.SimulationResult.Failure;
import org.numaslab.coordinator.report.SimulationResult.Sum;
import org.numaslab.coordinator.report.SimulationView;
import org.numaslab.coordinator.swarm.FaultChoice;
import org.numaslab.coordinator.swarm.Load;
import org.numaslab.coordinator.swarm.Plan;
import org.numaslab.coordinator.swarm.Smallest;
import org.numaslab.coordinator.swarm.Swarm;
import org.numaslab.coordinator.swarm.SwarmRun;
import org.numaslab.coordinator.topologies.Topologies;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab simulate`: members that are lost, and what becomes of every object.
@Command(
    name = "simulate",
    sortOptions = false,
    sortSynopsis = false,
    description = {
      "Runs clusters of members in one thread and virtual time, lets things go wrong, and audits who"
          + " had which object. A seed decides everything: the same seed gives the same history.",
      "Without --seeds it runs one seed and writes its history; with it, many, until one breaks an"
          + " invariant: that one is made as small as it gets while it still does."
    },
    footer = {
      "",
      "Faults: none, random, only:KIND, pair:KIND,KIND, or a file with a line for each, as",
      "  at 1.5s for 500ms pause node=2",
      "  at 2s kill node=1 restart=800ms",
      "  at 0s for end loss 10%%",
      "",
      "Examples:",
      "  numaslab simulate --seed 7",
      "  numaslab simulate --seeds 1000 --faults only:kill",
      "  numaslab simulate --seed 3 --topology 4x2:4M --faults my-faults.txt",
      "  numaslab simulate --campaign quick",
      "  numaslab simulate --scaling 64 --calibrate",
      "",
      "The folder gets summary.txt and result.json; of one run, or of the smallest that failed, also"
          + " history.log.gz and schedule.txt. Exit code 1: an invariant was broken."
    })
public final class SimulateCommand implements Callable<Integer> {
  private static final String SCHEDULE = "schedule.txt";
  private static final String HISTORY = HistoryFile.NAME + ".gz";
  private static final int STORIES_MAX = 3;
  private static final long SEEDS_MAX = 10_000_000;
  private static final long OPERATIONS_MAX = 1_000_000_000;

  /// Which runs a campaign has.
  enum Campaign {
    /// Some minutes.
    QUICK(10, 1, 300),
    /// What a release has to stand.
    FULL(1000, 100, 5000);

    final long single;
    final long pair;
    final long mix;

    Campaign(long single, long pair, long mix) {
      this.single = single;
      this.pair = pair;
      this.mix = mix;
    }
  }

  /// Reads the word of a campaign.
  static final class Campaigns extends EnumWord<Campaign> {
    Campaigns() {
      super(Campaign.class);
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--seed", order = 1, paramLabel = "N", description = "The seed of one run (1).")
  @Nullable Long seed;

  @Option(
      names = "--seeds",
      order = 2,
      paramLabel = "N",
      description = "Runs so many seeds, one after the other.")
  @Nullable Long seeds;

  @Option(
      names = "--first-seed",
      order = 3,
      paramLabel = "N",
      description = "The first of them (1).")
  @Nullable Long firstSeed;

  @Option(
      names = "--campaign",
      order = 4,
      paramLabel = "NAME",
      converter = Campaigns.class,
      description =
          "Every kind of fault by itself, every pair, and mixes of all: quick (10, 1 and 300 seeds)"
              + " or full (1000, 100 and 5000).")
  @Nullable Campaign campaign;

  @Option(names = "--faults", order = 5, paramLabel = "WHAT", description = "See below (random).")
  String faults = "random";

  @Option(
      names = "--operations",
      order = 6,
      paramLabel = "N",
      description = "Of all tasks of a run together (10000).")
  long operations = 10_000;

  @Option(
      names = "--topology",
      order = 7,
      paramLabel = "SPEC",
      description = "Of one run, as of run; a member for each node (drawn from the seed).")
  @Nullable String topology;

  @Option(
      names = "--load",
      order = 8,
      paramLabel = "K=V,...",
      description =
          "Of one run; what is not named is drawn from the seed: operations of all tasks, think (ns"
              + " between them), kept (objects of a task), and in percent passed (to another cpu),"
              + " named (a node), bulk, zero, pages, touched (remote contents), partner (the next"
              + " node); chores (ns between two things done to the machine as a whole, 0 for none).")
  @Nullable String load;

  @Option(
      names = "--parallel",
      order = 9,
      paramLabel = "N",
      description = "Runs at a time (the processors of this machine).")
  @Nullable Integer parallel;

  @Option(
      names = "--out",
      order = 10,
      paramLabel = "DIR",
      description = "Folder for the results (numaslab-out/simulate).")
  Path out = Path.of("numaslab-out", "simulate");

  @Mixin private ScalingRun scaling = new ScalingRun();

  @Override
  public Integer call() {
    check();
    if (scaling.isWanted()) {
      OutputFolder output =
          OutputFolder.at(out, Set.of(RunFiles.SUMMARY, RunFiles.RESULT, SCHEDULE, HISTORY));
      long of = seed == null ? 1 : seed;
      return scaling.run(
          "numaslab simulate --seed " + of + " " + scaling.words(),
          of,
          output,
          spec.commandLine().getOut());
    }
    FaultChoice choice = new FaultChoice(faults);
    OutputFolder output =
        OutputFolder.at(out, Set.of(RunFiles.SUMMARY, RunFiles.RESULT, SCHEDULE, HISTORY));
    PrintWriter stdout = spec.commandLine().getOut();
    boolean isOne = seeds == null && campaign == null;
    List<Case> cases = new ArrayList<>();
    Swarm.Totals all = new Swarm.Totals();
    Map<String, String> files = new HashMap<>();
    SwarmRun.@Nullable Result last = null;
    if (isOne) {
      Plan plan = plan(seed == null ? 1 : seed, choice);
      last = run(plan, output.file(HISTORY));
      all.add(last);
      cases.add(new Case(choice.text(), plan.seed(), Sum.of(all)));
    } else {
      runMany(work(choice), all, cases);
    }
    Failure failure = null;
    SwarmRun.Result failing = all.failure;
    if (failing != null) {
      String of = isOne ? faults : cases.getLast().faults();
      SwarmRun.Result smallest = Smallest.of(failing);
      run(smallest.plan(), output.file(HISTORY));
      last = smallest;
      failure =
          Failure.of(
              failing,
              repeat(failing.plan(), of),
              smallest,
              repeat(smallest.plan(), output.path().resolve(SCHEDULE).toString())
                  + " --load "
                  + smallest.plan().load(),
              ScheduleText.of(smallest.plan().faults()).text());
    }
    SimulationResult result =
        SimulationResult.of(Version.current(), command(), cases, all, failure);
    String page = SimulationView.of(result);
    files.put(RunFiles.SUMMARY, page);
    files.put(RunFiles.RESULT, Json.of(result));
    if (last != null) {
      files.put(SCHEDULE, ScheduleText.of(last.plan().faults()).text());
    }
    output.write(files);
    stdout.print(page);
    if (last != null && !last.isClean()) {
      stdout.println();
      stdout.print(stories(last, output.file(HISTORY)));
    }
    stdout.println("Results: " + output.path());
    stdout.flush();
    return failure == null ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  private record Work(FaultChoice choice, long first, long seeds) {}

  /// Until one fails.
  private void runMany(List<Work> works, Swarm.Totals all, List<Case> cases) {
    AtomicLong over = new AtomicLong();
    long runs = works.stream().mapToLong(Work::seeds).sum();
    try (ProgressDisplay progress = ProgressDisplay.of(() -> runs, over::get, "runs", false)) {
      for (Work work : works) {
        Swarm.Totals totals =
            Swarm.run(
                work.first,
                work.seeds,
                operations,
                work.choice,
                threads(),
                done -> over.incrementAndGet());
        all.add(totals);
        cases.add(new Case(work.choice.text(), work.first, Sum.of(totals)));
        if (totals.failure != null) {
          return;
        }
      }
      progress.finished();
    }
  }

  private List<Work> work(FaultChoice choice) {
    long first = firstSeed == null ? 1 : firstSeed;
    if (campaign == null) {
      return List.of(new Work(choice, first, seeds == null ? 1 : seeds));
    }
    Campaign of = campaign;
    List<Work> work = new ArrayList<>();
    work.add(new Work(FaultChoice.NONE, first, of.single));
    FaultKind[] kinds = FaultKind.values();
    for (FaultKind kind : kinds) {
      work.add(new Work(FaultChoice.only(kind), first, of.single));
    }
    for (int a = 0; a < kinds.length; a++) {
      for (int b = a + 1; b < kinds.length; b++) {
        work.add(new Work(FaultChoice.pair(kinds[a], kinds[b]), first, of.pair));
      }
    }
    work.add(new Work(FaultChoice.RANDOM, first, of.mix));
    return work;
  }

  private Plan plan(long of, FaultChoice choice) {
    Plan plan = Plan.random(of, operations, topology == null ? null : machine(topology), choice);
    if (scaling.costs != null) {
      plan = plan.with(CostModel.parse("--costs", scaling.costs, plan.costs()));
    }
    return load == null ? plan : plan.with(Load.parse("--load", load, plan.load()));
  }

  private static Topology machine(String text) {
    Topology machine = Topologies.parse(text).topology();
    if (IntStream.range(0, machine.nodeCount())
        .mapToObj(NodeId::new)
        .anyMatch(node -> !machine.hasMemory(node))) {
      throw new BadInput(
          "--topology: got '%s', allowed: nodes that all have memory".formatted(text));
    }
    return machine;
  }

  private static SwarmRun.Result run(Plan plan, Path history) {
    List<Integer> nodes =
        IntStream.range(0, plan.topology().cpuCount())
            .mapToObj(cpu -> plan.topology().nodeOf(new CpuId(cpu)).value())
            .toList();
    HistoryHeader header =
        new HistoryHeader(plan.seed(), Version.current(), plan.topology().nodeCount(), nodes);
    try (HistoryWriter writer = HistoryFile.create(history, header)) {
      SwarmRun.Result result = SwarmRun.of(plan, writer);
      writer.end();
      return result;
    }
  }

  /// What happened to the first objects that violations are about.
  private static String stories(SwarmRun.Result run, Path history) {
    List<Violation> ofObjects =
        run.violations().stream().filter(v -> v.object() != 0).limit(STORIES_MAX).toList();
    return AuditView.of(AuditedHistory.explain(history, ofObjects));
  }

  private void check() {
    require("--seeds", seeds == null || (seeds >= 1 && seeds <= SEEDS_MAX), seeds, SEEDS_MAX);
    require(
        "--operations",
        operations >= 1 && operations <= OPERATIONS_MAX,
        operations,
        OPERATIONS_MAX);
    require("--parallel", parallel == null || (parallel >= 1 && parallel <= 256), parallel, 256);
    checkScaling();
    if (seed != null && (seeds != null || campaign != null)) {
      throw new BadInput("--seed: got it with --seeds or --campaign, allowed: one of them");
    }
    if (seeds != null && campaign != null) {
      throw new BadInput("--seeds: got it with --campaign, allowed: one of them");
    }
    if ((seeds != null || campaign != null) && (topology != null || load != null)) {
      throw new BadInput(
          "--topology and --load: got them with many seeds, allowed: with --seed only");
    }
    if (seeds == null && campaign == null && firstSeed != null) {
      throw new BadInput("--first-seed: got it without --seeds, allowed: with it or --campaign");
    }
    if (new FaultChoice(faults).file() != null && (seeds != null || campaign != null)) {
      throw new BadInput(
          "--faults: got '%s' with many seeds, allowed: none, random, only:KIND, pair:KIND,KIND"
              .formatted(faults));
    }
  }

  private void checkScaling() {
    Integer nodes = scaling.nodes;
    require(
        "--scaling",
        nodes == null || (nodes >= 1 && nodes <= ScalingRun.NODES_MAX),
        nodes,
        ScalingRun.NODES_MAX);
    if (nodes != null && (seeds != null || campaign != null || topology != null || load != null)) {
      throw new BadInput(
          "--scaling: got it with --seeds, --campaign, --topology or --load, allowed: without");
    }
    if (nodes == null && scaling.calibrates) {
      throw new BadInput("--calibrate: got it without --scaling, allowed: with it");
    }
    if (scaling.costs != null && (seeds != null || campaign != null)) {
      throw new BadInput("--costs: got them with many seeds, allowed: with --seed or --scaling");
    }
  }

  private static void require(String option, boolean isRight, @Nullable Object got, long max) {
    if (!isRight) {
      throw new BadInput("%s: got '%s', allowed: 1..%d".formatted(option, got, max));
    }
  }

  private int threads() {
    Integer given = parallel;
    return given == null ? Runtime.getRuntime().availableProcessors() : given;
  }

  private String repeat(Plan plan, String of) {
    return "numaslab simulate --seed %d --operations %d --faults %s%s"
        .formatted(plan.seed(), operations, of, topology == null ? "" : " --topology " + topology);
  }

  private String command() {
    StringBuilder line = new StringBuilder("numaslab simulate");
    option(line, "--campaign", campaign == null ? null : EnumWord.of(campaign));
    option(line, "--seed", seeds == null && campaign == null ? (seed == null ? 1 : seed) : null);
    option(line, "--seeds", seeds);
    option(line, "--first-seed", firstSeed);
    option(line, "--faults", campaign == null ? faults : null);
    option(line, "--operations", operations);
    option(line, "--topology", topology);
    option(line, "--load", load);
    option(line, "--costs", scaling.costs);
    return line.toString();
  }

  private static void option(StringBuilder line, String name, @Nullable Object value) {
    if (value != null) {
      line.append(' ').append(name).append(' ').append(value);
    }
  }
}
