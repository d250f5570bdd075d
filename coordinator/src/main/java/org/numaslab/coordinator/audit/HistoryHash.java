package org.numaslab.coordinator.audit;

/// A 64-bit number that two histories share when they have the same events in the same order.
///
/// Made of the events' numbers and the names of their kinds alone, so it is the same in any process
/// and on any machine. It finds accidents, not forgeries. Allocates nothing.
public final class HistoryHash implements History {
  /// Odd and with their bits well mixed; from the golden ratio and SplitMix64.
  private static final long FACTOR = 0x9e3779b97f4a7c15L;

  private static final long FINAL_1 = 0xbf58476d1ce4e5b9L;
  private static final long FINAL_2 = 0x94d049bb133111ebL;
  private static final int ROTATION = 29;

  private long state;
  private long events;

  @Override
  public void add(Event event) {
    events++;
    mix(event.time());
    mix(pair(event.kind().name().hashCode(), event.cpu()));
    mix(pair(event.node(), event.life()));
    mix(pair(event.peer(), event.peerLife()));
    mix(event.object());
    mix(event.number());
  }

  private static long pair(int high, int low) {
    return ((long) high << Integer.SIZE) | (low & 0xffff_ffffL);
  }

  /// The product spreads a bit upwards, the rotation brings it down again for the next word.
  private void mix(long word) {
    state = Long.rotateLeft((state ^ word) * FACTOR + FINAL_2, ROTATION);
  }

  /// Of the events so far.
  public long value() {
    long value = state ^ events;
    value = (value ^ (value >>> 30)) * FINAL_1;
    value = (value ^ (value >>> 27)) * FINAL_2;
    return value ^ (value >>> 31);
  }

  public long events() {
    return events;
  }

  /// The value as a history file has it.
  @Override
  public String toString() {
    return "%016x".formatted(value());
  }
}
