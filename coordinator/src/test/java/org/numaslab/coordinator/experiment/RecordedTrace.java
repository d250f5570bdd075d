package org.numaslab.coordinator.experiment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.trace.CpuOperations;
import org.numaslab.coordinator.trace.KnownCaches;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceFilter;
import org.numaslab.coordinator.trace.TraceReader;

/// A trace of a real kernel with the folder that describes that kernel, ready to be replayed.
record RecordedTrace(String name, KernelDirectory kernel, Trace trace) {
  private static final Path COMMITTED = Path.of("../deploy/recordings");
  static final Path MORE =
      Path.of(System.getProperty("numaslab.data", "../../shared/data")).resolve("traces");

  private static final long TOUCHED_BYTES_MAX = 4L << 30;

  static RecordedTrace read(Path folder) {
    return read(folder, TraceFilter.ALL);
  }

  static RecordedTrace withInferredBulk(Path folder) {
    return read(folder, TraceFilter.ALL.withInferredBulk(true));
  }

  private static RecordedTrace read(Path folder, TraceFilter filter) {
    KernelDirectory kernel = KernelDirectory.read(folder.resolve("kernel"));
    Trace trace =
        TraceReader.read(folder.resolve("trace.txt.gz").toString(), KnownCaches.of(kernel), filter);
    return new RecordedTrace(folder.getFileName().toString(), kernel, trace);
  }

  /// The scenario 01_basic_256, with 1200 allocations of a cache of its own.
  static RecordedTrace scenario() {
    return read(COMMITTED.resolve("traces/scn_01_basic_256"));
  }

  static RecordedTrace demo() {
    return read(COMMITTED.resolve("demo"));
  }

  /// Folders of the larger recordings, none where they are not at hand.
  static List<Path> more() {
    if (!Files.isDirectory(MORE)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(MORE)) {
      return new ArrayList<>(
          folders.filter(f -> Files.exists(f.resolve("trace.txt.gz"))).sorted().toList());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static ReplaySettings settings(Driver driver, Order order, long seed, int rounds) {
    return new ReplaySettings(
        driver, order, seed, RemoteDraw.SEEDED, false, TOUCHED_BYTES_MAX, rounds, false, null);
  }

  Replay on(ReplaySettings settings) {
    return new Replay(kernel.topology(), kernel, trace, settings);
  }

  /// Slots that the trace leaves live, by its cache index: what the tasks must hold at the end.
  List<BitSet> liveAtEnd() {
    List<BitSet> live = new ArrayList<>();
    trace.caches().forEach(cache -> live.add(new BitSet()));
    int[] cacheOf = new int[trace.slotCount()];
    BitSet freed = new BitSet();
    for (int cpu = 0; cpu < kernel.topology().cpuCount(); cpu++) {
      CpuOperations operations = trace.operations(cpu);
      for (int i = 0; i < operations.size(); i++) {
        if (operations.isFree(i)) {
          freed.set(operations.slot(i));
        } else {
          cacheOf[operations.slot(i)] = operations.cache(i);
        }
      }
    }
    for (int slot = freed.nextClearBit(0);
        slot < cacheOf.length;
        slot = freed.nextClearBit(slot + 1)) {
      live.get(cacheOf[slot]).set(slot);
    }
    return live;
  }

  @Override
  public String toString() {
    return name;
  }
}
