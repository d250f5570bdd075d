package org.numaslab.deploy.bench;

import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.Replay;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceCursor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// A recording, several times in a row, on a machine of actors. Beside it one thread that goes
/// through the same operations, and gives each allocation the next number instead of an object.
@State(Scope.Thread)
public class EmbeddedReplay {
  private static final int ROUNDS = 4;
  private static final long TOUCHED_BYTES_MAX = 4L << 30;
  private static final ReplaySettings SETTINGS =
      new ReplaySettings(
          Driver.EMBEDDED,
          Order.CAUSAL,
          1,
          RemoteDraw.SEEDED,
          false,
          TOUCHED_BYTES_MAX,
          ROUNDS,
          false,
          null);

  private static final DemoTrace DEMO = new DemoTrace();
  private static final Trace TRACE = DEMO.read();

  private final long[] slots = new long[TRACE.slotCount()];

  /// A machine that has replayed nothing yet.
  @State(Scope.Thread)
  public static class Prepared {
    private @Nullable Replay replay;

    @Setup(Level.Invocation)
    public void prepare() {
      replay = new Replay(DEMO.kernel().topology(), DEMO.kernel(), TRACE, SETTINGS);
    }

    @TearDown(Level.Invocation)
    public void close() {
      if (replay != null) {
        replay.close();
      }
    }
  }

  /// Of all rounds.
  static long operations() {
    long operations = 0;
    for (int cpu = 0; cpu < TRACE.cpuCount(); cpu++) {
      operations += TRACE.operations(cpu, ROUNDS);
    }
    return operations;
  }

  @Benchmark
  public void ours(Prepared prepared) {
    if (prepared.replay != null) {
      prepared.replay.run();
    }
  }

  @Benchmark
  public long limit() {
    long objects = 0;
    for (int cpu = 0; cpu < TRACE.cpuCount(); cpu++) {
      TraceCursor cursor = TRACE.cursor(cpu, ROUNDS);
      for (; cursor.isAtOperation(); cursor.advance()) {
        slots[cursor.slot()] = cursor.isFree() ? 0 : ++objects + cursor.gfp() + cursor.cache();
      }
    }
    return objects;
  }
}
