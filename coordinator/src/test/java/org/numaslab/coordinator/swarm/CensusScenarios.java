package org.numaslab.coordinator.swarm;

import static org.numaslab.coordinator.swarm.FewMembers.fromTo;

import java.util.function.Predicate;
import org.numaslab.coordinator.swarm.FewMembers.Member;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.RenewAck;

/// Removals, and what meets the census after them: R8, one message at a time. Each says what went
/// wrong, or nothing.
final class CensusScenarios {
  private CensusScenarios() {}

  private static Predicate<Frame> asks(long census) {
    return frame -> frame.body() instanceof RenewAck ack && ack.census() == census;
  }

  /// One member lists an object, and passes it on to one that has not heard of the removal: from
  /// there it goes with the removed one.
  static String passedOnPastTheFence() {
    try (FewMembers few = new FewMembers(4)) {
      Member lists = few.member(1);
      Member slow = few.member(2);
      Member gone = few.member(3);
      lists.wantsPage();
      slow.wantsPage();
      long page = lists.page();
      few.kill(gone);
      few.hold(fromTo(few.member(0), slow));
      few.member(0).removes(gone);
      few.pass(10);
      lists.handsOff(page, slow);
      slow.handsOff(page, gone);
      return few.end();
    }
  }

  /// The same during a census: a second member is removed.
  static String passedOnPastTheSecondFence() {
    try (FewMembers few = new FewMembers(5)) {
      Member home = few.member(0);
      Member lists = few.member(1);
      Member slow = few.member(2);
      Member gone = few.member(4);
      lists.wantsPage();
      slow.wantsPage();
      long page = lists.page();
      few.kill(few.member(3));
      few.hold(
          fromTo(home, slow)
              .and(frame ->
                  frame.body() instanceof RenewAck ack && (ack.census() > 0 || ack.view() > 1)));
      home.removes(few.member(3));
      few.pass(10);
      few.kill(gone);
      home.removes(gone);
      few.pass(10);
      lists.handsOff(page, slow);
      slow.handsOff(page, gone);
      return few.end();
    }
  }

  /// A list is late until the census after the one that it is for, and its sender takes something
  /// meanwhile.
  static String listOfTheCensusBefore() {
    try (FewMembers few = new FewMembers(5)) {
      Member home = few.member(0);
      Member late = few.member(1);
      Member gives = few.member(2);
      late.wantsPage();
      gives.wantsPage();
      few.hold(fromTo(late, home).and(FewMembers::isList).or(fromTo(home, gives).and(asks(2))));
      few.kill(few.member(3));
      few.kill(few.member(4));
      home.removes(few.member(3));
      few.pass(10);
      home.removes(few.member(4));
      few.pass(10);
      gives.handsOff(gives.page(), late);
      return few.end();
    }
  }

  /// A hand-off is on its way to one that its sender has removed and the home has not, during a
  /// census for another one.
  static String handedToOneThatOnlyItsSenderHasRemoved() {
    try (FewMembers few = new FewMembers(4)) {
      Member home = few.member(0);
      Member sender = few.member(1);
      Member downed = few.member(2);
      sender.wantsPage();
      downed.wantsPage();
      few.hold(fromTo(sender, downed).and(FewMembers::isHandOff));
      sender.handsOff(sender.page(), downed);
      sender.removes(downed);
      few.kill(few.member(3));
      home.removes(few.member(3));
      few.pass(100);
      return few.end();
    }
  }

  /// What was handed off has gone further, to one that is removed, before its sender hears that it
  /// was taken.
  static String handedOffAndGone() {
    try (FewMembers few = new FewMembers(4)) {
      few.member(2).wantsPage();
      few.member(1).wantsPage();
      return goneBeforeTheAnswer(few, few.member(1), few.member(2), few.member(3));
    }
  }

  /// The same of the home's own hand-off.
  static String handedOffByTheHomeAndGone() {
    try (FewMembers few = new FewMembers(3)) {
      few.member(1).wantsPage();
      few.member(0).wantsPage();
      return goneBeforeTheAnswer(few, few.member(0), few.member(1), few.member(2));
    }
  }

  private static String goneBeforeTheAnswer(FewMembers few, Member from, Member over, Member gone) {
    long page = from.page();
    few.hold(fromTo(over, from).and(FewMembers::isAnswer));
    from.handsOff(page, over);
    few.kill(gone);
    over.handsOff(page, gone);
    few.member(0).removes(gone);
    few.pass(100);
    return few.end();
  }

