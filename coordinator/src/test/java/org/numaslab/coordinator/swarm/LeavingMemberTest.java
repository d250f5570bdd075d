package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.swarm.FewMembers.Member;
import org.numaslab.node.loan.Rejection;

/// A member gives back what it has, and goes.
class LeavingMemberTest {
  @Test
  void itTakesOverNothingFromTasksOfOthers() {
    try (FewMembers few = new FewMembers(3)) {
      Member from = few.member(1);
      Member leaves = few.member(2);
      from.wantsPage();
      leaves.wantsPage();
      long page = from.page();
      leaves.leaves();
      from.handsOff(page, leaves);
      few.pass(50);
      assertThat(from.has(page)).isTrue();
      assertThat(leaves.has(page)).isFalse();
      assertThat(leaves.rejected()).contains(Rejection.HAND_OFF_WHILE_LEAVING);
      assertThat(few.end()).isEmpty();
    }
  }

  @Test
  void nothingIsPassedOnToItByThoseWhoKnowThatItGoes() {
    try (FewMembers few = new FewMembers(3)) {
      Member from = few.member(1);
      Member leaves = few.member(2);
      from.wantsPage();
      leaves.wantsPage();
      long page = from.page();
      from.hearsThatGoes(leaves);
      from.handsOff(page, leaves);
      assertThat(from.has(page)).as("at once").isTrue();
      few.pass(50);
      assertThat(leaves.has(page)).isFalse();
      assertThat(few.end()).isEmpty();
    }
  }

  @Test
  void itGivesBackWhatItHasAllTheSame() {
    try (FewMembers few = new FewMembers(2)) {
      Member leaves = few.member(1);
      leaves.wantsPage();
      leaves.leaves();
      leaves.frees(leaves.page());
      assertThat(few.end()).isEmpty();
    }
  }
}
