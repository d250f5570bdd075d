package org.numaslab.coordinator.driver.cluster;

/// Takes what a member sends to others. It may be lost.
public interface MemberLink {
  void send(Parcel parcel);
}
