package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.coordinator.trace.TraceText.P1;
import static org.numaslab.coordinator.trace.TraceText.operations;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.BadInput;

class TraceLinesTest {
  private static final String FIELDS =
      "call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=120 bytes_alloc=128 gfp_flags=GFP_KERNEL node=2 accounted=false";

  /// Takes `line` for a kmalloc of P1 on cpu 3 that asks for node 2, and a plain line after it
  /// frees it.
  private static Trace takesForTheKmalloc(String line) {
    Trace trace = new TraceText().line(line).kfree(3, P1).decode();
    assertThat(trace.text().unreadableLines()).as(trace.text().firstUnreadableText()).isZero();
    assertThat(operations(trace, 3)).isEqualTo("+0 -0");
    assertThat(trace.recordedPointer(0)).isEqualTo(P1);
    assertThat(trace.bytesRequested(0)).isEqualTo(120);
    assertThat(trace.operations(3).node(0)).isEqualTo(2);
    assertThat(trace.operations(3).gfp(0)).isEqualTo(Gfp.KERNEL);
    assertThat(trace.caches().getFirst().name()).isEqualTo("kmalloc-128");
    assertThat(trace.highestNode()).isEqualTo(2);
    return trace;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "          worker-4101    [003] .....  5120.000101: kmalloc: ", // ftrace since 5.17
        "          worker-4101    [003] d.s2   5120.000101: kmalloc: ", // 4 flags
        "          worker-4101    [003] d..1.     0.000101: kmalloc: ",
        "          worker-4101    [003] d..1. 5120000.000101: kmalloc: ",
        "          worker-4101    [003] d..1. 512000000.000101: kmalloc: ",
        "          worker-4101    [003]  5120.000101: kmalloc: ", // no irq-info
        "          worker-4101    ( 4100) [003] ..... 5120.000101: kmalloc: ", // record-tgid
        "          worker-4101    (-----) [003] ..... 5120.000101: kmalloc: ",
        "    my [001] w-r k-4101    [003] .....  5120.000101: kmalloc: ", // brackets, dashes,
        // blanks in the comm
        "          <idle>-0       [003] d.h2.  5120.000101: kmalloc: ",
        "worker-4101  [003]  5120.000101: kmalloc:              ", // trace-cmd report
        "worker-4101  [003] .....  5120.000101456: kmalloc:              (f+0x1) ",
        "worker  4101 [003]  5120.000101:       kmem:kmalloc: ", // perf script
        "worker  4101 [003]  5120.000101:          1 kmem:kmalloc: ",
        "          worker-4101    [003] .....  5120000101000: kmalloc: ", // a clock without seconds
        "          worker-12345678 [003] .....  5120.000101: kmalloc: ",
        "   worker-4101    [0003] .....  5120.000101: kmalloc: "
      })
  void readsTheColumnsOfEveryTool(String columns) {
    takesForTheKmalloc(columns + FIELDS);
    takesForTheKmalloc(columns + FIELDS + "\r");
    takesForTheKmalloc(columns + FIELDS + "  ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kmalloc: " + FIELDS, // 6.1
        "kmalloc_node: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=120 bytes_alloc=128 gfp_flags=GFP_KERNEL node=2", // before 6.1
        "kmalloc: node=2 gfp_flags=GFP_KERNEL bytes_alloc=128 bytes_req=120 ptr=ffff888100a1b2c0 call_site=f+0x1/0x2", // another order
        "kmalloc: call_site=xfs_buf+0x1/0x2 [xfs] ptr=ffff888100a1b2c0 bytes_req=120 bytes_alloc=128 gfp_flags=GFP_KERNEL node=2", // a module
        "kmalloc: call_site=ffffffff81234567 ptr=0xffff888100a1b2c0 bytes_req=120 bytes_alloc=128 gfp_flags=GFP_KERNEL node=2",
        "kmalloc: call_site=f ptr=FFFF888100A1B2C0 bytes_req=120 bytes_alloc=128 gfp_flags=0xcc0 node=2",
        "kmalloc: call_site=f ptr=ffff888100a1b2c0 bytes_req=120 bytes_alloc=128 gfp_flags=GFP_KERNEL node=2 accounted=false extra=7"
      })
  void readsTheFieldsOfEveryGeneration(String event) {
    takesForTheKmalloc("          worker-4101    [003] .....  5120.000101: " + event);
  }

  @Test
  void readsTheNodeVariantsOfKernelsBeforeSixOne() {
    Trace trace =
        new TraceText()
            .event(
                0,
                "kmem_cache_alloc: call_site=f+0x1/0x2 ptr=ffff888100000000 bytes_req=616 bytes_alloc=624 gfp_flags=GFP_KERNEL")
            .event(
                1,
                "kmem_cache_alloc_node: call_site=f+0x1/0x2 ptr=ffff888100000400 bytes_req=616 bytes_alloc=624 gfp_flags=GFP_KERNEL|__GFP_ZERO node=1")
            .event(1, "kmem_cache_free: call_site=g+0x1/0x2 ptr=ffff888100000000")
            .decode();
    assertThat(operations(trace, 1)).isEqualTo("+1 -0");
    assertThat(trace.operations(0).node(0)).isEqualTo(-1);
    assertThat(trace.operations(1).node(0)).isEqualTo(1);
    assertThat(trace.operations(1).gfp(0)).isEqualTo(Gfp.KERNEL | Gfp.ZERO);
    assertThat(trace.text().events(EventKind.KMEM_CACHE_ALLOC_NODE)).isEqualTo(1);
  }

  @Test
  void readsTheNameThatSixFifteenPutsAfterThePointer() {
    Trace trace =
        new TraceText()
            .event(
                5,
                "kmem_cache_alloc: call_site=alloc_inode+0x4a/0xb0 ptr=ffff888100000000 name=inode_cache bytes_req=616 bytes_alloc=624 gfp_flags=GFP_KERNEL|__GFP_RECLAIMABLE node=-1 accounted=true")
            .decode();
    assertThat(trace.caches())
        .containsExactly(new TraceCache("inode_cache", 616, 624, NamedBy.EVENT, false));
  }

  @Test
  void takesPointersOfThirtyTwoBits() {
    Trace trace =
        new TraceText()
            .event(
                0,
                "kmalloc: call_site=f ptr=c1a1b2c0 bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL")
            .event(0, "kfree: call_site=f ptr=c1a1b2c0")
            .decode();
    assertThat(operations(trace, 0)).isEqualTo("+0 -0");
  }

  @Test
  void countsPageEventsAndReplaysNone() {
    Trace trace =
        new TraceText()
            .event(
                0,
                "mm_page_alloc: page=ffffea0005229d80 pfn=0x148a76 order=1 migratetype=0 gfp_flags=GFP_KERNEL")
            .event(
                0,
                "mm_page_alloc: page=ffffea0005229d80 pfn=1346166 order=1 migratetype=0 gfp_flags=GFP_KERNEL")
            .event(1, "mm_page_free: page=ffffea0005053080 pfn=0x1414c2 order=1")
            .event(1, "mm_page_free_batched: page=ffffea0008ff9140 pfn=0x23fe45 order=0")
            .event(
                2,
                "mm_page_alloc_zone_locked: page=ffffea000724a140 pfn=0x1c9285 order=0 migratetype=0 percpu_refill=1")
            .event(
                2,
                "mm_page_alloc_extfrag: page=ffffea0007260000 pfn=0x1c9800 alloc_order=3 fallback_order=10 pageblock_order=9")
            .event(
                3, "mm_page_pcpu_drain: page=ffffea00040584c0 pfn=0x101613 order=0 migratetype=0")
            .decode();
    assertThat(trace.text().allEvents()).isEqualTo(7);
    assertThat(trace.text().events(EventKind.MM_PAGE_ALLOC)).isEqualTo(2);
    assertThat(trace.text().events(EventKind.MM_PAGE_PCPU_DRAIN)).isEqualTo(1);
    assertThat(trace.text().eventsPerCpu()).containsExactly(2L, 2L, 2L, 1L);
    assertThat(trace.slotCount()).isZero();
    assertThat(trace.text().unreadableLines()).isZero();
  }

  @Test
  void passesOverOtherEventsCommentsAndCallGraphs() {
    Trace trace =
        new TraceText()
            .line("# tracer: nop")
            .line("#")
            .line("cpus=8")
            .line("CPU 3 is empty")
            .line("")
            .event(0, "sched_switch: prev_comm=a prev_pid=1 ==> next_comm=b next_pid=2")
            .event(0, "alloc_inode <-new_inode_pseudo")
            .event(0, "<stack trace>")
            .line(" => kmem_cache_alloc")
            .kmalloc(0, P1, 8, 8, "GFP_KERNEL")
            .line("\tffffffff812b6a4f kmem_cache_alloc+0x11f ([kernel.kallsyms])")
            .line("##### CPU 2 buffer started ####")
            .decode();
    assertThat(trace.text().otherEvents()).isEqualTo(3);
    assertThat(trace.text().unreadableLines()).isZero();
    assertThat(trace.text().allEvents()).isEqualTo(1);
  }

  @Test
  void countsLostEventsByMarkAndByHeader() {
    Trace trace =
        new TraceText()
            .line("# entries-in-buffer/entries-written: 100/170   #P:8")
            .kmalloc(0, P1, 8, 8, "GFP_KERNEL")
            .line("CPU:2 [LOST 17 EVENTS]")
            .line("CPU:3 [LOST EVENTS]")
            .line("CPU:1 [5 EVENTS DROPPED]")
            .decode();
    assertThat(trace.text().lostMarks()).isEqualTo(3);
    assertThat(trace.text().lostEvents()).isEqualTo(22);
    assertThat(trace.text().overwrittenEvents()).isEqualTo(70);
    assertThat(trace.text().isIncomplete()).isTrue();
    assertThat(trace.text().unreadableLines()).isZero();
  }

  @Test
  void countsTimeStampsThatGoBackwardsAndKeepsTheOrderOfTheFile() {
    Trace trace =
        new TraceText()
            .line("          worker-4101    [000] .....     9.000101: kmalloc: " + FIELDS)
            .line(
                "          worker-4101    [001] .....     8.999999: kfree: call_site=f ptr=ffff888100a1b2c0")
            .decode();
    assertThat(trace.text().timestampsBackwards()).isEqualTo(1);
    assertThat(trace.operations(1).sequence(0)).isEqualTo(1);
  }

  @Test
  void countsUnreadableLinesAndShowsTheFirst() {
    Trace trace =
        new TraceText()
            .kmalloc(0, P1, 8, 8, "GFP_KERNEL")
            .line("what \u0007is this")
            .line("or this")
            .decode();
    assertThat(trace.text().unreadableLines()).isEqualTo(2);
    assertThat(trace.text().firstUnreadableLine()).isEqualTo(2);
    assertThat(trace.text().firstUnreadableText()).isEqualTo("what ?is this");
    assertThat(trace.text().cutLines()).isZero();
    trace.refuseCutLines();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kmal",
        "kmalloc:",
        "kmalloc: call_si",
        "kmalloc: call_site=f+0x1",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff8881",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=8 bytes_al",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=8 bytes_alloc=8 gfp_flags=",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL node=",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL node=-1 accounted=fal",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=8     worker-4101    [003] .....  5120.000101: kmalloc: "
            + FIELDS, // two lines
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=8 bytes_alloc=99999999999 gfp_flags=GFP_KERNEL node=-1 accounted=false",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=9 bytes_alloc=8 gfp_flags=GFP_KERNEL node=-1 accounted=false",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=-8 bytes_alloc=8 gfp_flags=GFP_KERNEL node=-1 accounted=false",
        "kmalloc: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL node=4096 accounted=false",
        "kfree: call_site=f+0x1/0x2 ptr=ffff88",
        "kmem_cache_free: call_site=f+0x1/0x2 ptr=ffff888100a1b2c0 name=",
        "mm_page_alloc: page=ffffea0005229d80 pfn=0x14"
      })
  void aLineThatIsCutOrAbsurdIsCountedAndCanBeRefused(String event) {
    Trace trace =
        new TraceText().kmalloc(0, P1, 8, 8, "GFP_KERNEL").event(3, event).kfree(0, P1).decode();
    assertThat(trace.text().cutLines()).isEqualTo(1);
    assertThat(trace.text().unreadableLines()).isEqualTo(1);
    assertThat(operations(trace, 0)).isEqualTo("+0 -0");
    assertThatThrownBy(trace::refuseCutLines)
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("test.txt:2: got a line that is cut or absurd: \"worker-4101");
  }

  @Test
  void aTraceWhoseLastLineIsCutAnywhereHasACutLineOrAWholeOne() {
    String whole =
        new TraceText()
            .kmalloc(0, P1, 8, 8, "GFP_KERNEL")
            .kmalloc(0, TraceText.P2, 16, 16, "GFP_KERNEL")
            .text();
    int first = whole.indexOf('\n') + 1;
    for (int length = first + 1; length < whole.length() - 1; length++) {
      Trace trace = TraceText.decode(whole.substring(0, length));
      if (whole.substring(first, length).isBlank()) {
        continue;
      }
      assertThat(trace.text().cutLines()).as(whole.substring(first, length)).isEqualTo(1);
      assertThat(trace.slotCount()).isEqualTo(1);
    }
    assertThat(TraceText.decode(whole.strip()).slotCount()).isEqualTo(2);
  }

  @Test
  void saysWhereACpuBeyondTheTopologyFirstAppears() {
    Trace trace =
        new TraceText().kmalloc(0, P1, 8, 8, "GFP_KERNEL").kfree(9, P1).kfree(9, 0).decode();
    assertThat(trace.cpuCount()).isEqualTo(10);
    assertThat(trace.firstLine(9)).isEqualTo(2);
    assertThat(trace.firstLine(5)).isZero();
    trace.requireCpus(10);
    assertThatThrownBy(() -> trace.requireCpus(8))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            "test.txt:2: got an event on cpu 9, allowed: cpu 0 to 7, as the topology has them");
  }

  @Test
  void gfpWordsThatNobodyPrintsAreListed() {
    Trace trace =
        new TraceText()
            .kmalloc(0, P1, 8, 8, "GFP_KERNEL|__GFP_FUNNY|GFP_ZERO|0x2000000|none")
            .decode();
    assertThat(trace.unknownGfpWords()).containsExactly("__GFP_FUNNY");
    assertThat(trace.counts().unknownGfpAllocations()).isEqualTo(1);
    assertThat(trace.operations(0).gfp(0)).isEqualTo(Gfp.KERNEL | Gfp.ZERO | 0x2000000);
  }

  @Test
  void anOverlongLineIsUnreadableAndTheNextOneIsRead() {
    for (int length : new int[] {8191, 8193, 300_000, 2_000_000}) {
      Trace trace =
          new TraceText()
              .kmalloc(0, P1, 8, 8, "GFP_KERNEL")
              .line("x".repeat(length))
              .kfree(0, P1)
              .decode();
      assertThat(trace.text().unreadableLines()).isEqualTo(1);
      assertThat(trace.text().lines()).isEqualTo(3);
      assertThat(operations(trace, 0)).isEqualTo("+0 -0");
    }
  }
}
