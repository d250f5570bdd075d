package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// When a cpu goes off line, and when it stays.
class PresenceTest {
  private final Presence presence = new Presence();
  private boolean hasLeft;

  @Test
  void whoIsPinnedLeavesLater() {
    presence.pin();
    presence.leave(() -> hasLeft = true);
    assertThat(presence.isOnline()).isTrue();
    assertThat(presence.unpin()).isTrue();
    presence.leaveNow();
    assertThat(presence.isOnline()).isFalse();
    assertThat(hasLeft).isTrue();
  }

  @Test
  void whoIsToldToComeBackBeforeItLeftStays() {
    presence.pin();
    presence.leave(() -> hasLeft = true);
    presence.arrive();
    assertThat(presence.unpin()).isFalse();
    presence.leaveNow();
    assertThat(presence.isOnline()).isTrue();
    assertThat(hasLeft).isFalse();
  }
}
