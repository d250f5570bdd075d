package org.numaslab.coordinator.experiment;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.Track;

/// On whose behalf operations are, for the caches that keep it (STORE_USER).
///
/// Time is counted in jiffies, as the kernel has them: from five minutes before the 32-bit overflow
/// on. With a clock there are 250 of them in a second, as Debian's kernels have (HZ), from when the
/// run begins; without one each operation of the machine is one.
final class Calls {
  /// Jiffies per second.
  private static final int HZ = 250;

  /// (unsigned int) (-300 * HZ), include/linux/jiffies.h.
  private static final long INITIAL_JIFFIES = 0xffffffffL & (-300 * HZ);

  private static final long NANOS_PER_JIFFY = 1_000_000_000 / HZ;

  private final boolean[] kept;
  private final @Nullable LongSupplier clock;

  /// By the clock; the run has not begun where there is none.
  private volatile @Nullable Long began;

  /// @param caches by the index that the programs use
  /// @param clock nanoseconds, null where there is none
  Calls(List<KmemCache> caches, @Nullable LongSupplier clock) {
    this.clock = clock;
    this.kept = new boolean[caches.size()];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = caches.get(i).geometry().has(SlabFlags.STORE_USER);
    }
  }

  /// The run begins, in all processes at about the same time.
  void begin() {
    if (clock != null) {
      began = clock.getAsLong();
    }
  }

  boolean areKept(int cache) {
    return kept[cache];
  }

  /// Tells the cpu whom its next operation serves.
  ///
  /// @param callSite number of the caller, -1 where it is not known
  /// @param operations of the machine so far
  /// @param bytes that an allocation asks for, 0 for the size of the cache
  void begin(Cpu cpu, int callSite, int pid, long operations, int bytes) {
    cpu.serves(new Call(Track.of(callSite, cpu.id().value(), pid, jiffies(operations)), bytes));
  }

  long jiffies(long operations) {
    if (clock == null) {
      return INITIAL_JIFFIES + operations;
    }
    Long begin = began;
    return INITIAL_JIFFIES + (begin == null ? 0 : (clock.getAsLong() - begin) / NANOS_PER_JIFFY);
  }
}
