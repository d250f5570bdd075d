package org.numaslab.node.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.slab.KmallocClasses.Family;
import org.numaslab.node.topology.BadInput;

class KmallocClassesTest {
  @ParameterizedTest
  @CsvSource({
    "1,8",
    "8,8",
    "9,16",
    "64,64",
    "65,96",
    "96,96",
    "97,128",
    "128,128",
    "129,192",
    "192,192",
    "193,256",
    "257,512",
    "4097,8192",
    "8192,8192"
  })
  void theSmallestClassThatHoldsARequestServesIt(int size, int classSize) {
    assertThat(KmallocClasses.classSize(size)).isEqualTo(classSize);
  }

  @Test
  void familiesFollowTheRequestWithDmaFirstThenReclaimable() {
    assertThat(KmallocClasses.name(100, Gfp.KERNEL)).isEqualTo("kmalloc-128");
    assertThat(KmallocClasses.name(1024, Gfp.KERNEL_ACCOUNT)).isEqualTo("kmalloc-cg-1k");
    assertThat(KmallocClasses.name(8, Gfp.RECLAIMABLE | Gfp.ACCOUNT)).isEqualTo("kmalloc-rcl-8");
    assertThat(KmallocClasses.name(8192, Gfp.DMA | Gfp.RECLAIMABLE | Gfp.ACCOUNT))
        .isEqualTo("dma-kmalloc-8k");
    assertThat(Family.of(Gfp.KERNEL | Gfp.DMA32))
        .as("no family of its own")
        .isEqualTo(Family.NORMAL);
  }

  @ParameterizedTest
  @CsvSource({"8193,2", "16384,2", "16385,3", "131072,5", "4194304,10"})
  void largerRequestsAreWholePages(int size, int order) {
    assertThat(KmallocClasses.fromCache(size)).isFalse();
    assertThat(KmallocClasses.pageOrder(size)).isEqualTo(order);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 8193, Integer.MAX_VALUE})
  void noClassServesNothingOrPages(int size) {
    assertThatThrownBy(() -> KmallocClasses.classSize(size))
        .isInstanceOf(BadInput.class)
        .hasMessage("kmalloc: got %d bytes, allowed: 1..8192 from a cache", size);
  }

  @Test
  void noPagesServeMoreThanTheLargestBlock() {
    assertThatThrownBy(() -> KmallocClasses.pageOrder(KmallocClasses.SIZE_MAX + 1L))
        .isInstanceOf(BadInput.class)
        .hasMessage("kmalloc: got 4194305 bytes, allowed: 8193..4194304 as pages");
  }

  @Test
  void bootMakesThirteenClassesOfFourFamilies() {
    assertThat(KmallocClasses.boot())
        .hasSize(4 * 13)
        .extracting(CacheRequest::name)
        .startsWith("kmalloc-8", "kmalloc-16", "kmalloc-32", "kmalloc-64", "kmalloc-96")
        .endsWith("dma-kmalloc-4k", "dma-kmalloc-8k")
        .doesNotHaveDuplicates();
  }

  @Test
  void onlyPowersOfTwoAreAlignedToThemselves() {
    for (CacheRequest request : KmallocClasses.boot()) {
      CacheGeometry geometry = CacheGeometry.of(request, GeometryOptions.forCpus(8));
      boolean powerOfTwo = Integer.bitCount(request.objectSize()) == 1;
      assertThat(geometry.align()).isEqualTo(powerOfTwo ? request.objectSize() : 8);
      assertThat(geometry.size()).isEqualTo(request.objectSize());
      assertThat(geometry.has(SlabFlags.KMALLOC)).isTrue();
    }
  }
}
