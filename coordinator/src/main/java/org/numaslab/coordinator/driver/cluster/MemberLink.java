package org.numaslab.coordinator.driver.cluster;

import org.numaslab.node.loan.Frame;

/// Takes what a member sends to others. It may be lost.
public interface MemberLink {
  void send(Frame frame);
}
