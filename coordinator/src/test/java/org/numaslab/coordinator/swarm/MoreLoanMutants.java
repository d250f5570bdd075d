package org.numaslab.coordinator.swarm;

import static org.numaslab.coordinator.swarm.LoanMutant.leak;
import static org.numaslab.coordinator.swarm.LoanMutant.unsafe;

import java.util.List;

/// What the rules of the loan protocol need besides, broken.
final class MoreLoanMutants {
  private static final String HOME = "Home";
  private static final String BORDER = "Border";
  private static final String BORDERS = "Borders";
  private static final String INCOMING = "Incoming";
  private static final String OUTGOING = "Outgoing";

  private MoreLoanMutants() {}

  static final List<LoanMutant> NOTICED =
      List.of(
          unsafe("R5", "acknowledgments that nobody asked for renew the lease")
              .inLoan(
                  BORDER,
                  "private void renewed(RenewAck ack, long now) {",
                  "private void renewed(RenewAck asSent, long now) {"
                      + " RenewAck ack = asSent.sentAt() != RenewAck.UNASKED ? asSent"
                      + " : new RenewAck(now, asSent.removed(), asSent.view(), asSent.census(),"
                      + " asSent.closed(), asSent.nrPartial());")
              .scenario(LeaseScenarios.class, "toldUnasked"),
          unsafe("R5", "a home waits less long than the member uses")
              .inLoan("LoanTimes", "PATIENCE_PERCENT = 106", "PATIENCE_PERCENT = 90")
              .scenario(LeaseScenarios.class, "zombie"),
          unsafe("R5", "a home does not allow for clocks that differ")
              .inLoan("LoanTimes", "PATIENCE_PERCENT = 106", "PATIENCE_PERCENT = 100")
              .scenario(LeaseScenarios.class, "slowZombie"),
          unsafe("R5", "loans are not given back when the lease runs out")
              .inLoan(BORDER, "outbox.giveBack(home.node());", "")
              .seeds(1, 2, 5),
          unsafe("R6", "late grants are handed out")
              .inLoan(
                  BORDER,
                  "if (!isLeased(now)) {\n      events.rejected(Rejection.GRANT_PARKED);",
                  "if (false) {\n      events.rejected(Rejection.GRANT_PARKED);")
              .scenario(LeaseScenarios.class, "grantWithoutALease"),
          leak("R6", "a parked grant is forgotten")
              .inLoan(
                  BORDER,
                  "outbox.granted(asked.message().from().cpu(), home, open.sequence);\n"
                      + "        }\n      }\n      parked.clear();",
                  "}\n      }\n      parked.clear();")
              .scenario(LeaseScenarios.class, "grantWithoutALease"),
          leak("R2", "what comes too late is not given back")
              .inLoan(
                  BORDER,
                  "enter(open, message, reply, now);\n    giveBack(message, reply, now);",
                  "enter(open, message, reply, now);")
              .scenario(LeaseScenarios.class, "grantTooLate"),
          leak("R1", "every request before the last one counts as answered")
              .inLoan(
                  OUTGOING,
                  "new Request(request.sequence, open.first(), request.asked)",
                  "new Request(request.sequence, request.sequence, request.asked)")
              .scenario(RequestScenarios.class, "firstOfTwoIsLost"),
          leak("R7", "a removed member's loans stay open")
              .inLoan(HOME, "state.closeLoans(cpu -> memberOf.apply(cpu).equals(member));", "")
              .seeds(3, 1, 2),
          leak("R7", "a member removes a home and keeps its border")
              .inLoan(BORDERS, "gone.close();", "")
              .scenario(RequestScenarios.class, "homeIsRemoved"),
          unsafe("R3", "a newer life takes the place of one that is not removed")
              .inLoan(
                  BORDERS,
                  "Incarnation known = members.putIfAbsent(member.node(), member);",
                  "Incarnation known = members.put(member.node(), member);")
              .seeds(21, 22, 23),
          unsafe("R7", "a cpu keeps the slab of a home that is gone")
              .inCpu(
                  "OtherHomes", "c.uninstall();\n          }\n          c.partial", "}\n c.partial")
              .seeds(34, 50, 58),
          leak("R9", "what is refused to a home's task stays out")
              .inLoan(
                  HOME, "if (!taken.isTaken()) {\n      comesBack(open.names);", "if (false) {\n")
              .scenario(CensusScenarios.class, "handedOffByTheHomeAroundACensus"),
          unsafe("R9", "what was refused is not here again")
              .inLoan(
                  BORDER,
                  "if (!taken.isTaken()) {\n          here.addAll(open.names);",
                  "if (false) {\n")
              .scenario(CensusScenarios.class, "refusedThenCounted"),
          unsafe("R8", "what is handed back to the home stays a candidate")
              .inLoan(
                  HOME,
                  "comesBack(handOff.objects());\n    outbox.deliver",
                  "out.removeAll(handOff.objects());\n    outbox.deliver")
              .scenario(CensusScenarios.class, "handedBackDuringTheCount"),
          unsafe("R8 (b)", "what went with one that only its sender has removed is not listed")
              .inLoan(BORDER, "went.addAll(open.names);", "")
              .scenario(CensusScenarios.class, "handedToOneThatOnlyItsSenderHasRemoved"),
          unsafe("R8", "the first part of a list counts as all of it")
              .inLoan("LoanTimes", "LISTED_PAGES = 512", "LISTED_PAGES = 1")
              .inLoan(HOME, "lease.parts.size() == listed.parts()", "!lease.parts.isEmpty()")
              .scenario(CensusScenarios.class, "listOfTheCensusBefore"),
          unsafe("R8", "only the lease of the last removed is waited for")
              .inLoan(
                  HOME,
                  "removedUntil = Math.max(removedUntil, lease.until);",
                  "removedUntil = lease.until;")
              .scenario(LeaseScenarios.class, "twoLeases"),
          unsafe("R8", "the home neither lists its own hand-offs nor waits for them")
              .inLoan(
                  HOME,
                  "if (!hasListedItself && unfinished.isEmpty()) {",
                  "if (!hasListedItself) {")
              .inLoan(
                  HOME,
                  "outgoing.values().forEach(to -> to.all().forEach(open ->"
                      + " candidates.removeAll(open.names)));\n      hasListedItself",
                  "hasListedItself")
              .scenario(CensusScenarios.class, "handedOffByTheHomeAroundACensus"),
          leak("R8", "the home lists its own hand-offs without waiting for them")
              .inLoan(
                  HOME,
                  "if (!hasListedItself && unfinished.isEmpty()) {",
                  "if (!hasListedItself) {")
              .scenario(CensusScenarios.class, "handedOffByTheHomeAndGone"),
          leak("R3", "objects handed out one by one do not count as out")
              .inLoan(
                  "Crossing",
                  "case Handed handed -> new long[] {handed.object()};",
                  "case Handed handed -> NOTHING;")
              .seeds(3, 18, 21),
          unsafe("R6", "an object that was cleared too late is used")
              .inLoan("Crossing", "message instanceof Zero || hasFrozen", "hasFrozen")
              .seeds(5, 40, 61),
          unsafe("R6", "the right to a slab is taken late")
              .inLoan("Crossing", " || hasFrozen(applied.outcomes());", ";")
              .scenario(LeaseScenarios.class, "rightWithoutALease"),
          leak("R2", "an object that was cleared too late is not freed")
              .inLoan(
                  "Crossing",
                  "List.of(free(from, m.cache(), m.object(), Call.on(from.cpu().value())));",
                  "List.of();")
              .seeds(15, 18, 28),
          leak("R2", "the right to a slab that comes too late is not given back")
              .inLoan(
                  "Crossing",
                  "if (outcome.frozen().length > 0) {\n            back.add",
                  "if (false) {\n            back.add")
              .seeds(334, 644, 700),
          unsafe("R1", "a request that is answered and forgotten is done again")
              .inLoan(INCOMING, "return sequence < oldest;", "return false;")
              .scenario(RequestScenarios.class, "requestedLongAgo"),
          leak("R9", "what is handed off stays here")
              .inLoan(BORDER, "here.removeAll(objects);\n    outgoing(to)", "outgoing(to)")
              .scenario(CensusScenarios.class, "listedOnce"),
          unsafe("R9", "a member hands off what it does not have")
              .inLoan(BORDER, "!isLeased(now) || !hasAll(objects)", "!isLeased(now)")
              .scenario(RequestScenarios.class, "handsOffWhatItDoesNotHave"),
          unsafe("R5", "a member hands off without a valid lease")
              .inLoan(BORDER, "!isLeased(now) || !hasAll(objects)", "!hasAll(objects)")
              .scenario(LeaseScenarios.class, "handsOffWithoutALease"),
          unsafe("R4, R10", "what is not out is freed")
              .inLoan(
                  HOME,
                  "if (knowsHolders && !isChecked(message) && !isOut(leaving)) {",
                  "if (false) {")
              .scenario(RequestScenarios.class, "freedTwice"),
          unsafe("R4, R10", "what is named twice is freed twice")
              .inLoan(
                  HOME,
                  "out.hasEachOnce(addresses)",
                  "java.util.Arrays.stream(addresses).allMatch(out::contains)")
              .scenario(RequestScenarios.class, "handedOffTwiceAtOnce"),
          unsafe("R4, R10", "what is not out comes back with a task")
              .inLoan(HOME, "|| !isOut(handOff.objects())", "")
              .scenario(RequestScenarios.class, "handedBackTwice"),
          unsafe("R3", "a cpu is served for a member that it is not of")
              .inLoan(
                  HOME, "if (!memberOf.apply(message.from().cpu()).equals(from)) {", "if (false) {")
              .scenario(RequestScenarios.class, "cpuOfSomebodyElse"),
          leak("R7", "a member that is removed goes on")
              .inLoan(BORDERS, "outbox.end();", "")
              .scenario(RequestScenarios.class, "removedItself"),
          leak("R8", "nobody is reminded of a census")
              .inLoan(HOME, "acknowledge(to, RenewAck.UNASKED, lease.fenced);\n        }", "}")
              .scenario(CensusScenarios.class, "idleMember"),
          leak("R8 fence", "who is told of a removal does not say that it has fenced it")
              .inLoan(
                  BORDER,
                  "isAwaited |= ack.sentAt() == RenewAck.UNASKED || ack.view() > fenced;",
                  "")
              .scenario(CensusScenarios.class, "idleMember"),
          unsafe("R5", "requests do not wait for the first lease")
              .inLoan(BORDER, "toHome.hold();", "")
              .seeds(1));

