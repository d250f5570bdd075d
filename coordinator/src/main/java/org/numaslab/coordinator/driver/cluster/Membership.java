package org.numaslab.coordinator.driver.cluster;

import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.ClusterDomainEvent;
import org.apache.pekko.cluster.ClusterEvent.MemberDowned;
import org.apache.pekko.cluster.ClusterEvent.MemberExited;
import org.apache.pekko.cluster.ClusterEvent.MemberLeft;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.ClusterEvent.MemberUp;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/// Hears from Pekko Cluster who has joined, who leaves and who is removed.
///
/// | this process | hears | until |
/// |---|---|---|
/// | member | all of it | it is downed, or goes |
/// | over | nothing: that its cluster falls apart for it says nothing of the others | it is removed itself |
final class Membership {
  private final ClusterSystem process;
  private final Cluster cluster;
  private boolean isOver;

  private Membership(ClusterSystem process, Cluster cluster) {
    this.process = process;
    this.cluster = cluster;
  }

  static Behavior<ClusterDomainEvent> create(ClusterSystem process) {
    return Behaviors.setup(context -> {
      Cluster cluster = Cluster.get(context.getSystem());
      cluster.subscriptions().tell(Subscribe.create(context.getSelf(), ClusterDomainEvent.class));
      Membership membership = new Membership(process, cluster);
      for (Member member : cluster.state().getMembers()) {
        if (member.status().equals(MemberStatus.up())) {
          membership.up(member);
        }
      }
      return Behaviors.receiveMessage(event -> {
        membership.hears(event);
        return Behaviors.same();
      });
    });
  }

  private void hears(ClusterDomainEvent event) {
    switch (event) {
      case MemberUp up -> up(up.member());
      case MemberLeft left -> Roles.members(left.member().getRoles()).forEach(process::leaving);
      case MemberExited exited -> isOver |= isMe(exited.member());
      case MemberDowned downed -> isOver |= isMe(downed.member());
      case MemberRemoved removed -> removed(removed.member());
      default -> {}
    }
  }

  private boolean isMe(Member member) {
    return member.uniqueAddress().equals(cluster.selfMember().uniqueAddress());
  }

  private void up(Member member) {
    Roles.members(member.getRoles()).forEach(each -> process.up(each, member.address()));
  }

  private void removed(Member member) {
    boolean isMe = isMe(member);
    if (isMe || (!isOver && !cluster.isTerminated())) {
      Roles.members(member.getRoles()).forEach(process::removed);
    }
    if (isMe) {
      process.end();
    }
  }
}
