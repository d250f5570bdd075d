package org.numaslab.coordinator.experiment;

/// How tasks of different members call what goes through a slot.
///
/// ```text
/// 63 62  61 60       32 31         0
/// +--+------+-----------+-----------+
/// | 0| kind | round     | slot      |
/// +--+------+-----------+-----------+
/// ```
final class SlotName {
  /// What is told.
  enum Kind {
    /// The object comes with it.
    OBJECT,
    /// The allocation gave NULL.
    FAILED,
    /// The object's home is gone.
    LOST,
    /// A cpu, in place of the slot, has so many rounds behind it.
    ROUND
  }

  private static final int KIND_SHIFT = 61;
  private static final int ROUND_SHIFT = 32;
  private static final int ROUND_MASK = (1 << (KIND_SHIFT - ROUND_SHIFT)) - 1;
  private static final Kind[] KINDS = Kind.values();

  private SlotName() {}

  static long of(Kind kind, int round, int slot) {
    return (long) kind.ordinal() << KIND_SHIFT | (long) round << ROUND_SHIFT | slot;
  }

  /// The same slot and round.
  static long as(Kind kind, long name) {
    return of(kind, round(name), slot(name));
  }

  static Kind kind(long name) {
    return KINDS[(int) (name >>> KIND_SHIFT)];
  }

  static int round(long name) {
    return (int) (name >>> ROUND_SHIFT) & ROUND_MASK;
  }

  static int slot(long name) {
    return (int) name;
  }
}
