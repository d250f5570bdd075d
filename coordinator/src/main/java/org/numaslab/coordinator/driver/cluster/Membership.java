package org.numaslab.coordinator.driver.cluster;

import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.ClusterDomainEvent;
import org.apache.pekko.cluster.ClusterEvent.MemberLeft;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.ClusterEvent.MemberUp;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/// Hears from Pekko Cluster who has joined, who leaves and who is removed.
final class Membership {
  private Membership() {}

  static Behavior<ClusterDomainEvent> create(ClusterSystem process) {
    return Behaviors.setup(context -> {
      Cluster cluster = Cluster.get(context.getSystem());
      cluster.subscriptions().tell(Subscribe.create(context.getSelf(), ClusterDomainEvent.class));
      for (Member member : cluster.state().getMembers()) {
        if (member.status().equals(MemberStatus.up())) {
          up(process, member);
        }
      }
      return Behaviors.receiveMessage(event -> {
        if (event instanceof MemberUp up) {
          up(process, up.member());
        } else if (event instanceof MemberLeft left) {
          Roles.members(left.member().getRoles()).forEach(process::leaving);
        } else if (event instanceof MemberRemoved removed) {
          Roles.members(removed.member().getRoles()).forEach(process::removed);
          if (removed.member().uniqueAddress().equals(cluster.selfMember().uniqueAddress())) {
            process.end();
          }
        }
        return Behaviors.same();
      });
    });
  }

  private static void up(ClusterSystem process, Member member) {
    Roles.members(member.getRoles()).forEach(each -> process.up(each, member.address()));
  }
}
