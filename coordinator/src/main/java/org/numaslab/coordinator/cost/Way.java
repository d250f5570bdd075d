package org.numaslab.coordinator.cost;

/// One way of a frame from a member to another one. Up to `encoded` by the sender's clock, from
/// there on by the receiver's.
///
/// | time | when |
/// |---|---|
/// | sent | the sender's border had made it |
/// | told | Artery got it; later than sent where a shim delays it |
/// | encoding, encoded | its bytes were begun, and complete |
/// | arrived, decoded | the receiver had all its bytes, and the frame |
/// | taken | the receiver had the frame, and everything to itself |
public record Way(
    long sent, long told, long encoding, long encoded, long arrived, long decoded, long taken) {
  private static final int TIMES = 7;

  /// As an answer carries those of its request.
  public long[] times() {
    return new long[] {sent, told, encoding, encoded, arrived, decoded, taken};
  }

  /// Whether these are the times of a way.
  public static boolean isWay(long[] times) {
    return times.length == TIMES;
  }

  public static Way of(long[] times) {
    return new Way(times[0], times[1], times[2], times[3], times[4], times[5], times[6]);
  }

  /// Within a process, where nothing is encoded.
  public static Way within(long sent, long told, long taken) {
    return new Way(sent, told, told, told, told, told, taken);
  }

  public boolean isWithin() {
    return encoding == told && decoded == told;
  }

  long queue() {
    return encoding - told;
  }

  long serialization() {
    return encoded - encoding + decoded - arrived;
  }

  /// With what the clocks are apart.
  long wire() {
    return told - sent + arrived - encoded;
  }

  long mailbox() {
    return taken - decoded;
  }
}
