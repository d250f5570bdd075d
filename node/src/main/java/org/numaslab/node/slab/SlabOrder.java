package org.numaslab.node.slab;

import org.numaslab.node.topology.BadInput;

/// How many pages a slab gets, as a power of two.
///
/// Models `calculate_order` and `calc_slab_order` of mm/slub.c, v6.1. The search wants many objects
/// per slab and little waste, and gives up waste first: at most 1/16 of the slab, 1/8, 1/4, then
/// one object fewer and again from 1/16.
final class SlabOrder {
  static final int PAGE_SIZE = 4096;

  /// The largest block of the page allocator, MAX_ORDER - 1.
  static final int ORDER_MAX = 10;

  /// A slab counts its objects in 15 bits.
  static final int OBJECTS_MAX = 32767;

  private static final int WASTE_FRACTION_FIRST = 16;
  private static final int WASTE_FRACTION_LAST = 4;

  private final int size;
  private final GeometryOptions options;

  private SlabOrder(int size, GeometryOptions options) {
    this.size = size;
    this.options = options;
  }

  /// The order for slots of `size` bytes.
  static int of(String cache, int size, GeometryOptions options) {
    int order = new SlabOrder(size, options).search();
    if (order > ORDER_MAX) {
      throw new BadInput(
          "cache %s: slot of %d bytes: got a slab of order %d, allowed: orders up to %d"
              .formatted(cache, size, order, ORDER_MAX));
    }
    if (objects(order, size) > OBJECTS_MAX) {
      throw new BadInput(
          "cache %s: slots of %d bytes: got %d in a slab of order %d, allowed: up to %d"
              .formatted(cache, size, objects(order, size), order, OBJECTS_MAX));
    }
    return order;
  }

  private int search() {
    int orderMax = options.slubMaxOrder();
    for (int objects = Math.min(options.minObjects(), objects(orderMax, size));
        objects > 1;
        objects--) {
      for (int f = WASTE_FRACTION_FIRST; f >= WASTE_FRACTION_LAST; f /= 2) {
        int order = firstWithin(objects, orderMax, f);
        if (order <= orderMax) {
          return order;
        }
      }
    }
    int single = firstWithin(1, orderMax, 1);
    return single <= orderMax ? single : firstWithin(1, ORDER_MAX + 1, 1);
  }

  /// The first order that holds `objectsMin` and wastes at most 1/`fraction`; one above `orderMax`
  /// when there is none.
  private int firstWithin(int objectsMin, int orderMax, int fraction) {
    int orderMin = options.slubMinOrder();
    if (objects(orderMin, size) > OBJECTS_MAX) {
      return orderFor((long) size * OBJECTS_MAX) - 1;
    }
    int order = Math.max(orderMin, orderFor((long) objectsMin * size));
    while (order <= orderMax) {
      int slab = PAGE_SIZE << order;
      if (slab % size <= slab / fraction) {
        break;
      }
      order++;
    }
    return order;
  }

  /// The smallest order whose pages hold `bytes` (`get_order`).
  static int orderFor(long bytes) {
    return Long.SIZE - Long.numberOfLeadingZeros((bytes - 1) / PAGE_SIZE);
  }

  static int objects(int order, int size) {
    return (PAGE_SIZE << order) / size;
  }
}
