package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Who did an operation: the call site and the task, where the reader is asked to keep them.
final class CallSitesTest {
  private static final String ALLOC =
      " bytes_req=192 bytes_alloc=192 gfp_flags=GFP_KERNEL node=-1 accounted=false\n";
  private static final String FTRACE =
      "          worker-4101    [000] .....  5120.000101: kmem_cache_alloc:"
          + " call_site=make+0x20/0x90 ptr=ffff888100a1b2c0"
          + ALLOC
          + " tricky-1 [x]-77      [001] d..1.  5120.000102: kmem_cache_free:"
          + " call_site=drop+0x1a/0x30 [some_module] ptr=ffff888100a1b2c0 name=dentry\n";

  @Test
  void allocationAndFreeHaveTheirOwnCallSiteAndTask() {
    Trace trace = read(FTRACE, CallSites.KEPT);

    CpuOperations allocating = trace.operations(0);
    assertThat(trace.callSite(allocating.callSite(0))).isEqualTo("make+0x20/0x90");
    assertThat(allocating.pid(0)).isEqualTo(4101);
    TraceCursor freeing = trace.cursor(1, 1);
    assertThat(freeing.isFree()).isTrue();
    assertThat(trace.callSite(freeing.callSite())).isEqualTo("drop+0x1a/0x30 [some_module]");
    assertThat(freeing.pid()).isEqualTo(77);
    assertThat(trace.callSiteCount()).isEqualTo(2);
  }

  @Test
  void theTaskIsFoundInWhatTraceCmdAndPerfPrint() {
    String event = "kmem_cache_alloc: call_site=make+0x20 ptr=0xffff888100a1b%x00" + ALLOC;
    Trace trace =
        read(
            ("worker-4101 [000]  5120.000101: " + event).formatted(1)
                + ("worker-4102  (   4100) [000] .....  5120.000102: " + event).formatted(2)
                + ("worker one  4103 [000]  5120.000103:   kmem:" + event).formatted(3)
                + ("   worker-x [000]  5120.000104: " + event).formatted(4),
            CallSites.KEPT);

    CpuOperations operations = trace.operations(0);
    assertThat(operations.size()).isEqualTo(4);
    assertThat(operations.pid(0)).isEqualTo(4101);
    assertThat(operations.pid(1)).isEqualTo(4102);
    assertThat(operations.pid(2)).isEqualTo(4103);
    assertThat(operations.pid(3)).isEqualTo(-1);
    assertThat(operations.callSite(3)).isEqualTo(operations.callSite(0));
  }

  @Test
  void aFreeWithoutAnEventHasNoCallSiteAndNoTask() {
    String alloc =
        "          worker-4101    [000] .....  5120.000101: kmem_cache_alloc:"
            + " call_site=make+0x20/0x90 ptr=ffff888100a1b2c0"
            + ALLOC;
    CpuOperations operations = read(alloc + alloc, CallSites.KEPT).operations(0);

    assertThat(operations.size()).isEqualTo(3);
    assertThat(operations.roundSize()).isEqualTo(4);
    for (int withoutEvent : new int[] {1, 3}) { // between the two, and the closing free
      assertThat(operations.isFree(withoutEvent)).isTrue();
      assertThat(operations.callSite(withoutEvent)).isEqualTo(-1);
      assertThat(operations.pid(withoutEvent)).isEqualTo(-1);
    }
    assertThat(operations.pid(2)).isEqualTo(4101);
  }

  @Test
  void nothingIsKeptUnlessAskedFor() {
    Trace trace = read(FTRACE, CallSites.DROPPED);

    assertThat(trace.callSiteCount()).isZero();
    assertThat(trace.operations(0).callSite(0)).isEqualTo(-1);
    assertThat(trace.operations(0).pid(0)).isEqualTo(-1);
  }

  private static Trace read(String text, CallSites callSites) {
    return TraceReader.read(
        "test.txt",
        new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
        KnownCaches.NONE,
        TraceFilter.ALL,
        callSites);
  }
}
