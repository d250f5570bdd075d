package org.numaslab.coordinator.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.audit.Event.NONE;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.numaslab.coordinator.audit.Event.Kind;

/// Short histories: of each invariant some that violate it, and for each of those one that nearly
/// does.
///
/// Members A, B and C are nodes 0, 1 and 2 with cpus 0 1, 2 3 and 4 5. Objects lie at A where
/// nothing else is said.
class HistoryAuditTest {
  private record Member(int node, int life) {}

  private static final Member A = new Member(0, 1);
  private static final Member B = new Member(1, 1);
  private static final Member C = new Member(2, 1);
  private static final Member NOBODY = new Member(NONE, NONE);
  private static final int[] NODE_OF_CPU = {0, 0, 1, 1, 2, 2};
  private static final long OBJECT = 0x1000;
  private static final int MILLI = 1_000_000;

  // ---- events

  private static Event event(
      int millis, Kind kind, Member at, int cpu, Member peer, long object, long number) {
    return new Event(
        (long) millis * MILLI, kind, at.node, at.life, cpu, peer.node, peer.life, object, number);
  }

  private static Event task(int millis, Kind kind, Member by, int cpu) {
    return event(millis, kind, by, cpu, A, OBJECT, NONE);
  }

  private static Event allocated(int millis, Member by, int cpu) {
    return task(millis, Kind.ALLOCATED, by, cpu);
  }

  private static Event freed(int millis, Member by, int cpu) {
    return task(millis, Kind.FREED, by, cpu);
  }

  private static Event passed(int millis, Member by, int cpu, int to) {
    return event(millis, Kind.PASSED, by, cpu, A, OBJECT, to);
  }

  private static Event handed(int millis, Member by, int cpu, int to) {
    return event(millis, Kind.HANDED, by, cpu, A, OBJECT, to);
  }

  private static Event taken(int millis, Member by, int cpu) {
    return task(millis, Kind.TAKEN, by, cpu);
  }

  private static Event returned(int millis, Member by, int cpu) {
    return task(millis, Kind.RETURNED, by, cpu);
  }

  private static Event leased(int millis, Member who, Member home, int untilMillis) {
    return event(millis, Kind.LEASED, who, NONE, home, NONE, (long) untilMillis * MILLI);
  }

  private static Event removed(int millis, Member at, Member who) {
    return event(millis, Kind.REMOVED, at, NONE, who, NONE, NONE);
  }

  private static Event died(int millis, Member who) {
    return event(millis, Kind.DIED, who, NONE, NOBODY, NONE, NONE);
  }

  private static Event reclaimed(int millis) {
    return event(millis, Kind.RECLAIMED, A, NONE, NOBODY, OBJECT, 1);
  }

  private static Event executed(int millis, Member at, Member from, int home, int sequence) {
    return event(millis, Kind.EXECUTED, at, NONE, from, home, sequence);
  }

  private static Event mustBeOf(int millis, int node) {
    return event(millis, Kind.ALLOCATED, A, 0, A, OBJECT, node);
  }

  private static Arguments planted(String name, String violation, Event... events) {
    return Arguments.of(name, violation, List.of(events));
  }

  private static Arguments legal(String name, Event... events) {
    return Arguments.of(name, List.of(events));
  }

  private static HistoryAudit audit(List<Event> events) {
    HistoryAudit audit = new HistoryAudit(NODE_OF_CPU);
    events.forEach(audit::add);
    audit.end(events.getLast().time());
    return audit;
  }

  // ---- violations

