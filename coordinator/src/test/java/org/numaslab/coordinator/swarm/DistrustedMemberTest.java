package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.swarm.FewMembers.Member;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.protocol.NodeReply.TookPages;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;

/// What a home does with a member that is wrong about what it has: its own slabs are right, and
/// stay in use as they are; what the member had of them is trusted no more. And what a member does
/// with a home that is wrong about what it was asked.
class DistrustedMemberTest {
  private static final int OBJECTS = 4;

  private final FewMembers few = new FewMembers(2);
  private final Member home = few.member(0);
  private final Member wrong = few.member(1);

  @BeforeEach
  void describe() {
    few.describe(
        CacheGeometry.of(new CacheRequest("few", 1024, 8, 0, false), GeometryOptions.forCpus(2)));
    wrong.wantsPage(); // a lease
  }

  @AfterEach
  void close() {
    few.close();
  }

  @Test
  void aFreeOfWhatIsNotOutChangesNothing() {
    SlabGrant slab = wrong.wantsSlab();
    wrong.freesObject(slab, 1);
    wrong.freesObject(slab, 2);
    int[] free = home.view(slab).free();
    wrong.freesObject(slab, 1);
    assertThat(home.rejected()).contains(Rejection.NOT_OUT);
    assertThat(home.view(slab).free()).containsExactly(free);
    assertThat(home.lends(slab)).as("the loan goes on").isTrue();
  }

  @Test
  void aSlabThatIsReturnedWithWhatIsNotOutStaysFrozenUntilItsBorrowerIsGone() {
    SlabGrant slab = wrong.wantsSlab();
    wrong.freesObject(slab, 1);
    wrong.givesBack(slab, IntStream.range(0, OBJECTS).toArray());
    assertThat(home.rejected()).contains(Rejection.NOT_OUT);
    assertThat(home.view(slab).frozen()).as("nobody gets it").isTrue();
    assertThat(home.nrPartial()).isZero();
    assertThat(home.outside()).as("the page, and what was not freed").isEqualTo(OBJECTS);

    few.kill(wrong);
    home.removes(wrong);
    few.pass(2000);
    assertThat(home.lends(slab)).isFalse();
    assertThat(home.outside()).as("nobody has it").isZero();
    assertThat(home.view(slab).inUse()).isZero();
    assertThat(home.nrPartial()).isEqualTo(1);
  }

  @Test
  void aLoanThatIsNotOpenIsNotClosedAgain() {
    SlabGrant slab = wrong.wantsSlab();
    wrong.givesBack(slab, IntStream.range(0, OBJECTS).toArray());
    assertThat(home.nrPartial()).isEqualTo(1);
    wrong.givesBack(slab);
    assertThat(home.rejected()).contains(Rejection.NO_SUCH_LOAN);
    assertThat(home.nrPartial()).isEqualTo(1);
    assertThat(home.view(slab).free()).hasSize(OBJECTS);
  }

  @Test
  void twoSlabsThatAreOneAreNotUnfrozen() {
    SlabGrant slab = wrong.wantsSlab();
    wrong.unfreezes(slab, slab);
    assertThat(home.rejected()).contains(Rejection.NO_SUCH_LOAN);
    assertThat(home.lends(slab)).as("the loan goes on").isTrue();
  }

  @Test
  void anAnswerOfAnotherKindThanWasAskedForIsNone() {
    few.lose(FewMembers::isForNode);
    int pages = wrong.has.size();
    wrong.asksForPage();
    int second = 2;
    Frame.Told[] others = {
      new Frame.Noted(),
      new Frame.Taken(true),
      new FromNode(new Applied(second, new Outcome[0]), FromNode.NO_COUNT),
      new FromNode(new TookPages(second + 1, 3), FromNode.NO_COUNT)
    };
    for (Frame.Told other : others) {
      wrong.rejected().clear();
      few.answers(wrong, second, other);
      assertThat(wrong.rejected()).containsExactly(Rejection.OTHER_ANSWER);
    }
    assertThat(few.end()).isEmpty();
    assertThat(wrong.has).hasSize(pages + 1);
  }
}
