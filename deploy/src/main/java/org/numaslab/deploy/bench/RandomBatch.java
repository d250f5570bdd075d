package org.numaslab.deploy.bench;

import java.util.SplittableRandom;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.topology.NodeId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// Objects of 256 bytes, a batch allocated and then freed in random order: most frees find a slab
/// that is not the current one, and slabs come and go.
@State(Scope.Thread)
public class RandomBatch {
  static final int PAIRS = 4096;
  private static final CacheGeometry GEOMETRY = DirectMachine.kmalloc(256);

  @Param({"32", "256", "4096"})
  public int batch;

  private final DirectMachine machine = new DirectMachine();
  private final Cpu cpu = machine.cpu();
  private final CacheId cache = machine.create(GEOMETRY);
  private final Lifo lifo = new Lifo(machine.memory(), GEOMETRY.offset());
  private final long[] held = new long[PAIRS];

  /// Which object of its batch is freed next, for all batches of an invocation.
  private final int[] order = new int[PAIRS];

  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    for (int from = 0; from < PAIRS; from += batch) {
      for (int i = 0; i < batch; i++) {
        int other = random.nextInt(i + 1);
        order[from + i] = order[from + other];
        order[from + other] = i;
      }
    }
    CacheId ofLifo = machine.create(GEOMETRY);
    for (int i = 0; i < batch; i++) {
      lifo.push(machine.alloc(ofLifo));
    }
  }

  @Benchmark
  public long ours() {
    for (int from = 0; from < PAIRS; from += batch) {
      for (int i = 0; i < batch; i++) {
        long object = cpu.alloc(cache, NodeId.NONE, Gfp.KERNEL);
        if (object == Cpu.WAIT) {
          machine.deliver();
          object = cpu.result();
        }
        held[i] = object;
      }
      for (int i = 0; i < batch; i++) {
        cpu.free(cache, held[order[from + i]]);
      }
      machine.deliver();
    }
    return held[0];
  }

  @Benchmark
  public long limit() {
    for (int from = 0; from < PAIRS; from += batch) {
      for (int i = 0; i < batch; i++) {
        held[i] = lifo.pop();
      }
      for (int i = 0; i < batch; i++) {
        lifo.push(held[order[from + i]]);
      }
    }
    return held[0];
  }

  @TearDown
  public void close() {
    machine.close();
  }
}
