package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.Slab;
import org.numaslab.node.buddy.Gfp;

/// What the kernel's log says when there is no memory.
@Timeout(60)
class OomReportsTest {
  @ParameterizedTest
  @EnumSource
  void theLogSaysWhatWasWantedAndWhatEachNodeHas(Machines machines) {
    List<String> log =
        Small.run(
            machines,
            current -> {
              while (current.kmalloc().kmallocNode(8192, Small.QUIET | Gfp.THISNODE, 1)
                  != Slab.NULL) {}
              int gfp = Gfp.KERNEL | Gfp.NORETRY | Gfp.THISNODE;
              assertThat(current.kmalloc().kmallocNode(8192, gfp, 1)).isEqualTo(Slab.NULL);
            });

    assertThat(log.get(0))
        .matches(
            "test: page allocation failure: order:1, mode:0x[0-9a-f]+\\(GFP_KERNEL\\|__GFP_NORETRY\\|__GFP_COMP.*\\|__GFP_THISNODE\\), nodemask=\\(null\\),cpuset=/,mems_allowed=0-1");
    assertThat(log.get(1))
        .isEqualTo(
            "SLUB: Unable to allocate memory on node 1, gfp=0x210cc0(GFP_KERNEL|__GFP_NORETRY|__GFP_THISNODE)");
    assertThat(log.get(2))
        .isEqualTo(
            "  cache: kmalloc-8k, object size: 8192, buffer size: 8192, default order: 3, min order: 1");
    assertThat(log.get(3)).isEqualTo("  node 0: slabs: 0, objs: 0, free: 0");
    assertThat(log.get(4)).matches("  node 1: slabs: [1-9]\\d+, objs: [1-9]\\d+, free: 0");
    assertThat(log).hasSize(5);
  }

  @ParameterizedTest
  @EnumSource
  void nowarnSaysNothing(Machines machines) {
    List<String> log =
        Small.run(
            machines,
            current -> {
              Small.takeAll(current, Small.QUIET);
              current.kmalloc().kmalloc(8192, Gfp.NOWAIT | Gfp.NOWARN);
              current.kmalloc().kmalloc(1 << 20, Gfp.NOWAIT | Gfp.NOWARN);
            });

    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void tenReportsOfSlabsAndOneOfPagesAreEnough(Machines machines) {
    List<String> log =
        Small.run(
            machines,
            current -> {
              Small.takeAll(current, Small.QUIET);
              for (int i = 0; i < 20; i++) {
                current.kmalloc().kmalloc(8192, Gfp.NOWAIT);
              }
            });

    assertThat(log.stream().filter(line -> line.startsWith("SLUB: "))).hasSize(10);
    assertThat(log.stream().filter(line -> line.contains("page allocation failure"))).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void largeRequestsAreReportedAsPages(Machines machines) {
    List<String> log =
        Small.run(
            machines,
            current -> {
              Small.takeAll(current, Small.QUIET);
              current.kmalloc().kmalloc(1 << 20, Gfp.ATOMIC);
            });

    assertThat(log)
        .containsExactly(
            "test: page allocation failure: order:8, mode:0x40a20(GFP_ATOMIC|__GFP_COMP), nodemask=(null),cpuset=/,mems_allowed=0-1");
  }
}