  /// The home's own hand-off is on its way during a whole census.
  static String handedOffByTheHomeAroundACensus() {
    try (FewMembers few = new FewMembers(3)) {
      Member home = few.member(0);
      Member receiver = few.member(1);
      receiver.wantsPage();
      home.wantsPage();
      few.hold(fromTo(home, receiver).and(FewMembers::isHandOff));
      home.handsOff(home.page(), receiver);
      few.kill(few.member(2));
      home.removes(few.member(2));
      few.pass(100);
      return few.end();
    }
  }

  /// An object comes back to a task of its home after the count has begun, from one that is not
  /// asked yet.
  static String handedBackDuringTheCount() {
    try (FewMembers few = new FewMembers(3)) {
      Member home = few.member(0);
      Member holder = few.member(1);
      holder.wantsPage();
      few.hold(fromTo(home, holder).and(asks(1)));
      few.kill(few.member(2));
      home.removes(few.member(2));
      few.pass(10);
      holder.handsOff(holder.page(), home);
      return few.end();
    }
  }

  /// One that has nothing, and renews nothing, does not hear of a removal at first.
  static String idleMember() {
    try (FewMembers few = new FewMembers(3)) {
      Member home = few.member(0);
      Member idle = few.member(1);
      idle.wantsPage();
      idle.frees(idle.page());
      few.pass(2000);
      few.lose(fromTo(home, idle));
      few.kill(few.member(2));
      home.removes(few.member(2));
      few.pass(10);
      return few.end();
    }
  }

  /// Who has taken something over dies with it.
  static String listedOnce() {
    try (FewMembers few = new FewMembers(4)) {
      Member home = few.member(0);
      Member first = few.member(1);
      Member second = few.member(2);
      first.wantsPage();
      first.wantsPage();
      second.wantsPage();
      long page = first.page();
      first.handsOff(page, second);
      few.kill(second);
      home.removes(second);
      return few.end();
    }
  }

  /// What was refused is still its sender's when a member is removed.
  static String refusedThenCounted() {
    try (FewMembers few = new FewMembers(4)) {
      Member from = few.member(1);
      from.wantsPage();
      few.lose(fromTo(few.member(0), few.member(2)));
      few.pass(500);
      from.handsOff(from.page(), few.member(2));
      few.lose(frame -> false);
      few.pass(100);
      few.kill(few.member(3));
      few.member(0).removes(few.member(3));
      return few.end();
    }
  }

  /// A member that is asked waits for one request, and begins a hand-off meanwhile.
  static String handsOffBeforeItLists() {
    try (FewMembers few = new FewMembers(4)) {
      Member asked = few.member(1);
      Member other = few.member(2);
      asked.wantsPage();
      asked.wantsPage();
      other.wantsPage();
      Predicate<Frame> handOffs = fromTo(asked, other).and(FewMembers::isHandOff);
      few.hold(fromTo(asked, few.member(0)).and(FewMembers::isForNode).or(handOffs));
      asked.frees(asked.page());
      few.kill(few.member(3));
      few.member(0).removes(few.member(3));
      few.pass(10);
      asked.handsOff(asked.page(), other);
      few.hold(handOffs);
      few.pass(500);
      return few.end();
    }
  }

  /// The same with a free instead of the hand-off; the object is somebody else's when it arrives.
  static String freesBeforeItLists() {
    try (FewMembers few = new FewMembers(4)) {
      Member asked = few.member(1);
      Member other = few.member(2);
      asked.wantsPage();
      asked.wantsPage();
      other.wantsPage();
      few.hold(fromTo(asked, few.member(0)).and(FewMembers::isForNode));
      asked.frees(asked.page());
      few.kill(few.member(3));
      few.member(0).removes(few.member(3));
      few.pass(10);
      long second = asked.page();
      asked.frees(second);
      few.hold(frame -> FewMembers.isFreeOf(frame, second));
      few.pass(1000);
      other.wantsPage();
      other.wantsPage();
      return few.end();
    }
  }

  /// Somebody joins during the count, and takes something before it lists.
  static String newcomerDuringTheCount() {
    try (FewMembers few = new FewMembers(4)) {
      Member home = few.member(0);
      Member from = few.member(1);
      Member newcomer = few.member(2);
      from.wantsPage();
      Predicate<Frame> requests = fromTo(newcomer, home).and(FewMembers::isForNode);
      few.hold(fromTo(home, from).and(asks(1)).or(requests));
      few.kill(few.member(3));
      home.removes(few.member(3));
      few.pass(10);
      newcomer.asksForPage();
      from.handsOff(from.page(), newcomer);
      few.hold(requests);
      few.pass(200);
      return few.end();
    }
  }
}
