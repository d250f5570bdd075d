package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.HistoryAudit;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.topology.NodeId;

class MemberEventsTest {
  private static final Incarnation ME = new Incarnation(new NodeId(1), 1);
  private static final Incarnation HOME = new Incarnation(new NodeId(0), 1);
  private static final long END = 1_000_000_000;

  private final long patience = LoanTimes.standard().patience();

  /// A thread may lose its processor between the look at the lease and the allocation.
  @Test
  void whatIsUsedUntilItsHomeStopsWaitingIsLeased() {
    assertThat(patience).isEqualTo(120_000_000);
    assertThat(violations(END + 1)).isZero();
    assertThat(violations(END + patience - 1)).isZero();
    assertThat(violations(END + patience)).isOne();
  }

  /// SIGSTOP comes between the look at the lease and the allocation, and SIGCONT much later.
  @Test
  void whatBeginsWithinALeaseIsDoneBeforeTheHomeStopsWaitingHoweverLateItIsWrittenDown() {
    assertThat(notedLate(END - 1)).isZero();
    assertThat(notedLate(END + patience)).isOne();
  }

  private int notedLate(long stepBegan) {
    List<Event> noted = new ArrayList<>();
    long[] now = {0};
    MemberEvents events = new MemberEvents(ME, patience, noted::add, gone -> {}, () -> now[0]);
    events.leased(HOME, END);
    events.begins(stepBegan);
    now[0] = 10 * END;
    events.note(Event.Kind.ALLOCATED, 1, HOME, 64 << 12, Event.NONE);
    return withoutALease(noted);
  }

  private static int withoutALease(List<Event> events) {
    HistoryAudit audit = new HistoryAudit(new int[] {0, 1});
    events.forEach(audit::add);
    return (int)
        audit.violations().stream().filter(each -> each.what().contains("without a lease")).count();
  }

  private int violations(long allocatedAt) {
    List<Event> noted = new ArrayList<>();
    MemberEvents events = new MemberEvents(ME, patience, noted::add, gone -> {}, () -> 0);
    events.leased(HOME, END);
    noted.add(new Event(allocatedAt, Event.Kind.ALLOCATED, 1, 1, 1, 0, 1, 64 << 12, Event.NONE));
    return withoutALease(noted);
  }
}
