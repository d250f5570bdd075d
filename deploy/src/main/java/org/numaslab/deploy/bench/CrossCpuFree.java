package org.numaslab.deploy.bench;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.topology.NodeId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// One cpu allocates objects of 256 bytes, another cpu of the node frees them; between them a ring.
/// Beside it the ring alone, between the same two programs.
@State(Scope.Thread)
public class CrossCpuFree {
  static final int OBJECTS = 1 << 18;

  private final EmbeddedMachine machine = ActorMachine.start(1, 2);
  private final CacheId cache = ActorMachine.create(machine, 256).id();
  private final Ring ring = new Ring();

  @Benchmark
  public void ours() {
    machine.run(List.of(new Gives(true), new Takes(true)));
  }

  @Benchmark
  public void limit() {
    machine.run(List.of(new Gives(false), new Takes(false)));
  }

  @TearDown
  public void close() {
    machine.close();
  }

  /// Addresses on their way; 0 is an empty place.
  private static final class Ring {
    private static final int PLACES = 1024;

    private final AtomicLongArray places = new AtomicLongArray(PLACES);

    boolean hasRoom(int position) {
      return places.getAcquire(position & (PLACES - 1)) == 0;
    }

    void put(int position, long object) {
      places.setRelease(position & (PLACES - 1), object);
    }

    /// 0 where nothing came yet.
    long take(int position) {
      long object = places.getAcquire(position & (PLACES - 1));
      if (object != 0) {
        places.setRelease(position & (PLACES - 1), 0);
      }
      return object;
    }
  }

  /// Allocates, or only counts, and puts into the ring.
  private final class Gives implements Program {
    private final boolean allocates;
    private int position;

    Gives(boolean allocates) {
      this.allocates = allocates;
    }

    @Override
    public Step step(Cpu cpu) {
      if (position == OBJECTS) {
        return Step.FINISHED;
      }
      if (!ring.hasRoom(position)) {
        Thread.onSpinWait();
        return Step.DONE;
      }
      long object = allocates ? cpu.alloc(cache, NodeId.NONE, Gfp.KERNEL) : position + 1;
      if (object == Cpu.WAIT) {
        return Step.WAITS;
      }
      ring.put(position++, object);
      return Step.DONE;
    }

    @Override
    public void completed(Cpu cpu) {
      ring.put(position++, cpu.result());
    }
  }

  /// Takes out of the ring, and frees.
  private final class Takes implements Program {
    private final boolean frees;
    private int position;

    Takes(boolean frees) {
      this.frees = frees;
    }

    @Override
    public Step step(Cpu cpu) {
      if (position == OBJECTS) {
        return Step.FINISHED;
      }
      long object = ring.take(position);
      if (object == 0) {
        Thread.onSpinWait();
        return Step.DONE;
      }
      position++;
      if (frees) {
        cpu.free(cache, object);
      }
      return Step.DONE;
    }

    @Override
    public void completed(Cpu cpu) {}
  }
}
