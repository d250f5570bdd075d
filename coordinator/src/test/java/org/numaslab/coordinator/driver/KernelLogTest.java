package org.numaslab.coordinator.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A ring buffer, as the kernel's.
class KernelLogTest {
  private final KernelLog log = new KernelLog();

  @Test
  void linesAreTakenOnceInTheirOrder() {
    log.print("first");
    log.print("second");
    assertThat(log.take()).containsExactly("first", "second");
    assertThat(log.take()).isEmpty();
    assertThat(log.lost()).isZero();
  }

  @Test
  void theNewestPushOutTheOldest() {
    for (int i = 0; i < KernelLog.LINES_MAX + 3; i++) {
      log.print("line " + i);
    }
    assertThat(log.lost()).isEqualTo(3);
    assertThat(log.take()).hasSize(KernelLog.LINES_MAX).startsWith("line 3");
  }
}
