package org.numaslab.coordinator.driver.cluster;

import org.numaslab.node.loan.Frame;

/// A frame on its way between two members, with the times at which it changed hands: by the
/// sender's monotonic clock up to the wire, by the receiver's from there on.
///
/// | time | when |
/// |---|---|
/// | told | the sender's border has sent it |
/// | encoding, encoded | its bytes were begun, and complete |
/// | arrived, decoded | the receiver had all its bytes, and the frame |
///
/// All are 0 between two members of one process: nothing is encoded there.
///
/// @param asked the times of the request that this answers, [#NONE] for others; then when the home
///   took it from its mailbox and had done it: what the asker needs to split the costs
record Parcel(
    Frame frame, long told, long encoding, long encoded, long arrived, long decoded, long[] asked)
    implements MemberActor.Message {
  static final long[] NONE = {};

  static Parcel of(Frame frame, long told, long[] asked) {
    return new Parcel(frame, told, 0, 0, 0, 0, asked);
  }
}