  static final List<Arguments> violations =
      List.of(
          planted(
              "S1: handed out while another has it",
              "S1 at 2.000000 ms: object 0x1000 of node 0.1 is handed out to cpu 1 of node 0.1 while"
                  + " it is held by cpu 0 of node 0.1",
              allocated(1, A, 0),
              allocated(2, A, 1),
              freed(3, A, 1)),
          planted(
              "S1: handed out while it is on its way",
              "S1 at 3.000000 ms: object 0x1000 of node 0.1 is handed out to cpu 1 of node 0.1 while"
                  + " it is on its way from cpu 0 of node 0.1 to cpu 2",
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              allocated(3, A, 1),
              freed(4, A, 1)),
          planted(
              "S1: freed twice",
              "S1 at 3.000000 ms: cpu 0 of node 0.1 has object 0x1000 of node 0.1, which is nobody's:"
                  + " FREED",
              allocated(1, A, 0),
              freed(2, A, 0),
              freed(3, A, 0)),
          planted(
              "S1: freed by another cpu",
              "S1 at 2.000000 ms: cpu 1 of node 0.1 has object 0x1000 of node 0.1, which is held by"
                  + " cpu 0 of node 0.1: FREED",
              allocated(1, A, 0),
              freed(2, A, 1),
              freed(3, A, 0)),
          planted(
              "S1: freed by another life of the member",
              "S1 at 2.000000 ms: cpu 0 of node 0.2 has object 0x1000 of node 0.1, which is held by"
                  + " cpu 0 of node 0.1: FREED",
              allocated(1, A, 0),
              freed(2, new Member(0, 2), 0),
              freed(3, A, 0)),
          planted(
              "S1: freed by who has passed it on",
              "S1 at 3.000000 ms: cpu 0 of node 0.1 has object 0x1000 of node 0.1, which is held by"
                  + " cpu 1 of node 0.1: FREED",
              allocated(1, A, 0),
              passed(2, A, 0, 1),
              freed(3, A, 0),
              freed(4, A, 1)),
          planted(
              "S1: freed by who has handed it over",
              "S1 at 3.000000 ms: cpu 0 of node 0.1 has object 0x1000 of node 0.1, which is on its way"
                  + " from cpu 0 of node 0.1 to cpu 2: FREED",
              leased(0, B, A, 9),
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              freed(3, A, 0),
              taken(4, B, 2),
              freed(5, B, 2)),
          planted(
              "S1: passed on by who does not have it",
              "S1 at 1.000000 ms: cpu 0 of node 0.1 has object 0x1000 of node 0.1, which is nobody's:"
                  + " PASSED",
              passed(1, A, 0, 1)),
          planted(
              "S1: lost by who does not have it",
              "S1 at 1.000000 ms: cpu 0 of node 0.1 has object 0x1000 of node 0.1, which is nobody's:"
                  + " LOST",
              task(1, Kind.LOST, A, 0)),
          planted(
              "S1: taken though nobody handed it over",
              "S1 at 2.000000 ms: cpu 2 of node 1.1 takes object 0x1000 of node 0.1, which is held by"
                  + " cpu 0 of node 0.1",
              leased(0, B, A, 9),
              allocated(1, A, 0),
              taken(2, B, 2),
              freed(3, A, 0)),
          planted(
              "S1: taken by another cpu than the next",
              "S1 at 3.000000 ms: cpu 3 of node 1.1 takes object 0x1000 of node 0.1, which is on its"
                  + " way from cpu 0 of node 0.1 to cpu 2",
              leased(0, B, A, 9),
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              taken(3, B, 3),
              taken(4, B, 2),
              freed(5, B, 2)),
          planted(
              "S1: taken twice",
              "S1 at 4.000000 ms: cpu 2 of node 1.1 takes object 0x1000 of node 0.1, which is held by"
                  + " cpu 2 of node 1.1",
              leased(0, B, A, 9),
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              taken(3, B, 2),
              taken(4, B, 2),
              freed(5, B, 2)),
          planted(
              "S1: comes back after it was taken",
              "S1 at 4.000000 ms: object 0x1000 of node 0.1 comes back to node 0.1, but is held by cpu"
                  + " 2 of node 1.1",
              leased(0, B, A, 9),
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              taken(3, B, 2),
              returned(4, A, 0),
              freed(5, B, 2)),
          planted(
              "S1: comes back to another member",
              "S1 at 3.000000 ms: object 0x1000 of node 0.1 comes back to node 2.1, but is on its way"
                  + " from cpu 0 of node 0.1 to cpu 2",
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              returned(3, C, 4),
              returned(4, A, 0),
              freed(5, A, 0)),
          planted(
              "S1 lease: handed out without one",
              "S1 at 1.000000 ms: object 0x1000 of node 0.1 is handed out without a lease by node 1.1",
              allocated(1, B, 2),
              freed(2, B, 2)),
          planted(
              "S1 lease: handed out when it ends",
              "S1 at 5.000000 ms: object 0x1000 of node 0.1 is handed out without a lease by node 1.1",
              leased(0, B, A, 5),
              allocated(5, B, 2),
              freed(6, B, 2)),
          planted(
              "S1 lease: that of an earlier life",
              "S1 at 1.000000 ms: object 0x1000 of node 0.1 is handed out without a lease by node 1.2",
              leased(0, B, A, 5),
              allocated(1, new Member(1, 2), 2),
              freed(2, new Member(1, 2), 2)),
          planted(
              "S1 lease: that of another home",
              "S1 at 1.000000 ms: object 0x1000 of node 0.1 is handed out without a lease by node 1.1",
              leased(0, B, C, 5),
              allocated(1, B, 2),
              freed(2, B, 2)),
          planted(
              "S1 lease: taken without one",
              "S1 at 3.000000 ms: object 0x1000 of node 0.1 is taken without a lease by node 1.1",
              leased(0, B, A, 3),
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              taken(3, B, 2),
              freed(4, B, 2)),
          planted(
              "S7: a request takes effect twice",
              "S7 at 2.000000 ms: request 7 of node 1.1 about node 0 takes effect again at node 0.1",
              executed(1, A, B, 0, 7),
              executed(2, A, B, 0, 7)),
          planted(
              "S8: a request of who was removed takes effect",
              "S8 at 2.000000 ms: request 7 of node 1.1 takes effect at node 0.1, which has removed it",
              removed(1, A, B),
              executed(2, A, B, 0, 7)),
          planted(
              "S8: reclaimed from who is not removed",
              "S8 at 2.000000 ms: object 0x1000 of node 0.1, held by cpu 2 of node 1.1, is reclaimed,"
                  + " but it is not removed",
              leased(0, B, A, 2),
              allocated(1, B, 2),
              reclaimed(2)),
          planted(
              "S8: reclaimed while the lease is valid",
              "S8 at 4.000000 ms: object 0x1000 of node 0.1, held by cpu 2 of node 1.1, is reclaimed,"
                  + " but its lease is valid",
              leased(0, B, A, 5),
              allocated(1, B, 2),
              removed(2, A, B),
              reclaimed(4)),
          planted(
              "S8: reclaimed on its way between members that stay",
              "S8 at 4.000000 ms: object 0x1000 of node 0.1, on its way from cpu 0 of node 0.1 to cpu"
                  + " 2, is reclaimed",
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              removed(3, A, C),
              reclaimed(4)),
          planted(
              "S10: of another node than it must be",
              "S10 at 1.000000 ms: object 0x1000 of node 0.1 is not of node 1",
              mustBeOf(1, 1),
              freed(2, A, 0)),
          planted(
              "S12: holds something else at its end",
              "S12 at 2.000000 ms: object 0x1000 of node 0.1 holds 0x2a at its end",
              allocated(1, A, 0),
              event(2, Kind.DAMAGED, A, 0, A, OBJECT, 42),
              freed(2, A, 0)),
          planted(
              "L2: somebody has it at the end",
              "L2 at 2.000000 ms: object 0x1000 of node 0.1 is still held by cpu 1 of node 0.1",
              allocated(1, A, 0),
              passed(2, A, 0, 1)),
          planted(
              "L2: it is on its way at the end",
              "L2 at 2.000000 ms: object 0x1000 of node 0.1 is still on its way from cpu 0 of node 0.1"
                  + " to cpu 2",
              allocated(1, A, 0),
              handed(2, A, 0, 2)),
          planted(
              "L2: who has it died, and nobody reclaimed it",
              "L2 at 3.000000 ms: object 0x1000 of node 0.1 is still held by cpu 2 of node 1.1",
              leased(0, B, A, 2),
              allocated(1, B, 2),
              died(2, B),
              removed(3, A, B)));

