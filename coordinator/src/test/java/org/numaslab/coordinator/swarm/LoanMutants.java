package org.numaslab.coordinator.swarm;

import static org.numaslab.coordinator.swarm.LoanMutant.leak;
import static org.numaslab.coordinator.swarm.LoanMutant.unsafe;

import java.util.List;

/// Every rule of the loan protocol, broken: how the rules themselves are kept.
final class LoanMutants {
  private static final String HOME = "Home";
  private static final String BORDER = "Border";
  private static final String BORDERS = "Borders";
  private static final String INCOMING = "Incoming";
  private static final String OUTGOING = "Outgoing";

  private LoanMutants() {}

  static final List<LoanMutant> RULES =
      List.of(
          unsafe("R1", "no dedup")
              .inLoan(INCOMING, "return done.get(sequence);", "return null;")
              .scenario(RequestScenarios.class, "answeredLate"),
          unsafe("R1, R3", "dedup key without incarnation")
              .inLoan(
                  HOME,
                  "incoming.computeIfAbsent(from, f",
                  "incoming.computeIfAbsent(new Incarnation(from.node(), 0), f")
              .inLoan(
                  BORDER,
                  "fromOthers.computeIfAbsent(from, f",
                  "fromOthers.computeIfAbsent(new Incarnation(from.node(), 0), f")
              .scenario(RequestScenarios.class, "secondLife"),
          unsafe("R1", "a refusal is not remembered")
              .inLoan(
                  HOME,
                  "known.remember(request.sequence(), told);",
                  "if (!(told instanceof Taken taken) || taken.isTaken()) {"
                      + " known.remember(request.sequence(), told); }")
              .inLoan(
                  BORDER,
                  "incoming.remember(request.sequence(), told);",
                  "if (((Taken) told).isTaken()) { incoming.remember(request.sequence(), told); }")
              .scenario(RequestScenarios.class, "refusedOnce"),
          leak("R2", "a free is not sent again")
              .inLoan(
                  OUTGOING,
                  "request.next = now + request.wait;",
                  "request.next = now + (request.asked instanceof Frame.ForNode f && (f.message()"
                      + " instanceof org.numaslab.node.protocol.NodeProtocol.Free || f.message()"
                      + " instanceof org.numaslab.node.protocol.NodeProtocol.GivePages)"
                      + " ? 3_600_000_000_000L : request.wait);")
              .scenario(RequestScenarios.class, "firstOfTwoIsLost"),
          unsafe("R3", "removed senders are not fenced")
              .inLoan(BORDERS, "} else if (isOver(frame.from())) {", "} else if (false) {")
              .inLoan(
                  BORDERS,
                  "return member.equals(members.get(member.node()));",
                  "return isOver(member) || member.equals(members.get(member.node()));")
              .scenario(LeaseScenarios.class, "zombie"),
          unsafe("R3", "the destination's incarnation is not checked")
              .inLoan(
                  BORDERS,
                  "if (!frame.to().equals(me)) {",
                  "if (!frame.to().node().equals(me.node())) {")
              .inLoan(
                  BORDERS,
                  "} else if (frame.home().equals(me)) {",
                  "} else if (frame.home().node().equals(me.node())) {")
              .inLoan(HOME, "if (known.isAhead(request.oldestOpen())) {", "if (false) {")
              .scenario(RequestScenarios.class, "toAnEarlierLife"),
          unsafe("R3", "an address goes without the incarnation of its home")
              .inLoan(BORDERS, "|| isOver(frame.home())", "")
              .inLoan(BORDERS, "|| !border.home().equals(frame.home())", "")
              .scenario(RequestScenarios.class, "ofAnEarlierLife"),
          unsafe("R5", "the member ignores that its lease has run out")
              .inLoan(BORDER, "return now < leasedUntil;", "return leasedUntil != Long.MIN_VALUE;")
              .inLoan(BORDER, "due = Math.min(due, leasedUntil);", "")
              .scenario(LeaseScenarios.class, "grantWithoutALease"),
          unsafe("R5", "the lease counts from the arrival of the reply")
              .inLoan(
                  BORDER,
                  "leasedUntil = ack.sentAt() + times.lease();",
                  "leasedUntil = now + times.lease();")
              .scenario(LeaseScenarios.class, "acknowledgedLate"),
          unsafe("R5", "a hand-off is taken without a valid lease")
              .inLoan(
                  BORDER,
                  "if (!isLeased(now)) {\n      events.rejected(Rejection.HAND_OFF_WITHOUT_LEASE);",
                  "if (false) {\n      events.rejected(Rejection.HAND_OFF_WITHOUT_LEASE);")
              .scenario(LeaseScenarios.class, "handedOffWithoutALease"),
          unsafe("R5", "who is not in the lease table is served")
              .inLoan(HOME, "if (!leases.containsKey(from)) {", "if (false) {")
              .inLoan(BORDER, "toHome.hold();", "")
              .seeds(27, 474),
          unsafe("R6", "late grants are handed out, late hand-offs taken")
              .inLoan(
                  BORDER,
                  "if (!isLeased(now)) {\n      events.rejected(Rejection.GRANT_PARKED);",
                  "if (false) {\n      events.rejected(Rejection.GRANT_PARKED);")
              .inLoan(
                  BORDER,
                  "if (!isLeased(now)) {\n      events.rejected(Rejection.HAND_OFF_WITHOUT_LEASE);",
                  "if (false) {\n      events.rejected(Rejection.HAND_OFF_WITHOUT_LEASE);")
              .scenario(LeaseScenarios.class, "grantWithoutALease"),
          leak("R7", "nothing is reclaimed")
              .inLoan(HOME, "step = Census.FENCE;", "step = Census.NONE;")
              .scenario(LeaseScenarios.class, "zombie"),
          unsafe("R7", "an open hand-off to a removed member is taken back")
              .inLoan(
                  HOME,
                  "outbox.handedOff(open.token, true); // it went with it",
                  "comesBack(open.names); outbox.handedOff(open.token, false);")
              .inLoan(
                  BORDER,
                  "unfinished.remove(open);\n        outbox.handedOff(open.token, true);",
                  "unfinished.remove(open); here.addAll(open.names);"
                      + " outbox.handedOff(open.token, false);")
              .scenario(RequestScenarios.class, "passedOnBeforeTheRemoval"),
          leak("R7", "a census only for a removed member that had a lease")
              .inLoan(
                  HOME,
                  "step = Census.FENCE;",
                  "if (lease != null || step != Census.NONE) { step = Census.FENCE; }")
              .scenario(CensusScenarios.class, "handedOffAndGone"),
          leak("R8", "only what lies in the slabs lent to the removed is a candidate")
              .inLoan(
                  HOME,
                  "private Marks candidates = new Marks();",
                  "private Marks candidates = new Marks();"
                      + " private final Set<Long> lentToRemoved = new HashSet<>();")
              .inLoan(
                  HOME,
                  "state.closeLoans(cpu -> memberOf.apply(cpu).equals(member));",
                  "state.borrowers().forEach((frame, cpu) -> {"
                      + " if (memberOf.apply(cpu).equals(member)) { lentToRemoved.add(frame); } });"
                      + " state.closeLoans(cpu -> memberOf.apply(cpu).equals(member));")
              .inLoan(
                  HOME,
                  "candidates = out.copy();",
                  "candidates = new Marks();"
                      + " for (long address : out.toArray()) { for (int pages = 0; pages < 8; pages++) {"
                      + " if (lentToRemoved.contains((address >>> 12) - pages)) {"
                      + " candidates.add(address); } } }")
              .scenario(CensusScenarios.class, "listedOnce"),
          unsafe("R8", "swept before the lease of the removed has run out")
              .inLoan(HOME, "isAnswered() && now >= removedUntil", "isAnswered()")
              .scenario(LeaseScenarios.class, "zombie"),
          leak("R8 fence", "a view is acknowledged without fencing")
              .inLoan(BORDER, "remove.accept(gone);", "")
              .scenario(LeaseScenarios.class, "newcomerKnowsTheRemoved"),
          leak("R8 fence", "no fence round")
              .inLoan(
                  HOME,
                  "return leases.values().stream().allMatch(lease -> lease.fenced >= removed.size());",
                  "return true;")
              .scenario(CensusScenarios.class, "passedOnPastTheFence"),
          leak("R5, R8 fence", "a newcomer's first acknowledgment lacks the removed")
              .inLoan(
                  HOME,
                  "Lease lease = leases.computeIfAbsent(from, f -> new Lease());",
                  "boolean isNew = !leases.containsKey(from);"
                      + " Lease lease = leases.computeIfAbsent(from, f -> new Lease());")
              .inLoan(
                  HOME,
                  "acknowledge(from, renew.sentAt(), renew.fenced());",
                  "acknowledge(from, renew.sentAt(),"
                      + " isNew ? removed.size() : renew.fenced());")
              .scenario(LeaseScenarios.class, "newcomerKnowsTheRemoved"),
          unsafe("R8 (a)", "open requests are not finished before listing")
              .inLoan(BORDER, "|| isListed || !unfinished.isEmpty()", "|| isListed")
              .scenario(CensusScenarios.class, "handedOffAndGone"),
          leak("R8 (a)", "those to the home are finished, hand-offs are not")
              .inLoan(
                  BORDER,
                  "unfinished.addAll(toHome.all());",
                  "toHome.all().forEach(open -> {"
                      + " if (!(open.asked instanceof HandOff)) { unfinished.add(open); } });")
              .inLoan(
                  BORDER,
                  "toOthers.values().forEach(others -> unfinished.addAll(others.all()));",
                  "")
              .scenario(CensusScenarios.class, "handedOffAndGone"),
          unsafe("R8 (b)", "what was granted is not listed")
              .inLoan(
                  BORDER,
                  "private final Marks here = new Marks();",
                  "private final Marks here = new Marks(); private final Marks taken = new Marks();")
              .inLoan(
                  BORDER,
                  "here.addAll(handOff.objects());",
                  "here.addAll(handOff.objects()); taken.addAll(handOff.objects());")
              .inLoan(
                  BORDER,
                  "here.addAll(crossing.entering(message, reply));",
                  "here.addAll(crossing.entering(message, reply));"
                      + " taken.removeAll(crossing.entering(message, reply));")
              .inLoan(
                  BORDER,
                  "Marks mine = here.copy();\n    toHome.all().forEach(open -> mine.addAll(open.names));"
                      + "\n    toOthers.values().forEach(others -> others.all().forEach(open ->"
                      + " mine.addAll(open.names)));\n    return mine;",
                  "Marks mine = here.copy(); for (long address : here.toArray()) {"
                      + " if (!taken.contains(address)) { mine.remove(address); } }"
                      + " toHome.all().forEach(open -> mine.addAll(open.names));"
                      + " toOthers.values().forEach(others -> others.all().forEach(open ->"
                      + " mine.addAll(open.names)));\n    return mine;")
              .scenario(CensusScenarios.class, "listedOnce"),
          unsafe("R8 (b)", "open hand-offs are not listed")
              .inLoan(
                  BORDER,
                  "toHome.all().forEach(open -> mine.addAll(open.names));"
                      + "\n    toOthers.values().forEach(others -> others.all().forEach(open ->"
                      + " mine.addAll(open.names)));\n    return mine;",
                  "toHome.all().forEach(open -> { if (!(open.asked instanceof HandOff)) {"
                      + " mine.addAll(open.names); } });\n    return mine;")
              .scenario(CensusScenarios.class, "handsOffBeforeItLists"),
          unsafe("R8 (b)", "open frees and returns are not listed")
              .inLoan(
                  BORDER,
                  "toHome.all().forEach(open -> mine.addAll(open.names));"
                      + "\n    toOthers.values().forEach(others -> others.all().forEach(open ->"
                      + " mine.addAll(open.names)));\n    return mine;",
                  "toHome.all().forEach(open -> { if (open.asked instanceof HandOff) {"
                      + " mine.addAll(open.names); } });"
                      + "\n    toOthers.values().forEach(others -> others.all().forEach(open ->"
                      + " mine.addAll(open.names)));\n    return mine;")
              .scenario(CensusScenarios.class, "freesBeforeItLists"),
          unsafe("R8 (c)", "hand-offs are taken after the answer")
              .inLoan(
                  BORDER,
                  "if (isListed) {\n      events.rejected",
                  "if (false) {\n      events.rejected")
              .scenario(CensusScenarios.class, "handedOffByTheHomeAroundACensus"),
          unsafe("R8", "what comes back meanwhile stays a candidate")
              .inLoan(HOME, "candidates.removeAll(addresses);", "")
              .scenario(CensusScenarios.class, "handedBackDuringTheCount"),
          leak("R8", "not begun again on a second removal")
              .inLoan(
                  HOME, "step = Census.FENCE;", "if (step == Census.NONE) { step = Census.FENCE; }")
              .scenario(CensusScenarios.class, "passedOnPastTheSecondFence"),
          leak("R8", "begun again with the count round only")
              .inLoan(
                  HOME,
                  "step = Census.FENCE;",
                  "if (step == Census.COUNT) { beginCount(now); } else { step = Census.FENCE; }")
              .scenario(CensusScenarios.class, "passedOnPastTheSecondFence"),
          unsafe("R8", "an answer to an old number counts")
              .inLoan(
                  HOME,
                  "|| step != Census.COUNT || listed.census() != census",
                  "|| step != Census.COUNT")
              .scenario(CensusScenarios.class, "listOfTheCensusBefore"),
          unsafe("R8", "no answer is taken for an empty one")
              .inLoan(
                  HOME,
                  "return leases.values().stream().allMatch(lease -> lease.answered == census);",
                  "return true;")
              .scenario(CensusScenarios.class, "listOfTheCensusBefore"),
          unsafe("R8", "a newcomer is not asked")
              .inLoan(
                  HOME,
                  "Lease lease = leases.computeIfAbsent(from, f -> new Lease());",
                  "boolean isNew = !leases.containsKey(from);"
                      + " Lease lease = leases.computeIfAbsent(from, f -> new Lease());"
                      + " if (isNew) { lease.answered = census; }")
              .scenario(CensusScenarios.class, "newcomerDuringTheCount"));
}
