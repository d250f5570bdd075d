package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.Pages;
import org.numaslab.cpu.client.Slab;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.AddressInfo.What;
import org.numaslab.node.slab.EmulatedOops;

/// Blocks of pages.
@Timeout(60)
class PagesTest {
  @ParameterizedTest
  @EnumSource
  void aBlockIsAlignedToItsSizeOnTheAskedNode(Machines machines) {
    machines.run(current -> {
      Pages pages = current.pages();
      for (int node = 0; node < 2; node++) {
        for (int order = 0; order < Pages.MAX_ORDER; order++) {
          long block = pages.allocPagesNode(node, Gfp.KERNEL, order);
          assertThat(block).isNotZero();
          assertThat(block % Pages.bytes(order)).isZero();
          assertThat(HotplugRun.nodeOf(block)).isEqualTo(node);
          AddressInfo info = current.contents().find(block + Pages.bytes(order) - 1);
          assertThat(info.what()).isEqualTo(What.PAGES);
          assertThat(info.begin()).isEqualTo(block);
          pages.freePages(block, order);
          assertThat(current.contents().find(block).what()).isEqualTo(What.NOTHING);
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void zeroedPagesAreZeroed(Machines machines) {
    machines.run(current -> {
      Pages pages = current.pages();
      long used = pages.getFreePages(Gfp.KERNEL, 0);
      current.contents().fill(used, 4096, (byte) 7);
      pages.freePages(used, 0);
      long zeros = pages.getZeroedPages(Gfp.KERNEL, 0);
      assertThat(current.contents().read(zeros, 4096)).containsOnly(0);
      pages.freePages(zeros, 0);
    });
  }

  @ParameterizedTest
  @EnumSource
  void anOrderThatDoesNotExistIsRefused(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Pages pages = current.pages();
          assertThat(pages.getFreePages(Gfp.KERNEL, Pages.MAX_ORDER)).isEqualTo(Slab.NULL);
          assertThat(pages.getFreePages(Gfp.KERNEL, -1)).isEqualTo(Slab.NULL);
          assertThat(pages.getFreePages(Gfp.KERNEL | Gfp.NOWARN, 99)).isEqualTo(Slab.NULL);
          pages.freePages(Slab.NULL, 0);
        });

    assertThat(log)
        .containsExactly(
            "WARNING: CPU: 0 PID: 1 at mm/page_alloc.c __alloc_pages",
            "WARNING: CPU: 0 PID: 1 at mm/page_alloc.c __alloc_pages");
  }

  @ParameterizedTest
  @EnumSource
  void aBlockThatIsNoneIsABadPage(Machines machines) {
    machines.run(current -> {
      Pages pages = current.pages();
      long block = pages.getFreePages(Gfp.KERNEL, 1);
      long object = current.kmalloc().kmalloc(100, Gfp.KERNEL);
      for (Runnable wrong :
          List.<Runnable>of(
              () -> pages.freePages(block + 4096, 1),
              () -> pages.freePages(block, 0),
              () -> pages.freePages(object, 0))) {
        assertThatThrownBy(wrong::run)
            .isInstanceOf(EmulatedOops.class)
            .hasMessageStartingWith("BUG: Bad page state");
      }
      pages.freePages(block, 1);
      assertThatThrownBy(() -> pages.freePages(block, 1)).isInstanceOf(EmulatedOops.class);
    });
  }
}
