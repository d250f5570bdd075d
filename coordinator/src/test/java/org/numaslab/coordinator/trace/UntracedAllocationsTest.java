package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.trace.TraceText.P1;
import static org.numaslab.coordinator.trace.TraceText.P2;
import static org.numaslab.coordinator.trace.TraceText.cacheOf;
import static org.numaslab.coordinator.trace.TraceText.operations;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Slots are numbered in the order of allocation, so the numbers say where an allocation was put.
class UntracedAllocationsTest {
  private static final long P3 = P2 + 0x100;
  private static final TraceFilter INFER = TraceFilter.ALL.withInferredBulk(true);

  private static TraceText alloc(TraceText trace, int cpu, long pointer) {
    return trace.alloc(cpu, pointer, 256, 256);
  }

  private static TraceText text() {
    return new TraceText();
  }

  @Test
  void withoutBeingAskedNothingIsInferred() {
    Trace trace = alloc(text(), 0, P1).free(0, P1, "maple_node").free(0, P1, "maple_node").decode();

    assertThat(operations(trace, 0)).isEqualTo("+0 -0");
    assertThat(trace.counts().inferredAllocations()).isZero();
    assertThat(trace.counts().setAside(SetAside.FREE_FREED_ALREADY)).isEqualTo(1);
    assertThat(trace.unmatchedShare(0)).isEqualTo(0.5);
  }

  @Test
  void aFreeAfterAFreeGetsAnAllocationRightBehindTheLastOneOfItsCpu() {
    TraceText text = alloc(text(), 0, P1);
    alloc(text, 0, P2).free(0, P2, "maple_node");
    alloc(text, 0, P3).free(0, P1, "maple_node").free(0, P2, "maple_node");
    Trace trace = text.decode(INFER);

    // P3 is slot 2, the inferred life of P2 slot 3: before the free of P1.
    assertThat(operations(trace, 0)).isEqualTo("+0 +1 -1 +2 +3 -0 -3");
    assertThat(trace.recordedPointer(3)).isEqualTo(P2);
    assertThat(trace.isInferred(3)).isTrue();
    assertThat(trace.isInferred(2)).isFalse();
    assertThat(trace.bytesRequested(3)).isEqualTo(256);
    assertThat(cacheOf(trace, 0, 4)).isEqualTo("maple_node");
  }

  @Test
  void whereTheLastAllocationCameBeforeThePointerWasFreeItComesRightBeforeItsFree() {
    TraceText text = alloc(text(), 0, P1);
    alloc(text, 0, P2).free(0, P1, "maple_node").free(0, P2, "maple_node");
    Trace trace = text.free(0, P1, "maple_node").decode(INFER);

    assertThat(operations(trace, 0)).isEqualTo("+0 +1 -0 -1 +2 -2");
  }

  @Test
  void anotherCpuThatFreesItIsTheOneThatAllocatesIt() {
    TraceText text = alloc(text(), 0, P1).free(0, P1, "maple_node");
    Trace trace = text.free(1, P1, "maple_node").decode(INFER);

    assertThat(operations(trace, 0)).isEqualTo("+0 -0");
    assertThat(operations(trace, 1)).isEqualTo("+1 -1");
    assertThat(trace.counts().freesOnAnotherCpu()).isZero();
  }

  @Test
  void pointersNeverSeenAreInferredInCachesThatAreAllocatedFromInBulkOnly() {
    TraceText text = alloc(text(), 0, P1).alloc(0, P3, 192, 192).free(0, P3, "dentry");
    text.free(0, P2, "maple_node").free(0, P2 + 0x1000, "dentry");
    text.free(0, P1, "maple_node").free(0, P1, "maple_node");
    Trace trace = text.decode(INFER);

    assertThat(trace.counts().setAside(SetAside.FREE_NEVER_SEEN)).as("dentry").isEqualTo(1);
    assertThat(trace.counts().setAside(SetAside.FREE_FREED_ALREADY)).isZero();
    assertThat(trace.counts().inferredAllocations()).isEqualTo(2);
    assertThat(trace.counts().liveAtEnd()).isZero();
  }

  @Test
  void aKfreeAfterAFreeIsOfTheCacheThatThePointerHad() {
    Trace trace =
        text().kmalloc(0, P1, 60, 64, "GFP_KERNEL").kfree(0, P1).kfree(0, P1).decode(INFER);

    assertThat(operations(trace, 0)).isEqualTo("+0 -0 +1 -1");
    assertThat(cacheOf(trace, 0, 2)).isEqualTo("kmalloc-64");
  }

  @Test
  void everyEventIsStillCountedOnce() {
    TraceText text = alloc(text(), 0, P1).free(0, P1, "maple_node").free(0, P1, "maple_node");
    text.free(0, 0, "maple_node").free(1, P1, "maple_node");
    Trace trace = text.decode(INFER);
    ReplayCounts counts = trace.counts();

    assertThat(
            counts.allocations()
                + counts.frees()
                + counts.setAside().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(trace.text().allEvents());
    assertThat(counts.operations()).isEqualTo(6);
    assertThat(counts.matched())
        .as("by pointer, as traced")
        .isEqualTo(new ReplayCounts.Matched(1, 0, 0));
  }

  @Test
  void whatAFilterLeavesOutIsNotInferred() {
    TraceText text = alloc(text(), 0, P1).free(0, P1, "maple_node");
    text.free(1, P1, "maple_node").free(0, P1, "maple_node");

    Trace onCpu0 = text.decode(INFER.withCpus(Set.of(0)));
    assertThat(operations(onCpu0, 0)).isEqualTo("+0 -0 +1 -1");
    assertThat(operations(onCpu0, 1)).isEmpty();

    Trace others = text.decode(INFER.withCaches(List.of("dentry")));
    assertThat(others.counts().operations()).isZero();
    assertThat(others.counts().setAside(SetAside.FILTERED)).isEqualTo(4);

    Trace first = text.decode(INFER.withLimit(2));
    assertThat(operations(first, 0)).isEqualTo("+0 -0");
    assertThat(first.counts().inferredAllocations()).isZero();
  }
}
