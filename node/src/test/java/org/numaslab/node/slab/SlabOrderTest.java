package org.numaslab.node.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.numaslab.node.topology.BadInput;

/// How many pages a slab gets.
class SlabOrderTest {
  private static GeometryOptions booted(int minOrder, int maxOrder, int minObjects) {
    return new GeometryOptions(8, minOrder, maxOrder, minObjects, SlubDebug.NONE, false);
  }

  private static int order(int size, GeometryOptions options) {
    return SlabOrder.of("t", size, options);
  }

  @ParameterizedTest
  @CsvSource({
    // size, cpus 1, 2, 4, 8, 16, 32, 64, 256
    "  32, 0, 0, 0, 0, 0, 0, 0, 0",
    "  64, 0, 0, 0, 0, 0, 0, 0, 0",
    " 128, 0, 0, 0, 0, 0, 0, 0, 1",
    " 192, 0, 0, 0, 0, 1, 1, 1, 1",
    " 256, 0, 0, 0, 1, 1, 1, 1, 2",
    " 512, 0, 1, 1, 2, 2, 2, 2, 3",
    "1024, 1, 2, 2, 3, 3, 3, 3, 3",
    "2048, 2, 3, 3, 3, 3, 3, 3, 3",
    "4096, 3, 3, 3, 3, 3, 3, 3, 3",
    "8192, 3, 3, 3, 3, 3, 3, 3, 3"
  })
  void moreCpusWishForMoreObjects(
      int size, int c1, int c2, int c4, int c8, int c16, int c32, int c64, int c256) {
    int[] orders = {c1, c2, c4, c8, c16, c32, c64, c256};
    int[] cpus = {1, 2, 4, 8, 16, 32, 64, 256};
    for (int i = 0; i < cpus.length; i++) {
      assertThat(order(size, GeometryOptions.forCpus(cpus[i])))
          .as("%d bytes on %d cpus", size, cpus[i])
          .isEqualTo(orders[i]);
    }
  }

  @Test
  void theOrderThatWastesLessThanASixteenthIsTaken() {
    // 20 objects of 200 fit a page with 96 bytes left; of 700 they need order 2, 284 left of 16384.
    assertThat(order(200, GeometryOptions.forCpus(8))).isZero();
    assertThat(order(700, GeometryOptions.forCpus(8))).isEqualTo(2);
  }

  @Test
  void wasteIsToleratedBeforeObjectsAreGivenUp() {
    // 8384: three in order 3 leave 7616 of 32768: more than an eighth, under a quarter.
    assertThat(order(8384, GeometryOptions.forCpus(8))).isEqualTo(3);
    // 10928: two leave 10912, three would not fit: the search ends with the single object.
    assertThat(order(10928, GeometryOptions.forCpus(8))).isEqualTo(2);
  }

  @Test
  void anObjectLargerThanTheGreatestWishedSlabGetsWhatHoldsIt() {
    assertThat(order(40_000, GeometryOptions.forCpus(8))).isEqualTo(4);
    assertThat(order(4 << 20, GeometryOptions.forCpus(8))).isEqualTo(10);
  }

  @Test
  void noSlabHoldsMoreThanTheLargestBlock() {
    assertThatThrownBy(() -> order((4 << 20) + 8, GeometryOptions.forCpus(8)))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            "cache t: slot of 4194312 bytes: got a slab of order 11, allowed: orders up to 10");
  }

  @Test
  void slubMaxOrderBoundsTheWish() {
    assertThat(order(1024, booted(0, 0, 0))).isZero();
    assertThat(order(1024, booted(0, 1, 0))).isEqualTo(1);
    assertThat(order(8192, booted(0, 0, 0))).as("one object must fit").isEqualTo(1);
  }

  @Test
  void slubMinOrderIsTheSmallest() {
    assertThat(order(64, booted(2, 3, 0))).isEqualTo(2);
    assertThat(order(64, booted(5, 3, 0))).as("above slub_max_order").isEqualTo(5);
  }

  @Test
  void slubMinOrderGivesWayToTheCountOfObjectsInASlab() {
    // Order 7 would hold 65536 objects of 8 bytes.
    int order = order(8, booted(7, 10, 0));
    assertThat(order).isEqualTo(5);
    assertThat(SlabOrder.objects(order, 8)).isLessThanOrEqualTo(SlabOrder.OBJECTS_MAX);
  }

  @Test
  void slubMinObjectsReplacesTheWishOfTheCpus() {
    assertThat(order(64, booted(0, 3, 100))).isEqualTo(1);
    assertThat(order(512, booted(0, 3, 1))).isZero();
    assertThat(order(8, booted(0, 3, 32767))).as("as many as slub_max_order holds").isEqualTo(3);
  }

  @Test
  void moreObjectsThanASlabCanCountAreRefused() {
    assertThatThrownBy(() -> order(8, booted(0, 10, 32767)))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            "cache t: slots of 8 bytes: got 32768 in a slab of order 6, allowed: up to 32767");
  }

  @Test
  void ordersAreSmallestBlocksOfPages() {
    assertThat(SlabOrder.orderFor(1)).isZero();
    assertThat(SlabOrder.orderFor(4096)).isZero();
    assertThat(SlabOrder.orderFor(4097)).isEqualTo(1);
    assertThat(SlabOrder.orderFor(8192)).isEqualTo(1);
    assertThat(SlabOrder.orderFor(8193)).isEqualTo(2);
  }

  /// The rule read the other way round: of all (objects wished, waste) pairs in the order of the
  /// kernel's preference, the first that some allowed order satisfies.
  private static int firstPreference(int size, GeometryOptions options) {
    int most = Math.min(options.minObjects(), (4096 << options.slubMaxOrder()) / size);
    for (int wish = most; wish > 1; wish--) {
      for (int waste : new int[] {16, 8, 4}) {
        for (int order = options.slubMinOrder(); order <= options.slubMaxOrder(); order++) {
          int slab = 4096 << order;
          if (slab >= wish * size && slab % size <= slab / waste) {
            return order;
          }
        }
      }
    }
    int order = options.slubMinOrder();
    while (4096 << order < size) {
      order++;
    }
    return order;
  }

  @Test
  void theSearchFindsTheFirstPreference() {
    long seed = Long.getLong("numaslab.seed", 1843);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 50_000; i++) {
      int size = 8 * (1 + random.nextInt(random.nextBoolean() ? 600 : 9000));
      int minOrder = random.nextInt(3);
      GeometryOptions options =
          new GeometryOptions(
              1 + random.nextInt(512),
              minOrder,
              minOrder + random.nextInt(4),
              random.nextBoolean() ? 0 : 1 + random.nextInt(200),
              SlubDebug.NONE,
              false);
      assertThat(order(size, options))
          .as("seed %d: %d bytes, %s", seed, size, options)
          .isEqualTo(firstPreference(size, options));
    }
  }
}
