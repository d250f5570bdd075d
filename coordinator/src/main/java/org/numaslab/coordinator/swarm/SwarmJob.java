package org.numaslab.coordinator.swarm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.History;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MappedHistory;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.cluster.ClusterMachine;
import org.numaslab.coordinator.driver.cluster.ClusterMember;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.MemberSettings;
import org.numaslab.coordinator.driver.cluster.Shim;
import org.numaslab.coordinator.experiment.Dumper;
import org.numaslab.coordinator.membership.Job;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.topology.CpuId;

/// A swarm's tasks on the CPUs of one process of a real cluster: what goes wrong does so to
/// processes and networks.
public final class SwarmJob implements Job {
  private static final long SETTLE_NANOS_MAX = 60_000_000_000L;
  private static final long TOUCHED_BYTES_MAX = 256L << 20;
  private static final int LOOK_MILLIS = 5;
  private static final double NANOS_PER_SECOND = 1e9;

  /// In the time of its faults each task does its share, and some of that of those who are lost.
  private static final double PACE = 1.5;

  private final Plan plan;
  private final ClusterSystem process;
  private final ClusterMachine machine;
  private final History history;
  private final List<KmemCache> caches = new ArrayList<>();
  private final Map<CpuId, Progress> progress = new LinkedHashMap<>();
  private final Load load;
  private final Shim shim;
  private final long atLeastNanos;

  /// Operations of each task, at least; 0 for who is late.
  private final long share;

  /// CPUs whose tasks are at their ends.
  private final Set<CpuId> ended = ConcurrentHashMap.newKeySet();

  private volatile long began;
  private volatile boolean isClosed;

  /// @param late whether the run has begun without it: the others do all that is to be done
  /// @param atLeastNanos it goes on: until its faults are over
  /// @param histories where each member's events are written, null for nowhere
  public SwarmJob(
      long run,
      Plan plan,
      boolean late,
      long atLeastNanos,
      ClusterSystem process,
      Shim shim,
      @Nullable Path histories) {
    this.plan = plan;
    this.shim = shim;
    this.atLeastNanos = atLeastNanos;
    this.process = process;
    Incarnation first = process.own().getFirst();
    this.history =
        histories == null
            ? event -> {}
            : new MappedHistory(
                histories.resolve(MappedHistory.name(first.node().value(), first.life())));
    this.machine =
        new ClusterMachine(
            run,
            process,
            new MemberSettings(
                plan.topology(),
                List.of(),
                plan.times(),
                plan.seed(),
                RemoteDraw.SEEDED,
                plan.faults().injected().afresh(),
                TOUCHED_BYTES_MAX,
                1),
            shim,
            history);
    this.share = late ? 0 : Math.ceilDiv(plan.load().operations(), plan.topology().cpuCount());
    this.load = plan.load().withOperations(Long.MAX_VALUE); // they go on until all have done enough
    expectTasks();
    describe();
  }

  /// The same in every process. From here on others are heard.
  private void describe() {
    var definitions = LiveNatures.ofRegistry(plan.seed());
    for (CacheGeometry geometry : plan.caches()) {
      CacheId id = new CacheId(caches.size());
      caches.add(KmemCache.created(id, "swarm-" + id.value(), geometry, definitions, false, null));
    }
    machine.members().forEach(member -> member.begin(caches));
  }

  @Override
  public void warm() {}

  @Override
  public void begin() {
    began = System.nanoTime();
    shim.begin();
    for (ClusterMember member : machine.members()) {
      member.host().note(Event.Kind.JOINED, Event.NONE, member.me(), 0, 0);
      for (CpuId cpu : plan.topology().cpusOf(member.me().node())) {
        member.start(cpu, member.host().task(cpu), () -> ended.add(cpu));
      }
    }
  }

  /// Tasks that others, who may have begun, can pass objects on to.
  private void expectTasks() {
    for (ClusterMember member : machine.members()) {
      for (CpuId cpu : plan.topology().cpusOf(member.me().node())) {
        Progress own = new Progress();
        progress.put(cpu, own);
        SplittableRandom random =
            new SplittableRandom(plan.seed() * 31 + cpu.value() + member.me().life());
        SwarmTask task = new SwarmTask(member.host(), cpu, load, random, own);
        member.expect(
            cpu,
            atLeastNanos == 0
                ? task
                : new PacedTask(
                    task, member.host(), cpu, own, PACE * share * NANOS_PER_SECOND / atLeastNanos));
      }
    }
  }

