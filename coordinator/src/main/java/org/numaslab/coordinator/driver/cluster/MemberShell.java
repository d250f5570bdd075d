package org.numaslab.coordinator.driver.cluster;

import org.numaslab.coordinator.control.ControlFrame;

/// What moves the messages of a [ClusterMember], and knows the time.
interface MemberShell {
  /// Puts something into the member's mailbox.
  void tell(MemberActor.Message message);

  /// Puts [MemberActor.Due] into the mailbox at a time of the monotonic clock, and not at the time
  /// that was given before.
  void wakeAt(long nanos);

  /// Does something later.
  void after(long nanos, Runnable action);

  /// Puts something onto the link to the coordinator.
  void answer(ControlFrame frame);

  /// The others have removed this member: its process has to end.
  void end();
}
