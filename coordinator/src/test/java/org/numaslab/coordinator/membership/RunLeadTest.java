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
    return lead(run, 0);
  }

  private RunLead lead(long run, long enough) {
    RunLead lead =
        new RunLead(
            run,
            new String[0],
            1,
            enough,
            (to, message) -> sent.add(message),
            RunLead.AtRegistry.NOTHING);
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
  void aLaterRunOfAnotherCoordinatorEndsThisOne() {
    RunLead leads = lead(RUN);
    leads.heard(at(RUN, Phase.RUNNING));
    leads.tick();
    leads.heard(at(RUN + 1, Phase.READY));
    leads.tick();

    assertThat(leads.isOver()).isTrue();
    assertThat(leads.trouble())
        .contains(" is at run " + (RUN + 1) + ", which another coordinator has begun later");
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

  /// Or it would do once more what goes wrong in the run, from the begin. Not before it is heard:
  /// the run could be over without what it has begun.
  @Test
  void whoComesInTheMiddleIsToldSoWhenItIsHeard() {
    RunLead leads = lead(RUN);
    leads.heard(at(RUN, Phase.RUNNING));
    leads.tick();
    leads.found("b");
    sent.clear();
    leads.tick();
    assertThat(sent).hasSize(1);

    leads.heard(other(RunLead.LOOK, Phase.NONE));
    sent.clear();
    leads.tick();

    assertThat(sent)
        .hasSize(2)
        .extracting(each -> ((RunMessage.Want) each).late())
        .containsExactly(false, true);
  }

  @Test
  void theRunWaitsForWhoComesInTheMiddle() {
    RunLead leads = lead(RUN);
    leads.heard(at(RUN, Phase.RUNNING));
    leads.tick();
    leads.found("b");
    leads.heard(other(RunLead.LOOK, Phase.NONE));
    leads.heard(at(RUN, Phase.FINISHED));
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.RUNNING);

    leads.heard(other(RUN, Phase.FINISHED));
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.SETTLED);
  }

  /// Somebody may have asked its node for something just before all had finished.
  @Test
  void whoComesBeforeAllAreQuietIsPartOfTheRun() {
    RunLead leads = lead(RUN);
    leads.heard(at(RUN, Phase.FINISHED));
    leads.tick();
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.SETTLED);

    leads.found("b");
    leads.heard(other(RunLead.LOOK, Phase.NONE));
    sent.clear();
    for (int i = 0; i < 3; i++) {
      leads.heard(at(RUN, Phase.SETTLED));
      leads.tick();
    }
    assertThat(leads.wanted()).isEqualTo(Phase.SETTLED);
    assertThat(sent).hasSize(6);

    for (int i = 0; i < 3; i++) {
      leads.heard(at(RUN, Phase.SETTLED));
      leads.heard(other(RUN, Phase.SETTLED));
      leads.tick();
    }
    assertThat(leads.wanted()).isEqualTo(Phase.COLLECTED);
    assertThat(leads.standings()).hasSize(2);
  }

  @Test
  void whoComesAtTheEndIsNoPartOfTheRun() {
    RunLead leads = lead(RUN);
    leads.heard(at(RUN, Phase.FINISHED));
    leads.tick();
    for (int i = 0; i < 3; i++) {
      leads.heard(at(RUN, Phase.SETTLED));
      leads.tick();
    }
    assertThat(leads.wanted()).isEqualTo(Phase.COLLECTED);

    leads.found("b");
    leads.heard(other(RunLead.LOOK, Phase.NONE));
    sent.clear();
    leads.heard(at(RUN, Phase.COLLECTED));
    leads.tick();
    assertThat(sent).filteredOn(RunMessage.Want.class::isInstance).hasSize(1);
    assertThat(leads.standings()).hasSize(1);
  }

  /// A coordinator had all parts and was killed while it said so: who heard it has no part any
  /// more.
  @Test
  void whoHasGivenUpItsPartEndsTheRunOfTheNextCoordinator() {
    RunLead leads = lead(RUN, 100);
    leads.found("b");
    for (int i = 0; i < 5; i++) {
      leads.heard(at(RUN, Phase.OVER));
      leads.heard(other(RUN, Phase.COLLECTED));
      leads.tick();
    }

    assertThat(leads.isOver()).isTrue();
    assertThat(leads.trouble()).isEqualTo("node 0: its part of the result is given up");
  }

  @Test
  void whoIsNeverQuietEndsTheRunWithAWord() {
    RunLead leads = lead(RUN);
    leads.found("b");
    leads.heard(at(RUN, Phase.FINISHED));
    leads.heard(other(RUN, Phase.FINISHED));
    for (int i = 0; i < 7000; i++) {
      leads.heard(at(RUN, Phase.SETTLED));
      leads.heard(other(RUN, Phase.FINISHED));
      leads.tick();
    }

    assertThat(leads.isOver()).isTrue();
    assertThat(leads.trouble()).isEqualTo("at their ends, but still not quiet: node 1");
  }

  /// A coordinator that was started again hears them one after the other.
  @Test
  void aRunGoesOnUntilEverybodyIsHeard() {
    RunLead leads = lead(RUN);
    leads.found("b");
    leads.heard(knows(2, at(RUN, Phase.FINISHED)));
    leads.tick();
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.RUNNING);

    leads.heard(knows(2, other(RUN, Phase.FINISHED)));
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.SETTLED);
  }

  /// Those who are lost took with them what they had done.
  @Test
  void aRunGoesOnUntilThoseWhoAreLeftHaveDoneEnoughTogether() {
    RunLead leads = lead(RUN, 15);
    leads.found("b");
    leads.heard(at(RUN, Phase.RUNNING));
    leads.heard(other(RUN, Phase.FINISHED)); // each has done 10
    leads.tick();
    leads.removed(new Incarnation(new NodeId(1), 1));
    leads.heard(at(RUN, Phase.FINISHED));
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.RUNNING);
    assertThat(leads.total()).isEqualTo(15);

    leads.heard(done(15, at(RUN, Phase.FINISHED)));
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.SETTLED);
  }

  /// It may be dead, and what it had done is lost with it.
  @Test
  void aRunGoesOnWhileSomebodyIsNotHeard() {
    RunLead leads = lead(RUN, 15);
    leads.found("b");
    leads.heard(at(RUN, Phase.RUNNING));
    leads.heard(other(RUN, Phase.FINISHED));
    leads.tick();
    leads.heard(at(RUN, Phase.FINISHED));
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.RUNNING);

    leads.heard(at(RUN, Phase.FINISHED));
    leads.heard(other(RUN, Phase.FINISHED));
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.SETTLED);
  }

  /// Then a node was lost, and the tasks of those who are left have ended.
  @Test
  void whatAnEarlierCoordinatorFoundEnoughIsEnough() {
    RunLead leads = lead(RUN, 15);
    leads.heard(at(RUN, Phase.SETTLED));
    leads.tick();
    leads.tick();
    assertThat(leads.wanted()).isEqualTo(Phase.SETTLED);
  }

  private static RunMessage.Standing done(long operations, RunMessage.Standing of) {
    return new RunMessage.Standing(
        of.run(), of.process(), of.phase(), of.members(), of.knows(), operations, 100, true, "");
  }

  private static RunMessage.Standing other(long run, Phase phase) {
    Incarnation[] node = {new Incarnation(new NodeId(1), 1)};
    return new RunMessage.Standing(run, "b", phase, node, 1, 10, 100, true, "");
  }

  private static RunMessage.Standing knows(int members, RunMessage.Standing of) {
    return new RunMessage.Standing(
        of.run(), of.process(), of.phase(), of.members(), members, 10, 100, true, "");
  }
}
