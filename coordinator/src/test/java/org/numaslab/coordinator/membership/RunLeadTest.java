package org.numaslab.coordinator.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.NodeId;

class RunLeadTest {
  private static final long RUN = 1234;

  private final List<RunMessage> sent = new ArrayList<>();

  private RunLead lead(long run) {
    RunLead lead =
        new RunLead(
            run, new String[0], 1, (to, message) -> sent.add(message), RunLead.AtRegistry.NOTHING);
    lead.found("a");
    return lead;
  }

  private static RunMessage.Standing at(long run, Phase phase) {
    Incarnation[] node = {new Incarnation(new NodeId(0), 1)};
    return new RunMessage.Standing(run, "a", phase, node, 1, 10, 100, true, "");
  }

  @Test
  void whoLooksHearsOfEveryRunAndWantsNothing() {
    RunLead looks = lead(RunLead.LOOK);
    looks.heard(at(RUN, Phase.RUNNING));
    looks.tick();

    assertThat(looks.standings()).singleElement().matches(each -> each.run() == RUN);
    assertThat(looks.wanted()).isEqualTo(Phase.NONE);
  }

  @Test
  void whoLeadsARunPassesOverALaterOne() {
    RunLead leads = lead(RUN);
    leads.heard(at(RUN + 1, Phase.RUNNING));
    leads.tick();

    assertThat(leads.standings()).isEmpty();
  }

  @Test
  void aRunThatIsAtWorkGoesOn() {
    RunLead leads = lead(RUN);
    leads.heard(at(RUN, Phase.RUNNING));
    leads.tick();

    assertThat(leads.wanted()).isEqualTo(Phase.RUNNING);
    assertThat(sent)
        .singleElement()
        .matches(each -> each instanceof RunMessage.Want want && want.phase() == Phase.RUNNING);
  }

  /// Or it would do once more what goes wrong in the run, from the begin.
  @Test
  void whoComesInTheMiddleIsToldSoAtOnce() {
    RunLead leads = lead(RUN);
    leads.heard(at(RUN, Phase.RUNNING));
    leads.tick();
    sent.clear();
    leads.found("b");
    leads.tick();

    assertThat(sent)
        .hasSize(2)
        .extracting(each -> ((RunMessage.Want) each).late())
        .containsExactly(false, true);
  }
}
