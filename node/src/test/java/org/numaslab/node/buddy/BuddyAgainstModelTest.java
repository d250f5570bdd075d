package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

/// Random operations on random memories with random limits, against [NaiveBuddy]: after each one,
/// every list of every zone is the same, block by block, and so are the types of pageblocks, the
/// boost, the atomic reserve and the counters. Two nodes share the page-frame table, with seams and
/// holes at any frame. A failure names its seed and the shortest list of operations that still
/// shows it; `-Dnumaslab.seed=N` runs that one.
class BuddyAgainstModelTest {
  private static final int MACHINES = 300;
  private static final int OPERATIONS = 400;
  private static final int[] GFP = {
    Gfp.KERNEL,
    Gfp.KERNEL,
    Gfp.KERNEL | Gfp.DMA32,
    Gfp.DMA,
    Gfp.KERNEL | Gfp.RECLAIMABLE,
    Gfp.NOFS | Gfp.RECLAIMABLE | Gfp.NORETRY,
    Gfp.IO | Gfp.RECLAIMABLE,
    Gfp.HIGHUSER_MOVABLE,
    Gfp.MOVABLE,
    Gfp.ATOMIC,
    Gfp.ATOMIC | Gfp.NOMEMALLOC,
    Gfp.NOWAIT,
    Gfp.KERNEL | Gfp.NOFAIL,
    Gfp.ATOMIC | Gfp.MEMALLOC
  };

  /// What to do; `pick` chooses among the blocks in use, if any, so that an operation still means
  /// something when others before it are left out.
  private record Operation(
      int node, boolean free, int order, int gfp, Watermark mark, boolean slab, int pick) {
    @Override
    public String toString() {
      return free
          ? "node " + node + " frees " + pick
          : "node "
              + node
              + " allocates order "
              + order
              + " gfp 0x"
              + Integer.toHexString(gfp)
              + " at "
              + mark;
    }
  }

  private record Block(long head, int order) {}

  @Test
  void everyListIsAsInTheModel() {
    Long only = Long.getLong("numaslab.seed");
    long first = only == null ? 1 : only;
    for (long seed = first; seed < first + (only == null ? MACHINES : 1); seed++) {
      Random random = new Random(seed);
      List<List<FrameRange>> memory = memory(random);
      List<Map<ZoneType, ZoneLimits>> limits = limits(random, memory);
      List<Operation> operations = operations(random);
      if (difference(memory, limits, operations) != null) {
        List<Operation> shortest = shrunk(memory, limits, operations);
        fail(
            "-Dnumaslab.seed=%d, memory %s, limits %s, after %s: %s",
            seed, memory, limits, shortest, difference(memory, limits, shortest));
      }
    }
  }

  /// For most zones: watermarks and protection of up to a part of what it has.
  private static List<Map<ZoneType, ZoneLimits>> limits(
      Random random, List<List<FrameRange>> memory) {
    List<Map<ZoneType, ZoneLimits>> limits = new ArrayList<>();
    for (List<FrameRange> node : memory) {
      Map<ZoneType, ZoneLimits> ofNode = new EnumMap<>(ZoneType.class);
      Buddy.pagesByZone(node)
          .forEach((zone, pages) -> {
            if (random.nextInt(3) > 0) {
              long min = random.nextLong(pages / 4 + 1);
              long apart = random.nextLong(pages / 8 + 1);
              List<Long> protection = new ArrayList<>();
              for (ZoneType highest : ZoneType.values()) {
                protection.add(highest.compareTo(zone) > 0 ? random.nextLong(pages / 4 + 1) : 0);
              }
              ofNode.put(
                  zone, new ZoneLimits(pages, min, min + apart, min + 2 * apart, protection));
            }
          });
      limits.add(ofNode);
    }
    return limits;
  }

  /// A window around each place where something changes, cut at random frames into ranges of node
  /// 0, of node 1 and of nobody.
  private static List<List<FrameRange>> memory(Random random) {
    long somewhere = (2L << 20) + random.nextInt(1 << 20);
    long[] places = {0, ZoneType.DMA.endFrame(), 9000, ZoneType.DMA32.endFrame(), somewhere};
    List<List<FrameRange>> memory = List.of(new ArrayList<>(), new ArrayList<>());
    long frame = 0;
    for (long place : places) {
      frame = Math.max(frame, place - random.nextInt(2500));
      for (int cuts = random.nextInt(4); cuts > 0; cuts--) {
        long end = frame + 1 + random.nextInt(random.nextBoolean() ? 40 : 3000);
        if (random.nextInt(4) > 0) {
          memory.get(random.nextInt(3) / 2).add(FrameRange.between(frame, end));
        }
        frame = end;
      }
    }
    return List.of(joined(memory.get(0)), joined(memory.get(1)));
  }

