package org.numaslab.coordinator.driver.simulate;

import java.util.BitSet;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/// Whose turn it is in a machine of one thread.
interface Schedule {
  /// @param running numbers of the CPUs whose programs are not finished
  int next(BitSet running);

  /// How many operations the turn has.
  int operations();

  /// One operation at a time, of the cpu that the caller says.
  static Schedule exact(ToIntFunction<BitSet> nextCpu) {
    return new Schedule() {
      @Override
      public int next(BitSet running) {
        return nextCpu.applyAsInt(running);
      }

      @Override
      public int operations() {
        return 1;
      }
    };
  }

  /// One operation at a time, of one cpu after the other.
  static Schedule inTurn() {
    return new Schedule() {
      private int last = -1;

      @Override
      public int next(BitSet running) {
        int next = running.nextSetBit(last + 1);
        last = next >= 0 ? next : running.nextSetBit(0);
        return last;
      }

      @Override
      public int operations() {
        return 1;
      }
    };
  }

  /// Any cpu, and turns short enough that all of them are under way at once.
  static Schedule random(RandomGenerator random) {
    return new Schedule() {
      private static final int OPERATIONS_MAX = 16;

      @Override
      public int next(BitSet running) {
        int nth = random.nextInt(running.cardinality());
        int cpu = running.nextSetBit(0);
        while (nth-- > 0) {
          cpu = running.nextSetBit(cpu + 1);
        }
        return cpu;
      }

      @Override
      public int operations() {
        return 1 + random.nextInt(OPERATIONS_MAX);
      }
    };
  }
}
