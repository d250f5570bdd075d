package org.numaslab.coordinator.client.model;

import org.numaslab.coordinator.client.model.Model.Held;
import org.numaslab.cpu.client.Task;

/// What a task writes into memory and finds there again.
///
/// ```text
/// 0              8                    bytes - 8   bytes
/// +--------------+---------+ ... +----+-----------+
/// | constructed? | stamp   |     |    | ~stamp    |      without a constructor the stamp is at 0
/// +--------------+---------+ ... +----+-----------+
/// ```
final class Memories {
  /// Writes a number into the machine's memory from outside, as a constructor's code.
  interface Construct {
    void write(long address, long value);
  }

  private static final long CONSTRUCTED = 0x636f6e7374727563L;
  private static final int CHECKED_MAX = 64;

  private final Task task;
  private final Model model;
  private final Construct outside;

  Memories(Task task, Model model, Construct outside) {
    this.task = task;
    this.model = model;
    this.outside = outside;
  }

  void construct(long object) {
    outside.write(object, CONSTRUCTED ^ object);
  }

  private static int stampAt(Held held) {
    return held.constructed() ? Long.BYTES : 0;
  }

  private static boolean hasStamp(Held held) {
    return held.bytes() >= stampAt(held) + Long.BYTES;
  }

  private static boolean hasEnd(Held held) {
    return held.bytes() >= stampAt(held) + 2 * Long.BYTES;
  }

  /// It is new: the constructor's work is there, and gets a stamp.
  void begin(Held held, long stamp) {
    if (held.constructed()) {
      require(
          held,
          "constructor's work",
          task.contents().readLong(held.address()),
          CONSTRUCTED ^ held.address());
    }
    write(held, stamp);
  }

  void write(Held held, long stamp) {
    if (hasStamp(held)) {
      model.stamp(held, stamp);
      task.contents().writeLong(held.address() + stampAt(held), stamp);
      if (hasEnd(held)) {
        task.contents().writeLong(held.address() + held.bytes() - Long.BYTES, ~stamp);
      }
    }
  }

  /// @throws AssertionError when something else lies there than was written
  void check(Held held) {
    Long stamp = model.stamp(held);
    if (stamp != null) {
      long begin = task.contents().readLong(held.address() + stampAt(held));
      require(held, "begin", begin, stamp);
      if (hasEnd(held)) {
        long end = task.contents().readLong(held.address() + held.bytes() - Long.BYTES);
        require(held, "end", end, ~stamp);
      }
    }
    if (held.constructed()) {
      require(
          held,
          "constructor's work",
          task.contents().readLong(held.address()),
          CONSTRUCTED ^ held.address());
    }
  }

  /// @throws AssertionError when it does not begin with the stamp that what it was made of had
  void requireBegin(Held held, long stamp) {
    require(held, "begin", task.contents().readLong(held.address()), stamp);
  }

  /// @throws AssertionError when the begin or the end is not zero
  void requireZeros(Held held) {
    int length = (int) Math.min(CHECKED_MAX, held.bytes());
    for (long from : new long[] {held.address(), held.address() + held.bytes() - length}) {
      for (byte each : task.contents().read(from, length)) {
        if (each != 0) {
          throw new AssertionError("not zero: " + held);
        }
      }
    }
  }

  private static void require(Held held, String what, long found, long expected) {
    if (found != expected) {
      throw new AssertionError(
          "%s of %s: found 0x%x, written 0x%x".formatted(what, held, found, expected));
    }
  }
}
