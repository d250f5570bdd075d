package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.trace.TraceText.P1;
import static org.numaslab.coordinator.trace.TraceText.P2;
import static org.numaslab.coordinator.trace.TraceText.operations;

import org.junit.jupiter.api.Test;

class JoinedEventsTest {
  @Test
  void aFreeRefersToTheSlotOfItsAllocationOnWhateverCpu() {
    Trace trace =
        new TraceText()
            .alloc(0, P1, 184, 192)
            .alloc(1, P2, 184, 192)
            .free(2, P1, "cred_jar")
            .kfree(1, P2)
            .decode();
    assertThat(operations(trace, 0)).isEqualTo("+0");
    assertThat(operations(trace, 1)).isEqualTo("+1 -1");
    assertThat(operations(trace, 2)).isEqualTo("-0");
    assertThat(trace.counts().freesOnAnotherCpu()).isEqualTo(1);
    assertThat(trace.counts().matched()).isEqualTo(new ReplayCounts.Matched(2, 1, 0));
    assertThat(trace.cpuAt(2)).isEqualTo(2);
  }

  @Test
  void anAddressUsedAgainIsANewSlot() {
    Trace trace =
        new TraceText().alloc(0, P1, 8, 8).kfree(0, P1).alloc(0, P1, 8, 8).kfree(0, P1).decode();
    assertThat(operations(trace, 0)).isEqualTo("+0 -0 +1 -1");
  }

  @Test
  void whatCannotBeReplayedIsSetAsideByKind() {
    Trace trace =
        new TraceText()
            .kfree(0, P2) // never seen
            .kfree(0, P2) // and once more: still never seen
            .alloc(0, P1, 8, 8)
            .kfree(0, P1)
            .kfree(0, P1) // freed already
            .kfree(0, 0)
            .kfree(0, 16) // ZERO_SIZE_PTR
            .free(0, 0, "dentry")
            .alloc(0, 0, 8, 8)
            .event(
                0,
                "kmalloc: call_site=f ptr=(null) bytes_req=99999999 bytes_alloc=0 gfp_flags=GFP_KERNEL node=-1 accounted=false")
            .kmalloc(0, P2, 8193, 16384, "GFP_KERNEL")
            .kfree(0, P2)
            .decode();
    ReplayCounts counts = trace.counts();
    assertThat(counts.setAside(SetAside.FREE_NEVER_SEEN)).isEqualTo(2);
    assertThat(counts.setAside(SetAside.FREE_FREED_ALREADY)).isEqualTo(1);
    assertThat(counts.setAside(SetAside.FREE_OF_NULL)).isEqualTo(3);
    assertThat(counts.setAside(SetAside.ALLOC_FAILED)).isEqualTo(2);
    assertThat(counts.setAside(SetAside.LARGE_KMALLOC)).isEqualTo(1);
    assertThat(counts.setAside(SetAside.LARGE_KMALLOC_FREE)).isEqualTo(1);
    assertThat(operations(trace, 0)).isEqualTo("+0 -0");
    assertThat(counts.matched().frees()).isEqualTo(2);
    assertThat(
            counts.allocations()
                + counts.frees()
                + counts.setAside().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(trace.text().allEvents());
  }

  @Test
  void anAllocationOfALivePointerFreesTheEarlierObjectJustBefore() {
    Trace trace = new TraceText().alloc(0, P1, 8, 8).alloc(1, P1, 8, 8).kfree(0, P1).decode();
    assertThat(operations(trace, 0)).isEqualTo("+0 -1");
    assertThat(operations(trace, 1)).isEqualTo("-0 +1");
    assertThat(trace.counts().allocsOfLivePointer()).isEqualTo(1);
    assertThat(trace.counts().unseenFrees()).isEqualTo(1);
    assertThat(trace.counts().operations()).isEqualTo(4);
    assertThat(trace.counts().liveAtEnd()).isZero();
    assertThat(trace.counts().matched().liveAtEnd()).isZero();
  }

  @Test
  void aCpuMayHaveTwiceAsManyOperationsAsEvents() {
    for (int events = 1; events < 300; events++) {
      TraceText text = new TraceText();
      for (int i = 0; i < events; i++) {
        text.alloc(0, P1, 8, 8);
      }
      Trace trace = text.decode();
      assertThat(trace.operations(0).size()).isEqualTo(2 * events - 1);
      assertThat(trace.operations(0).roundSize()).isEqualTo(2 * events);
    }
  }

  @Test
  void aKmallocAtThePointerOfALiveLargeOneHasNothingToFree() {
    Trace trace =
        new TraceText()
            .kmalloc(0, P1, 9000, 16384, "GFP_KERNEL")
            .kmalloc(0, P1, 8, 8, "GFP_KERNEL")
            .decode();
    assertThat(operations(trace, 0)).isEqualTo("+0");
    assertThat(trace.counts().allocsOfLivePointer()).isEqualTo(1);
    assertThat(trace.counts().unseenFrees()).isZero();
  }

  @Test
  void thousandsOfPointersAreToldApart() {
    TraceText text = new TraceText();
    for (int i = 0; i < 20_000; i++) {
      text.alloc(i & 3, 0xffff888100000000L + 64L * i, 64, 64);
    }
    for (int i = 0; i < 20_000; i++) {
      text.kfree(0, 0xffff888100000000L + 64L * ((i * 7919L) % 20_000));
    }
    Trace trace = text.decode();
    assertThat(trace.counts().frees()).isEqualTo(20_000);
    CpuOperations frees = trace.operations(0);
    assertThat(frees.slot(frees.size() - 1)).isEqualTo((int) (19_999 * 7919L % 20_000));
  }
}