  /// What no run can notice, since it changes nothing that matters.
  static final List<LoanMutant> HARMLESS =
      List.of(
          leak("R8 (a)", "a request to a removed member is waited for")
              .inLoan(
                  BORDER,
                  "unfinished.remove(open);\n        outbox.handedOff(open.token, true);",
                  "outbox.handedOff(open.token, true);"),
          leak("R8", "the home does not list its own hand-offs, but waits for them")
              .inLoan(
                  HOME,
                  "outgoing.values().forEach(to -> to.all().forEach(open ->"
                      + " candidates.removeAll(open.names)));\n      hasListedItself",
                  "hasListedItself"),
          unsafe("R7", "what a cpu has freed of a home that is gone is sent to the next one")
              .inCpu("OtherHomes", "remoteFrees.forget(home.value());", ""),
          unsafe("R5", "who is not in the lease table is served, but waits until it is")
              .inLoan(HOME, "if (!leases.containsKey(from)) {", "if (false) {"),
          unsafe("R1", "a grant that is taken only later is granted at each answer")
              .inLoan(BORDER, "if (open == null || open.parked != null) {", "if (open == null) {"),
          leak("R8", "a list has one page to a part")
              .inLoan("LoanTimes", "LISTED_PAGES = 512", "LISTED_PAGES = 1"));
}
