package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.cluster.ClusterPart;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// A random load on a machine, for when there is no trace: a [RandomProgram] on each cpu.
///
/// Each task uses up to [#CACHES_PER_CPU] caches, the first ones of all more often: so that tasks
/// share caches, as on a real machine.
public final class RandomLoad extends Experiment {
  static final int CACHES_PER_CPU = 8;

  /// Sizes are drawn between 8 bytes and 4 KiB, each doubling as often as the next.
  private static final int SIZE_DOUBLINGS = 9;

  private static final int SIZE_MIN = 8;

  /// How long it goes on.
  ///
  /// @param seconds by the wall clock; 0 where operations are counted
  /// @param operations of all CPUs together; 0 where time is
  public record Length(long seconds, long operations) {
    public static Length ofSeconds(long seconds) {
      return new Length(seconds, 0);
    }

    public static Length ofOperations(long operations) {
      return new Length(0, operations);
    }

    public boolean isTimed() {
      return seconds > 0;
    }
  }

  private final Length length;
  private final boolean isTimed;
  private final List<RandomProgram> programs = new ArrayList<>();
  private final HandOvers handOvers;
  private final List<String> assumed = new ArrayList<>();
  private volatile long startNanos;

  /// Builds the machine and its caches.
  ///
  /// @param kernel whose caches are used; null: `caches` of random sizes are made
  public RandomLoad(
      Topology topology,
      @Nullable KernelDirectory kernel,
      ReplaySettings settings,
      Length length,
      int caches) {
    this(null, topology, kernel, settings, length, caches);
  }

  /// Builds this process's part: the caches of all, the tasks of its CPUs.
  ///
  /// @param part is closed with it; made of the same settings as this
  public RandomLoad(
      ClusterPart part,
      @Nullable KernelDirectory kernel,
      ReplaySettings settings,
      Length length,
      int caches) {
    this(part, part.topology(), kernel, settings, length, caches);
  }

  private RandomLoad(
      @Nullable ClusterPart part,
      Topology topology,
      @Nullable KernelDirectory kernel,
      ReplaySettings settings,
      Length length,
      int caches) {
    super(part, topology, kernel == null ? List.of() : kernel.zones(), settings, null);
    this.length = length;
    this.isTimed = length.isTimed();
    this.handOvers = new HandOvers(topology.cpuCount());
    SplittableRandom random = new SplittableRandom(settings.seed());
    try {
      assumed.addAll(assumedOfZones());
      addCaches(caches(topology, kernel, settings, caches, random.split(), assumed));
      CacheId[] ids = caches().stream().map(KmemCache::id).toArray(CacheId[]::new);
      for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
        // Drawn for all: what a cpu does must not depend on who else is here.
        SplittableRandom stream = random.split();
        int[] own = own(ids.length, stream);
        if (part == null || part.has(new CpuId(cpu))) {
          programs.add(program(part, cpu, stream, ids, own, topology));
        }
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private RandomProgram program(
      @Nullable ClusterPart part,
      int cpu,
      SplittableRandom stream,
      CacheId[] ids,
      int[] own,
      Topology topology) {
    RandomProgram.Parts parts =
        new RandomProgram.Parts(
            stream,
            ids,
            own,
            handOvers,
            topology,
            new ReplayTally(topology.nodeCount(), ids.length),
            clock(),
            share(cpu, topology.cpuCount()),
            this::isOver,
            calls());
    return part == null
        ? new RandomProgram(cpu, parts)
        : new MemberRandom(part.hostOf(new CpuId(cpu)), cpu, parts);
  }

  /// The caches that such a load has.
  public static RunCaches caches(
      Topology topology, @Nullable KernelDirectory kernel, ReplaySettings settings, int caches) {
    SplittableRandom random = new SplittableRandom(settings.seed());
    return caches(topology, kernel, settings, caches, random.split(), new ArrayList<>());
  }

  private static RunCaches caches(
      Topology topology,
      @Nullable KernelDirectory kernel,
      ReplaySettings settings,
      int caches,
      SplittableRandom random,
      List<String> assumed) {
    return new RunCaches(
        kernel == null
            ? drawn(topology, settings.slubDebug(), caches, random, assumed)
            : recorded(topology, kernel, settings.slubDebug(), assumed),
        settings.initOnAlloc(),
        settings.seed(),
        List.of(),
        List.of());
  }

  private static List<SharedCache> recorded(
      Topology topology, KernelDirectory kernel, @Nullable SlubDebug debug, List<String> assumed) {
    CacheModels models = new CacheModels(kernel, topology.cpuCount(), debug);
    List<SharedCache> all = models.all();
    assumed.addAll(models.assumed());
    return all;
  }

  private static List<SharedCache> drawn(
      Topology topology,
      @Nullable SlubDebug debug,
      int caches,
      SplittableRandom random,
      List<String> assumed) {
    GeometryOptions options =
        GeometryOptions.forCpus(topology.cpuCount())
            .withDebug(debug == null ? SlubDebug.NONE : debug);
    List<SharedCache> made = new ArrayList<>();
    for (int i = 0; i < caches; i++) {
      int least = SIZE_MIN << random.nextInt(SIZE_DOUBLINGS);
      int size = least + random.nextInt(least);
      int flags = random.nextInt(4) == 0 ? SlabFlags.HWCACHE_ALIGN : 0;
      String name = "load-" + i + "-" + size;
      CacheRequest request = new CacheRequest(name, size, 0, flags, false);
      made.add(SharedCache.alone(name, CacheGeometry.of(request, options)));
    }
    assumed.add(made.size() + " caches of random sizes");
    return made;
  }

  private static int[] own(int caches, SplittableRandom random) {
    int[] own = new int[Math.min(caches, CACHES_PER_CPU)];
    for (int i = 0; i < own.length; i++) {
      double draw = random.nextDouble();
      own[i] = (int) (caches * draw * draw);
    }
    return own;
  }

  private long share(int cpu, int cpus) {
    return isTimed
        ? Long.MAX_VALUE
        : length.operations() / cpus + (cpu < length.operations() % cpus ? 1 : 0);
  }

  private boolean isOver() {
    return isTimed && elapsed() >= length.seconds();
  }

  private double elapsed() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  @Override
  void starts() {
    startNanos = System.nanoTime();
  }

  @Override
  List<RandomProgram> programs() {
    return programs;
  }

  @Override
  public long total() {
    if (!isTimed) {
      return programs.stream().mapToLong(RandomProgram::operationsMax).sum();
    }
    double part = startNanos == 0 ? 0 : Math.min(1, elapsed() / length.seconds());
    return part == 0 ? 0 : Math.round(done() / part);
  }

  @Override
  void hold(Held held) {
    programs.forEach(program -> program.hold(held));
    handOvers.hold(held);
  }

  @Override
  public List<String> assumed() {
    return List.copyOf(assumed);
  }
}