  @ParameterizedTest(name = "{0}")
  @FieldSource("violations")
  void isFoundAndNamed(String name, String violation, List<Event> events) {
    assertThat(audit(events).violations())
        .as(name)
        .extracting(Violation::toString)
        .containsExactly(violation);
  }

  // ---- near misses

  static final List<Arguments> nearMisses =
      List.of(
          legal(
              "S1: handed out again after its free",
              allocated(1, A, 0),
              freed(2, A, 0),
              allocated(2, A, 1),
              freed(3, A, 1)),
          legal(
              "S1: another object at the same time",
              allocated(1, A, 0),
              event(1, Kind.ALLOCATED, A, 1, A, OBJECT + 8, NONE),
              event(2, Kind.FREED, A, 1, A, OBJECT + 8, NONE),
              freed(2, A, 0)),
          legal(
              "S1: the same address of another home",
              allocated(1, A, 0),
              event(1, Kind.ALLOCATED, B, 2, B, OBJECT, NONE),
              event(2, Kind.FREED, B, 2, B, OBJECT, NONE),
              freed(2, A, 0)),
          legal(
              "S1: the same address in the home's next life",
              allocated(1, A, 0),
              died(2, A),
              event(3, Kind.ALLOCATED, new Member(0, 2), 0, new Member(0, 2), OBJECT, NONE),
              event(4, Kind.FREED, new Member(0, 2), 0, new Member(0, 2), OBJECT, NONE)),
          legal(
              "S1: freed by who got it passed on",
              allocated(1, A, 0),
              passed(2, A, 0, 1),
              freed(3, A, 1)),
          legal(
              "S1: taken by the next, and freed there",
              leased(0, B, A, 9),
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              taken(3, B, 2),
              freed(4, B, 2)),
          legal(
              "S1: comes back to who sent it, and is freed there",
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              returned(3, A, 0),
              freed(4, A, 0)),
          legal(
              "S1: said of the objects of a home that died",
              leased(0, B, A, 9),
              allocated(1, B, 2),
              died(2, A),
              freed(3, B, 2),
              freed(4, B, 2)),
          legal(
              "S1: said by who does not know yet that it was reclaimed",
              leased(0, B, A, 3),
              allocated(1, B, 2),
              removed(2, A, B),
              reclaimed(3),
              allocated(4, A, 0),
              freed(5, B, 2),
              freed(6, A, 0)),
          legal("S1 lease: the own objects need none", allocated(1, A, 0), freed(2, A, 0)),
          legal(
              "S1 lease: handed out just before it ends, freed after",
              leased(0, B, A, 5),
              event(4, Kind.ALLOCATED, B, 2, A, OBJECT, NONE),
              freed(6, B, 2)),
          legal(
              "S1 lease: handed out after it was renewed",
              leased(0, B, A, 5),
              leased(4, B, A, 9),
              allocated(6, B, 2),
              freed(7, B, 2)),
          legal(
              "S1 lease: taken just before it ends",
              leased(0, B, A, 4),
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              taken(3, B, 2),
              freed(5, B, 2)),
          legal(
              "S7: the next request, the same of another life, about another node, at another home",
              executed(1, A, B, 0, 7),
              executed(2, A, B, 0, 8),
              executed(3, A, new Member(1, 2), 0, 7),
              executed(4, A, B, 2, 7),
              executed(5, C, B, 0, 7),
              executed(6, A, C, 0, 7)),
          legal(
              "S8: a request takes effect just before the removal",
              executed(1, A, B, 0, 7),
              removed(1, A, B)),
          legal(
              "S8: a request of the next life takes effect",
              removed(1, A, B),
              executed(2, A, new Member(1, 2), 0, 7)),
          legal(
              "S8: it takes effect where it was not removed yet",
              removed(1, A, B),
              executed(2, C, B, 2, 7)),
          legal(
              "S8: reclaimed from who was removed, when its lease ends",
              leased(0, B, A, 5),
              allocated(1, B, 2),
              removed(2, A, B),
              reclaimed(5)),
          legal(
              "S8: reclaimed from who died, while its lease would be valid",
              leased(0, B, A, 9),
              allocated(1, B, 2),
              died(2, B),
              removed(3, A, B),
              reclaimed(4)),
          legal(
              "S8: reclaimed on its way to who was removed",
              allocated(1, A, 0),
              handed(2, A, 0, 2),
              removed(3, A, B),
              reclaimed(4)),
          legal(
              "S8: reclaimed on its way from who was removed",
              leased(0, B, A, 2),
              allocated(1, B, 2),
              handed(2, B, 2, 4),
              removed(3, A, B),
              reclaimed(4)),
          legal("S8: reclaimed though nobody has it", removed(1, A, B), reclaimed(2)),
          legal("S10: of the node that it must be", mustBeOf(1, 0), freed(2, A, 0)),
          legal("S10: it may be of any", mustBeOf(1, NONE), freed(2, A, 0)),
          legal(
              "S12: the memory of a home that died holds anything",
              leased(0, B, A, 9),
              allocated(1, B, 2),
              died(2, A),
              event(3, Kind.DAMAGED, B, 2, A, OBJECT, 42)),
          legal("L2: freed in the last moment", allocated(1, A, 0), freed(1, A, 0)),
          legal(
              "L2: lost with its home, as the task was told",
              leased(0, B, A, 9),
              allocated(1, B, 2),
              task(2, Kind.LOST, B, 2)),
          legal("L2: its home died", allocated(1, A, 0), died(2, A)),
          legal(
              "L2: who has it died, and it was reclaimed",
              leased(0, B, A, 2),
              allocated(1, B, 2),
              died(2, B),
              removed(3, A, B),
              reclaimed(4)));

