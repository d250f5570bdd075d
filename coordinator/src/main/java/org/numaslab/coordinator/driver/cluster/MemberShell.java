package org.numaslab.coordinator.driver.cluster;

import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.protocol.RegistryReply;

/// What moves the messages of a [ClusterMember], and knows the time.
interface MemberShell {
  /// Puts something into the member's mailbox.
  void tell(MemberActor.Message message);

  /// Puts [MemberActor.Due] into the mailbox at a time of the monotonic clock.
  void wakeAt(long nanos);

  /// Does something later.
  void after(long nanos, Runnable action);

  /// The registry's request was done.
  void answer(RegistryReply reply);

  /// The same by a cpu.
  void answer(CpuReply reply);

  /// The others have removed this member: its process has to end.
  void end();
}
