package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Masks are printed as the kernel prints them.
class GfpNamesTest {
  @Test
  void theLongestNamesComeFirst() {
    assertThat(GfpNames.print(Gfp.KERNEL)).isEqualTo("0xcc0(GFP_KERNEL)");
    assertThat(GfpNames.print(Gfp.KERNEL_ACCOUNT)).isEqualTo("0x400cc0(GFP_KERNEL_ACCOUNT)");
    assertThat(GfpNames.print(Gfp.ATOMIC | Gfp.COMP | Gfp.ZERO))
        .isEqualTo("0x40b20(GFP_ATOMIC|__GFP_COMP|__GFP_ZERO)");
    assertThat(GfpNames.print(Gfp.KERNEL & ~Gfp.DIRECT_RECLAIM))
        .isEqualTo("0x8c0(GFP_NOWAIT|__GFP_IO|__GFP_FS)");
  }

  @Test
  void whatHasNoNameIsInHex() {
    assertThat(GfpNames.print(Gfp.NOFS | 1 << 28)).isEqualTo("0x10000c40(GFP_NOFS|0x10000000)");
    assertThat(GfpNames.print(0)).isEqualTo("0()");
  }
}
