package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;

/// The runs of a free. Most are of one object, and of the same cache and call as the one before:
/// then they say so in one byte.
final class FreedRuns {
  private static final long OTHER = 0;
  private static final long SAME = 1;

  private FreedRuns() {}

  static void write(Kryo kryo, Output out, FreedRun[] runs) {
    Length.RUNS.write(out, runs.length);
    for (int i = 0; i < runs.length; i++) {
      if (i > 0 && areAlike(runs[i - 1], runs[i])) {
        Field.FLAG.write(out, SAME);
        Length.OBJECTS.writeAll(out, Field.ADDRESS, runs[i].objects());
      } else {
        Field.FLAG.write(out, OTHER);
        ValueLayouts.FREED_RUN.write(kryo, out, runs[i]);
      }
    }
  }

  private static boolean areAlike(FreedRun one, FreedRun other) {
    return one.cache().equals(other.cache()) && one.call().equals(other.call());
  }

  static FreedRun[] read(Kryo kryo, Input in) {
    FreedRun[] runs = new FreedRun[Length.RUNS.read(in)];
    for (int i = 0; i < runs.length; i++) {
      if (Field.FLAG.read(in) == OTHER) {
        runs[i] = ValueLayouts.FREED_RUN.read(kryo, in);
      } else if (i == 0) {
        throw new BadFrame("first run of a free", "as the one before", "a cache and a call");
      } else {
        FreedRun before = runs[i - 1];
        long[] objects = Length.OBJECTS.readLongs(in, Field.ADDRESS);
        runs[i] = new FreedRun(before.cache(), objects, before.call());
      }
    }
    return runs;
  }
}
