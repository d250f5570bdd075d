package org.numaslab.node.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.TreeMap;
import org.numaslab.node.topology.EnvironmentFailure;

/// The address space of this JVM from which machines get their ranges: reserved once, private,
/// without swap accounting, no page touched.
///
/// The segment is `static final`, so that the compiler folds its base and length into the code of
/// the hot path.
final class Reservation {
  /// Room for one machine of the widest span (16 TiB) and its page-frame table, and many small
  /// ones. Address space costs nothing until it is touched.
  static final long BYTES_WANTED = 32L << 40;

  /// Below this a single 4-node machine of ordinary size would not fit.
  private static final long BYTES_LEAST = 64L << 30;

  private static final long ALIGNMENT = 2L << 20;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_NOHUGEPAGE = 15;

  private static final long LIMIT = Long.getLong("numaslab.reserve", BYTES_WANTED);

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle MMAP =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("mmap"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MADVISE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("madvise"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  /// All of it; empty when the system refused. Offsets into it are `base of the machine + physical
  /// address`.
  static final MemorySegment ALL = reserve(LIMIT);

  /// Ranges in use, offset to length.
  private static final TreeMap<Long, Long> TAKEN = new TreeMap<>();

  private Reservation() {}

  static MemorySegment reserve(long limit) {
    for (long bytes = limit; bytes > 0 && bytes >= Math.min(limit, BYTES_LEAST); bytes >>= 1) {
      long at = map(bytes);
      if (at > 0) {
        // Refused where the kernel knows no huge pages: then there are none.
        advise(at, bytes, MADV_NOHUGEPAGE);
        return MemorySegment.ofAddress(at).reinterpret(bytes, Arena.global(), null);
      }
    }
    return MemorySegment.NULL;
  }

  /// A free range of `bytes`, rounded up; first fit.
  static synchronized long take(long bytes) {
    // Not said where it happens: out of a class initializer comes an Error, and from the second
    // time on one without the reason.
    if (ALL.byteSize() == 0) {
      throw new EnvironmentFailure(
          "cannot reserve address space: asked for "
              + (LIMIT >> 30)
              + " GiB, the system refused; raise the address space limit (ulimit -v) or allow"
              + " overcommit (vm.overcommit_memory 0 or 1)");
    }
    long length = (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    long at = 0;
    for (Map.Entry<Long, Long> taken : TAKEN.entrySet()) {
      if (taken.getKey() - at >= length) {
        break;
      }
      at = taken.getKey() + taken.getValue();
    }
    if (ALL.byteSize() - at < length) {
      throw new EnvironmentFailure(
          "cannot reserve "
              + (length >> 20)
              + " MiB of address space for a machine: "
              + ((ALL.byteSize() - at) >> 20)
              + " MiB are left; close other machines or emulate a smaller one");
    }
    TAKEN.put(at, length);
    return at;
  }

  /// Gives the pages of a range back to the system, and the range to the next machine.
  static synchronized void giveBack(long offset) {
    Long length = TAKEN.get(offset);
    if (length == null) {
      throw new IllegalStateException("range " + offset + " is not in use: closed twice?");
    }
    if (advise(ALL.address() + offset, length, MADV_DONTNEED) != 0) {
      // As when memory is locked. The next machine must find zeros, so nobody gets this range.
      throw new EnvironmentFailure(
          "the system does not take back the memory of a machine: madvise refused for "
              + (length >> 20)
              + " MiB; is it locked (mlockall)?");
    }
    TAKEN.remove(offset);
  }

  static synchronized int rangesInUse() {
    return TAKEN.size();
  }

  private static long map(long bytes) {
    try {
      return (long)
          MMAP.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
    } catch (Throwable e) {
      throw new EnvironmentFailure("mmap cannot be called: " + e.getMessage(), e);
    }
  }

  private static int advise(long address, long bytes, int advice) {
    try {
      return (int) MADVISE.invokeExact(address, bytes, advice);
    } catch (Throwable e) {
      throw new EnvironmentFailure("madvise cannot be called: " + e.getMessage(), e);
    }
  }
}
