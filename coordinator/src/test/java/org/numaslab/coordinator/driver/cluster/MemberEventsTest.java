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

  private int violations(long allocatedAt) {
    List<Event> noted = new ArrayList<>();
    MemberEvents events = new MemberEvents(ME, patience, noted::add, gone -> {});
    events.leased(HOME, END);
    HistoryAudit audit = new HistoryAudit(new int[] {0, 1});
    noted.forEach(audit::add);
    audit.add(new Event(allocatedAt, Event.Kind.ALLOCATED, 1, 1, 1, 0, 1, 64 << 12, Event.NONE));
    return (int)
        audit.violations().stream().filter(each -> each.what().contains("without a lease")).count();
  }
}