  @ParameterizedTest(name = "{0}")
  @FieldSource("nearMisses")
  void isLegal(String name, List<Event> events) {
    assertThat(audit(events).violations()).as(name).isEmpty();
  }

  // ---- counts

  @Test
  void whatHappenedIsCounted() {
    HistoryAudit audit =
        audit(
            List.of(
                leased(0, B, A, 5),
                allocated(1, A, 0),
                handed(2, A, 0, 2),
                taken(3, B, 2),
                freed(4, B, 2),
                allocated(4, B, 2),
                removed(5, A, B),
                reclaimed(6),
                allocated(7, A, 0),
                task(8, Kind.LOST, A, 0)));

    assertThat(audit.violations()).isEmpty();
    assertThat(audit.allocations()).isEqualTo(3);
    assertThat(audit.frees()).isEqualTo(1);
    assertThat(audit.handOffs()).isEqualTo(1);
    assertThat(audit.reclaimed()).isEqualTo(1);
    assertThat(audit.lost()).isEqualTo(1);
  }

  @Test
  void whatIsLostWithTheMemoryOfAHomeThatDiedIsCounted() {
    HistoryAudit audit =
        audit(
            List.of(leased(0, B, A, 9), allocated(1, B, 2), died(2, A), task(3, Kind.LOST, B, 2)));

    assertThat(audit.violations()).isEmpty();
    assertThat(audit.lost()).isEqualTo(1);
  }

  @Test
  void whoHasAnObjectIsSaid() {
    HistoryAudit audit = new HistoryAudit(NODE_OF_CPU);
    assertThat(audit.holderOf(0, 1, OBJECT)).isNull();
    audit.add(allocated(1, A, 0));
    assertThat(audit.holderOf(0, 1, OBJECT)).isEqualTo("held by cpu 0 of node 0.1");
    assertThat(audit.holderOf(0, 2, OBJECT)).isNull();
  }

  @Test
  void aHundredViolationsAreKept() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      events.add(freed(i, A, 0));
    }
    events.add(allocated(200, A, 0));

    assertThat(audit(events).violations()).hasSize(100);
  }

  @Test
  void ofWhatIsReclaimedWronglyAHundredViolationsAreKeptToo() {
    List<Event> events = new ArrayList<>(List.of(leased(0, B, A, 500)));
    for (int i = 1; i <= 150; i++) {
      events.add(allocated(i, B, 2));
      events.add(reclaimed(i));
    }

    assertThat(audit(events).violations()).hasSize(100);
  }
}