  @Override
  public boolean isFinished() {
    return System.nanoTime() - began >= atLeastNanos
        && progress.values().stream().allMatch(each -> each.operations >= share);
  }

  @Override
  public @Nullable Throwable failure() {
    return machine.failure().getNow(null);
  }

  @Override
  public void settle() {
    if (isClosed) {
      return;
    }
    machine.members().forEach(ClusterMember::leaves);
    long until = System.nanoTime() + SETTLE_NANOS_MAX;
    while (!(hasEnded() && isQuiet()) && System.nanoTime() < until) {
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    machine.members().forEach(member -> member.flushAll(() -> {}));
  }

  /// Whether no task has anything left, or nobody moves them any more.
  private boolean hasEnded() {
    return isClosed || ended.size() == progress.size();
  }

  @Override
  public boolean isQuiet() {
    return machine.members().stream().allMatch(ClusterMember::isQuiet);
  }

  @Override
  public byte[] collect() {
    List<MachineDump.NodeDump> nodes = new ArrayList<>();
    List<MachineDump.CpuDump> cpus = new ArrayList<>();
    long[] left = new long[2];
    List<Long> out = new ArrayList<>();
    List<Long> here = new ArrayList<>();
    Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);
    List<Long> notOut = new ArrayList<>();
    long reclaimed = 0;
    long reclaimedAt = 0;
    for (ClusterMember member : machine.members()) {
      member.rejections().forEach((why, count) -> rejections.merge(why, count, Long::sum));
      notOut.addAll(member.notOut());
      reclaimed += member.reclaimed();
      reclaimedAt = Math.max(reclaimedAt, member.reclaimedAt());
      member.look(state -> {
        nodes.add(
            Dumper.node(
                state.node(),
                machine.part().natures().buddy(member.me().node()),
                machine.part().memory().frames()));
        state.cpus().forEach(cpu -> cpus.add(Dumper.cpu(cpu, caches)));
        left[0] += name(state.borders().out(), out);
        for (Incarnation other : process.members()) {
          if (!other.equals(member.me())) {
            left[1] += name(state.borders().here(other), here);
          }
        }
      });
    }
    Map<Integer, Long> messages = new HashMap<>();
    Map<Integer, Long> bytes = new HashMap<>();
    for (int node = 0; node < plan.topology().nodeCount(); node++) {
      messages.put(node, process.links().messages(node));
      bytes.put(node, process.links().bytes(node));
    }
    return new SwarmPart(
            process.own().stream().map(own -> own.node().value()).toList(),
            process.own().stream().map(Incarnation::life).toList(),
            sum(each -> each.operations),
            sum(each -> each.allocations),
            sum(each -> each.remote),
            sum(each -> each.handOffs),
            sum(each -> each.refused),
            sum(each -> each.failed),
            sum(each -> each.lost),
            left[0],
            left[1],
            out,
            here,
            reclaimed,
            reclaimedAt,
            rejections,
            shim.hits(),
            notOut,
            messages,
            bytes,
            process.links().refused(),
            machine.costs().parts(),
            new MachineDump(
                caches.stream()
                    .map(cache ->
                        new MachineDump.CacheDump(
                            cache.id().value(),
                            cache.name(),
                            cache.geometry().size(),
                            cache.geometry().redLeftPad(),
                            0,
                            0))
                    .toList(),
                nodes,
                cpus,
                new HashMap<>()))
        .encode();
  }

  /// Names some of them.
  ///
  /// @return how many there are
  private static long name(Marks marks, List<Long> named) {
    for (long object : marks.toArray()) {
      if (named.size() < SwarmPart.NAMED_MAX) {
        named.add(object);
      }
    }
    return marks.size();
  }

  private long sum(ToLongFunction<Progress> of) {
    return progress.values().stream().mapToLong(of).sum();
  }

  @Override
  public long done() {
    return sum(each -> each.operations);
  }

  @Override
  public long total() {
    return share * Math.max(1, progress.size());
  }

  /// This process is no member any more.
  @Override
  public void died() {
    if (isClosed) {
      return; // its run was over
    }
    machine
        .members()
        .forEach(member -> member.host().note(Event.Kind.DIED, Event.NONE, member.me(), 0, 0));
    close(); // or its tasks would go on among themselves
  }

  @Override
  public void close() {
    isClosed = true;
    machine.close();
  }
}
