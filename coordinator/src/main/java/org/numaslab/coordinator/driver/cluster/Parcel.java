package org.numaslab.coordinator.driver.cluster;

import org.numaslab.coordinator.cost.Way;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;

/// Frames on their way between two members, with the times at which they changed hands, as [Way]
/// has them.
///
/// Those of the bytes are 0 between two members of one process: nothing is encoded there.
///
/// @param frames one or more, all from one member to one other
/// @param asked the times of the parcel that the answers in this one answer, [#NONE] where there
///   are no answers: what the asker needs to split the costs
record Parcel(
    Frame[] frames,
    long sent,
    long told,
    long encoding,
    long encoded,
    long arrived,
    long decoded,
    long[] asked)
    implements MemberActor.Message {
  static final long[] NONE = {};

  static Parcel of(Frame[] frames, long sent, long[] asked) {
    return new Parcel(frames, sent, 0, 0, 0, 0, 0, asked);
  }

  Incarnation from() {
    return frames[0].from();
  }

  Incarnation to() {
    return frames[0].to();
  }

  /// Whatever was between the border and Artery lets it go on.
  Parcel toldAt(long nanos) {
    return new Parcel(frames, sent, nanos, 0, 0, 0, 0, asked);
  }

  /// Its way, when the receiver has taken it.
  Way takenAt(long nanos) {
    return decoded == 0
        ? Way.within(sent, told, nanos)
        : new Way(sent, told, encoding, encoded, arrived, decoded, nanos);
  }
}