  /// The model wants adjacent ranges joined.
  private static List<FrameRange> joined(List<FrameRange> ascending) {
    List<FrameRange> joined = new ArrayList<>();
    for (FrameRange range : ascending) {
      FrameRange last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && range.start() == last.end()) {
        joined.set(joined.size() - 1, FrameRange.between(last.start(), range.end()));
      } else {
        joined.add(range);
      }
    }
    return joined;
  }

  private static List<Operation> operations(Random random) {
    List<Operation> operations = new ArrayList<>(OPERATIONS);
    int phase = 50;
    for (int i = 0; i < OPERATIONS; i++) {
      if (i % 50 == 0) {
        phase = 20 + random.nextInt(60);
      }
      int order = random.nextInt(3) > 0 ? random.nextInt(4) : random.nextInt(11);
      operations.add(
          new Operation(
              random.nextInt(2),
              random.nextInt(100) < phase,
              order,
              GFP[random.nextInt(GFP.length)],
              Watermark.values()[random.nextInt(4)],
              random.nextBoolean(),
              random.nextInt(1 << 20)));
    }
    return operations;
  }

  /// The shortest failing prefix, then without each operation that it fails without.
  private static List<Operation> shrunk(
      List<List<FrameRange>> memory,
      List<Map<ZoneType, ZoneLimits>> limits,
      List<Operation> operations) {
    int length = 0;
    while (difference(memory, limits, operations.subList(0, length)) == null) {
      length++;
    }
    List<Operation> shortest = new ArrayList<>(operations.subList(0, length));
    for (int i = length - 1; i >= 0; i--) {
      Operation left = shortest.remove(i);
      if (difference(memory, limits, shortest) == null) {
        shortest.add(i, left);
      }
    }
    return shortest;
  }

  /// The first difference, in words; null when there is none.
  private static @Nullable String difference(
      List<List<FrameRange>> memory,
      List<Map<ZoneType, ZoneLimits>> limits,
      List<Operation> operations) {
    try (Memory pages = Memory.reserve(4L << 20, 0)) {
      Buddy[] buddies = new Buddy[2];
      NaiveBuddy[] models = new NaiveBuddy[2];
      List<List<Block>> used = List.of(new ArrayList<>(), new ArrayList<>());
      for (int node = 0; node < 2; node++) {
        buddies[node] = new Buddy(pages.frames(), memory.get(node), limits.get(node));
        models[node] = new NaiveBuddy(memory.get(node), limits.get(node));
      }
      String difference = difference(buddies[0], models[0]);
      for (int i = 0; i < operations.size() && difference == null; i++) {
        Operation operation = operations.get(i);
        Buddy buddy = buddies[operation.node];
        NaiveBuddy model = models[operation.node];
        List<Block> blocks = used.get(operation.node);
        if (!operation.free) {
          long head = buddy.allocate(operation.order, operation.gfp, operation.mark);
          long expected = model.allocate(operation.order, operation.gfp, operation.mark);
          if (head != expected) {
            return operation + ": frame " + head + ", model " + expected;
          }
          if (head != Buddy.REFUSED) {
            blocks.add(new Block(head, operation.order));
            if (operation.slab) {
              pages.frames().markBlock(head, operation.order, Kind.SLAB, 7);
            }
          }
        } else if (!blocks.isEmpty()) {
          Block block = blocks.remove(operation.pick % blocks.size());
          buddy.free(block.head, block.order);
          model.free(block.head, block.order);
        }
        difference = difference(buddy, model);
      }
      return difference;
    }
  }

  private static @Nullable String difference(Buddy buddy, NaiveBuddy model) {
    for (ZoneType zone : ZoneType.values()) {
      for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
        for (MigrateType type : MigrateType.values()) {
          List<Long> expected = model.list(zone, order, type);
          List<Long> found = Arrays.stream(buddy.heads(zone, order, type)).boxed().toList();
          if (!found.equals(expected)) {
            return zone + " order " + order + " " + type + ": " + found + ", model " + expected;
          }
        }
      }
    }
    for (ZoneInfo zone : buddy.zoneInfo()) {
      for (FrameRange range : zone.memory()) {
        for (long frame = range.start(); frame < range.end(); frame += 256) {
          if (buddy.pageBlock(frame) != model.typeOf(zone.zone(), frame)) {
            return "pageblock of " + frame + ": " + buddy.pageBlock(frame);
          }
        }
      }
      if (zone.boost() != model.boost(zone.zone())
          || zone.highAtomic() != model.reserved(zone.zone())) {
        return zone + ", model " + model.boost(zone.zone()) + " " + model.reserved(zone.zone());
      }
    }
    if (!buddy.fallbacks().equals(model.fallbacks())) {
      return buddy.fallbacks() + ", model " + model.fallbacks();
    }
    if (buddy.freePages() != model.freePages()) {
      return buddy.freePages() + " pages free, model " + model.freePages();
    }
    return buddy.consistent() ? null : "not consistent";
  }
}
