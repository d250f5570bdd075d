package org.numaslab.coordinator.swarm;

import static org.numaslab.coordinator.swarm.FewMembers.fromTo;

import org.numaslab.coordinator.swarm.FewMembers.Member;

/// Requests that are lost, late or double, lives that are over: R1 to R4, R7 and R9, one message at
/// a time. Each says what went wrong, or nothing.
final class RequestScenarios {
  private RequestScenarios() {}

  /// A grant is answered late: its request comes again meanwhile.
  static String answeredLate() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(1).wantsPage();
      few.hold(fromTo(few.member(0), few.member(1)).and(FewMembers::isAnswer));
      few.member(1).asksForPage();
      few.pass(100);
      return few.end();
    }
  }

  /// A request arrives a second time when its answer is long forgotten.
  static String requestedLongAgo() {
    try (FewMembers few = new FewMembers(2)) {
      Member asks = few.member(1);
      asks.wantsPage();
      few.hold(fromTo(asks, few.member(0)).and(FewMembers::isForNode));
      asks.asksForPage();
      few.pass(30);
      few.releaseOne();
      few.hold(frame -> false);
      few.pass(100);
      asks.frees(asks.page());
      asks.wantsPage();
      return few.end();
    }
  }

  /// A request is lost, and the next one is not.
  static String firstOfTwoIsLost() {
    try (FewMembers few = new FewMembers(2)) {
      Member asks = few.member(1);
      asks.wantsPage();
      few.lose(fromTo(asks, few.member(0)));
      asks.frees(asks.page());
      few.lose(frame -> false);
      asks.asksForPage();
      return few.end();
    }
  }

  /// A member starts again, and asks for what it has asked for in its earlier life.
  static String secondLife() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(1).wantsPage();
      few.kill(few.member(1));
      few.member(0).removes(few.member(1));
      few.pass(1000);
      Member again = few.starts(1, 2);
      again.knows(few.member(0));
      few.member(0).knows(again);
      again.wantsPage();
      return again.has.isEmpty() ? "it gets nothing" : few.end();
    }
  }

  /// A hand-off is refused; its sender hears that only after the receiver could have taken it.
  static String refusedOnce() {
    try (FewMembers few = new FewMembers(3)) {
      Member from = few.member(1);
      Member to = few.member(2);
      from.wantsPage();
      to.wantsPage();
      few.lose(fromTo(few.member(0), to));
      few.pass(500);
      few.hold(fromTo(to, from).and(FewMembers::isAnswer));
      from.handsOff(from.page(), to);
      few.lose(frame -> false);
      few.pass(500);
      return few.end();
    }
  }

  /// A request to the life of a home that is over arrives at the next one.
  static String toAnEarlierLife() {
    try (FewMembers few = new FewMembers(2)) {
      Member asks = few.member(1);
      asks.wantsPage();
      few.kill(few.member(0));
      Member next = few.starts(0, 2);
      next.knows(asks);
      asks.asksForPage();
      few.pass(100);
      return next.outside() > 0 ? "it is served" : "";
    }
  }

  /// Something of a home's earlier life is handed off to one that knows the later one only.
  static String ofAnEarlierLife() {
    try (FewMembers few = new FewMembers(3)) {
      Member from = few.member(1);
      Member to = few.member(2);
      from.wantsPage();
      long page = from.page();
      few.kill(few.member(0));
      Member next = few.starts(0, 2);
      next.knows(from, to);
      to.removes(few.member(0));
      to.knows(next);
      next.knows(to);
      to.wantsPage();
      to.frees(to.page());
      from.handsOff(page, to);
      few.pass(10);
      return to.has(page) ? "it is taken" : "";
    }
  }

  static String handsOffWhatItDoesNotHave() {
    try (FewMembers few = new FewMembers(3)) {
      Member giver = few.member(1);
      giver.wantsPage();
      giver.has.add(few.freePage());
      return giver.handsOff(few.freePage(), few.member(2)) ? "it could" : "";
    }
  }

  /// A task frees what it has freed.
  static String freedTwice() {
    try (FewMembers few = new FewMembers(2)) {
      Member wrong = few.member(1);
      wrong.wantsPage();
      long page = wrong.page();
      wrong.frees(page);
      few.member(0).wantsPage();
      few.member(0).has.clear();
      wrong.has.add(page);
      wrong.frees(page);
      few.member(0).wantsPage();
      return few.member(0).has(page) ? "0x%x is handed out twice".formatted(page) : few.end();
    }
  }

  /// A hand-off to the home names something that is not out.
  static String handedBackTwice() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(1).wantsPage();
      few.sendsHandOff(few.member(1), few.freePage());
      return few.member(0).has(few.freePage()) ? "it is taken" : "";
    }
  }

  /// A hand-off to the home names something twice.
  static String handedOffTwiceAtOnce() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(1).wantsPage();
      long page = few.member(1).page();
      few.member(1).has.clear();
      few.sendsHandOff(few.member(1), page, page);
      return few.member(0).has(page) ? "it is taken" : "";
    }
  }

  /// A request comes from one member, in the name of a cpu of another.
  static String cpuOfSomebodyElse() {
    try (FewMembers few = new FewMembers(3)) {
      few.member(1).wantsPage();
      few.member(1).wantsPageFor(few.member(2));
      return few.member(0).outside() > 1 ? "it is served" : "";
    }
  }

  /// A member hears that a home is removed.
  static String homeIsRemoved() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(1).wantsPage();
      few.member(1).removes(few.member(0));
      return few.member(1).has.isEmpty() ? "" : "it keeps what is gone";
    }
  }

  /// A member hears that it was removed.
  static String removedItself() {
    try (FewMembers few = new FewMembers(2)) {
      few.member(1).removes(few.member(1));
      return few.member(1).hasEnded() ? "" : "it goes on";
    }
  }

  /// What was handed off is passed on before its receiver is removed; its sender has not heard that
  /// it was taken.
  static String passedOnBeforeTheRemoval() {
    try (FewMembers few = new FewMembers(4)) {
      Member from = few.member(1);
      Member gone = few.member(2);
      Member last = few.member(3);
      from.wantsPage();
      gone.wantsPage();
      last.wantsPage();
      long page = from.page();
      few.hold(fromTo(gone, from).and(FewMembers::isAnswer));
      from.handsOff(page, gone);
      gone.handsOff(page, last);
      few.kill(gone);
      few.member(0).removes(gone);
      return few.end();
    }
  }
}
