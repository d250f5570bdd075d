package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.coordinator.trace.TraceText.P1;
import static org.numaslab.coordinator.trace.TraceText.P2;
import static org.numaslab.coordinator.trace.TraceText.operations;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.BadInput;

class TraceFilterTest {
  /// Times 8.000100 to 8.000105.
  private static final TraceText SIX =
      new TraceText()
          .alloc(0, P1, 184, 192)
          .alloc(1, P2, 64, 64)
          .free(1, P1, "cred_jar")
          .free(0, P2, "anon_vma_chain")
          .alloc(0, P1, 184, 192)
          .kfree(0, P1);

  private static void filtered(Trace trace, int count) {
    assertThat(trace.counts().setAside(SetAside.FILTERED)).isEqualTo(count);
    assertThat(trace.counts().allocations() + trace.counts().frees() + count).isEqualTo(6);
    assertThat(trace.text().allEvents()).isEqualTo(6);
  }

  @Test
  void aFreeWhoseAllocationIsOutsideIsOutsideToo() {
    Trace trace = SIX.decode(TraceFilter.ALL.withTimes(8.000_101, Double.POSITIVE_INFINITY));
    assertThat(operations(trace, 0)).isEqualTo("-0 +1 -1");
    assertThat(operations(trace, 1)).isEqualTo("+0");
    filtered(trace, 2);
  }

  @Test
  void anObjectWhoseFreeIsOutsideStaysLive() {
    Trace trace = SIX.decode(TraceFilter.ALL.withTimes(0, 8.000_103));
    assertThat(operations(trace, 0)).isEqualTo("+0");
    assertThat(operations(trace, 1)).isEqualTo("+1 -0");
    assertThat(trace.counts().liveAtEnd()).isEqualTo(1);
    filtered(trace, 3);
  }

  @Test
  void onlySomeCpus() {
    Trace trace = SIX.decode(TraceFilter.ALL.withCpus(Set.of(0)));
    assertThat(operations(trace, 0)).isEqualTo("+0 +1 -1");
    assertThat(operations(trace, 1)).isEmpty();
    assertThat(trace.counts().unseenFrees()).isZero();
    filtered(trace, 3);
    assertThat(trace.cpuCount()).isEqualTo(2);
  }

  @Test
  void onlySomeCaches() {
    Trace trace = SIX.decode(TraceFilter.ALL.withCaches(List.of("anon_*", "x?z")));
    assertThat(operations(trace, 1)).isEqualTo("+0");
    assertThat(operations(trace, 0)).isEqualTo("-0");
    assertThat(trace.caches()).extracting(TraceCache::name).containsExactly("anon_vma_chain");
    filtered(trace, 4);
  }

  @Test
  void aLimitCountsWhatPassesTheRest() {
    Trace trace = SIX.decode(TraceFilter.ALL.withCaches(List.of("cred_jar")).withLimit(3));
    assertThat(operations(trace, 0)).isEqualTo("+0 +1");
    assertThat(operations(trace, 1)).isEqualTo("-0");
    filtered(trace, 3);
  }

  @Test
  void absurdFiltersAreBadInput() {
    assertThatThrownBy(() -> TraceFilter.ALL.withTimes(5, 5))
        .isInstanceOf(BadInput.class)
        .hasMessage("trace filter: got from 5.0 s to 5.0 s, allowed: 0 <= from < to");
    assertThatThrownBy(() -> TraceFilter.ALL.withTimes(-1, 5)).isInstanceOf(BadInput.class);
    assertThatThrownBy(() -> TraceFilter.ALL.withTimes(Double.NaN, 5)).isInstanceOf(BadInput.class);
    assertThatThrownBy(() -> TraceFilter.ALL.withLimit(0)).isInstanceOf(BadInput.class);
  }
}
