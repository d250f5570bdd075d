package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A cpu leaves when nobody is pinned to it, and gives back what it has only then.
class PresenceTest {
  private final Presence presence = new Presence();
  private int flushes;

  @Test
  void aCpuLeavesAtOnceWhenNobodyIsPinned() {
    presence.leave(() -> flushes++);

    assertThat(presence.isOnline()).isFalse();
    assertThat(flushes).isEqualTo(1);
  }

  @Test
  void theLastPinnedTaskLetsItLeave() {
    presence.pin();
    presence.pin();
    presence.leave(() -> flushes++);

    assertThat(presence.isOnline()).isTrue();
    assertThat(presence.unpin()).isFalse();
    assertThat(presence.unpin()).isTrue();
    presence.leaveNow();
    assertThat(presence.isOnline()).isFalse();
    assertThat(flushes).isEqualTo(1);
  }

  @Test
  void whoIsPinnedAgainBeforeItLeavesKeepsIt() {
    presence.pin();
    presence.leave(() -> flushes++);
    assertThat(presence.unpin()).isTrue();
    presence.pin();
    presence.leaveNow();

    assertThat(presence.isOnline()).isTrue();
    assertThat(presence.unpin()).isTrue();
  }

  @Test
  void aCpuThatIsBackLeavesAgain() {
    presence.leave(() -> flushes++);
    presence.arrive();
    assertThat(presence.isOnline()).isTrue();

    presence.leave(() -> flushes++);
    assertThat(flushes).isEqualTo(2);
  }
}
