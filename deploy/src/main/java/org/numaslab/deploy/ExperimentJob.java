package org.numaslab.deploy;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.cluster.ClusterMachine;
import org.numaslab.coordinator.driver.cluster.ClusterPart;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.MemberSettings;
import org.numaslab.coordinator.driver.cluster.Shim;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.RandomLoad;
import org.numaslab.coordinator.experiment.Replay;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.membership.Job;
import org.numaslab.coordinator.report.BorderPart;
import org.numaslab.coordinator.report.PartBytes;
import org.numaslab.coordinator.report.RunPart;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.RecordedZone;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// A trace or a random load on one process's part of a machine.
final class ExperimentJob implements Job {
  private final ClusterSystem process;
  private final ClusterMachine machine;
  private final ClusterPart part;
  private final Maker maker;
  private final int caches;
  private final boolean isLate;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile @Nullable Experiment made;

  /// @param caches that the registry tells of before it is made
  private ExperimentJob(
      ClusterSystem process, ClusterMachine machine, Maker maker, int caches, boolean isLate) {
    this.process = process;
    this.machine = machine;
    this.part = new ClusterPart(machine);
    this.maker = maker;
    this.caches = caches;
    this.isLate = isLate;
  }

  /// @param topology that this process was started with
  /// @param late whether the others have begun without it: then its CPUs have nothing to do
  /// @throws BadInput when the words mean another machine
  static ExperimentJob of(
      long run, boolean late, ClusterWords words, Topology topology, ClusterSystem process) {
    if (words.workload.isGiven()) {
      LoadInputs inputs = LoadInputs.read(words.machine);
      require(topology, inputs.topology());
      ReplaySettings settings = words.settings();
      return of(
          run,
          late,
          process,
          settings,
          topology,
          inputs.kernel(),
          inputs.caches(settings, words.workload.caches()).made().size(),
          part ->
              new RandomLoad(
                  part,
                  inputs.kernel(),
                  settings,
                  words.workload.length(Driver.EMBEDDED),
                  words.workload.caches()));
    }
    RunInputs inputs = RunInputs.read(words.trace, words.machine);
    require(topology, inputs.topology());
    ReplaySettings settings = words.settings();
    return of(
        run,
        late,
        process,
        settings,
        topology,
        inputs.kernel(),
        inputs.trace().caches().size(),
        part -> new Replay(part, inputs.kernel(), inputs.trace(), settings));
  }

  private interface Maker {
    Experiment make(ClusterPart part);
  }

  private static ExperimentJob of(
      long run,
      boolean late,
      ClusterSystem process,
      ReplaySettings settings,
      Topology topology,
      @Nullable KernelDirectory kernel,
      int caches,
      Maker maker) {
    List<RecordedZone> zones = kernel == null ? List.of() : kernel.zones();
    ClusterMachine machine =
        new ClusterMachine(
            run,
            process,
            new MemberSettings(
                topology,
                zones,
                LoanTimes.standard(),
                settings.seed(),
                settings.remoteDraw(),
                settings.faults(),
                settings.touchedBytesMax(),
                Turn.OPERATIONS_MAX),
            Shim.NONE,
            event -> {});
    return new ExperimentJob(process, machine, maker, caches, late);
  }

  /// @throws BadInput when they are not the same
  static void require(Topology mine, Topology asked) {
    if (!mine.equals(asked)) {
      throw new BadInput(
          "the run: got a machine of %d nodes and %d cpus with other places, allowed: the one that"
                  .formatted(asked.nodeCount(), asked.cpuCount())
              + " its nodes were started with, of %d nodes and %d cpus"
                  .formatted(mine.nodeCount(), mine.cpuCount()));
    }
  }

  @Override
  public boolean isTold() {
    return part.isTold(caches);
  }

  @Override
  public void warm() {
    Experiment experiment = maker.make(part);
    made = experiment;
    if (!isLate) {
      experiment.warm();
    }
  }

  private Experiment experiment() {
    return Objects.requireNonNull(made, "not warm yet");
  }

  @Override
  public void begin() {
    if (isLate) {
      experiment().comesLate();
      end.complete(null);
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("experiment")
        .start(() -> {
          try {
            experiment().run();
            end.complete(null);
          } catch (RuntimeException | Error failed) {
            end.completeExceptionally(failed);
          }
        });
  }

  @Override
  public boolean isFinished() {
    if (end.isCompletedExceptionally()) {
      end.join();
    }
    return end.isDone();
  }

  @Override
  public @Nullable Throwable failure() {
    return machine.failure().getNow(null);
  }

  @Override
  public void settle() {}

  @Override
  public boolean isQuiet() {
    return part.isQuiet();
  }

  @Override
  public byte[] collect() {
    Experiment experiment = experiment();
    return PartBytes.of(
        RunPart.of(
            experiment,
            BorderPart.of(
                experiment, machine.members(), process.links(), machine.costs().parts())));
  }

  @Override
  public long done() {
    Experiment known = made;
    return known == null ? 0 : known.done();
  }

  @Override
  public long total() {
    Experiment known = made;
    return known == null ? 0 : known.total();
  }

  @Override
  public void died() {}

  @Override
  public void close() {
    part.close();
  }
}
