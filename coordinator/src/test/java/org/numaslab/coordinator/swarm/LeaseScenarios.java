package org.numaslab.coordinator.swarm;

import static org.numaslab.coordinator.swarm.FewMembers.fromTo;

import java.util.function.Predicate;
import org.numaslab.coordinator.swarm.FewMembers.Member;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.RenewAck;

/// Leases that run out, grants and hand-offs that meet that: R5 and R6, one message at a time. Each
/// says what went wrong, or nothing.
final class LeaseScenarios {
  private LeaseScenarios() {}

  /// Somebody joins after a removal that it does not know of.
  static String newcomerKnowsTheRemoved() {
    try (FewMembers few = new FewMembers(3)) {
      Member newcomer = few.member(1);
      Member gone = few.member(2);
      few.kill(gone);
      few.member(0).removes(gone);
      newcomer.wantsPage();
      newcomer.handsOff(newcomer.page(), gone);
      few.pass(10);
      newcomer.removes(gone);
      return few.end();
    }
  }

  /// One that was removed goes on unaware.
  static String zombie() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(1).wantsPage();
      few.pass(310);
      few.member(0).removes(few.member(1));
      return few.end();
    }
  }

  /// The same with a slow clock, at a home with a fast one.
  static String slowZombie() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(0).runsAt(1025);
      few.member(1).runsAt(975);
      few.member(1).wantsPage();
      few.pass(310);
      few.member(0).removes(few.member(1));
      return few.end();
    }
  }

  /// One that was removed goes on unaware; then one is removed whose lease ends sooner.
  static String twoLeases() {
    try (FewMembers few = new FewMembers(3)) {
      Member home = few.member(0);
      few.member(1).wantsPage();
      few.member(2).wantsPage();
      few.kill(few.member(2));
      few.pass(310);
      home.removes(few.member(1));
      home.removes(few.member(2));
      return few.end();
    }
  }

  /// An acknowledgment comes late; then the home removes the member, which goes on.
  static String acknowledgedLate() {
    try (FewMembers few = new FewMembers(2)) {
      Member zombie = few.member(1);
      zombie.wantsPage();
      few.hold(fromTo(few.member(0), zombie));
      few.pass(350);
      few.lose(fromTo(zombie, few.member(0)));
      few.release();
      few.member(0).removes(zombie);
      return few.end();
    }
  }

  /// One that is not heard any more is told something unasked; then the home removes it.
  static String toldUnasked() {
    try (FewMembers few = new FewMembers(3)) {
      Member zombie = few.member(1);
      zombie.wantsPage();
      few.lose(fromTo(zombie, few.member(0)));
      few.pass(350);
      few.kill(few.member(2));
      few.member(0).removes(few.member(2));
      few.member(0).removes(zombie);
      return few.end();
    }
  }

  /// A hand-off comes to one whose lease has run out.
  static String handedOffWithoutALease() {
    try (FewMembers few = new FewMembers(3)) {
      Member from = few.member(1);
      Member to = few.member(2);
      from.wantsPage();
      long page = from.page();
      few.lose(fromTo(few.member(0), to));
      few.pass(500);
      from.handsOff(page, to);
      return to.has(page) ? "it is taken" : few.end();
    }
  }

  /// A grant comes when the lease has run out, and the lease is renewed after that.
  static String grantWithoutALease() {
    try (FewMembers few = new FewMembers(2)) {
      Member asks = few.member(1);
      Predicate<Frame> toIt = fromTo(few.member(0), asks);
      asks.wantsPage();
      few.lose(toIt.and(frame -> frame.body() instanceof RenewAck));
      few.pass(390);
      few.hold(toIt.and(FewMembers::isAnswer));
      asks.asksForPage();
      few.pass(50);
      few.release();
      if (asks.has.size() > 1) {
        return "it is used";
      }
      few.lose(frame -> false);
      few.pass(200);
      return asks.has.size() > 1 ? few.end() : "it never comes";
    }
  }

  /// A grant comes when nobody waits for it any more.
  static String grantTooLate() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(1).wantsPage();
      few.hold(fromTo(few.member(0), few.member(1)).and(FewMembers::isAnswer));
      few.member(1).asksForPage();
      few.pass(700);
      return few.end();
    }
  }

  /// The right to a slab comes when the lease has run out.
  static String rightWithoutALease() {
    try (FewMembers few = new FewMembers(2)) {
      Member frees = few.member(1);
      frees.wantsPage();
      few.lose(fromTo(few.member(0), frees));
      frees.frees(frees.page());
      few.pass(500);
      few.grantsRight(frees, 2);
      return frees.hasRight() ? "it is used" : "";
    }
  }

  static String handsOffWithoutALease() {
    try (FewMembers few = new FewMembers(3)) {
      Member giver = few.member(1);
      giver.wantsPage();
      few.lose(fromTo(few.member(0), giver));
      few.pass(500);
      return giver.handsOff(giver.page(), few.member(2)) ? "it could" : "";
    }
  }
}
