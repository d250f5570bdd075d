package org.numaslab.node.buddy;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

/// Random operations on random memories, against [NaiveBuddy]: after each one, every list of every
/// zone is the same, block by block. Two nodes share the page-frame table, with seams and holes at
/// any frame. A failure names its seed and the shortest list of operations that still shows it;
/// `-Dnumaslab.seed=N` runs that one.
class BuddyAgainstModelTest {
  private static final int MACHINES = 300;
  private static final int OPERATIONS = 400;
  private static final int[] GFP = {Gfp.KERNEL, Gfp.KERNEL, Gfp.KERNEL | Gfp.DMA32, Gfp.DMA};

  /// What to do; `pick` chooses among the blocks in use, if any, so that an operation still means
  /// something when others before it are left out.
  private record Operation(int node, boolean free, int order, int gfp, boolean slab, int pick) {
    @Override
    public String toString() {
      return free
          ? "node " + node + " frees " + pick
          : "node " + node + " allocates order " + order + " gfp 0x" + Integer.toHexString(gfp);
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
      List<Operation> operations = operations(random);
      if (difference(memory, operations) != null) {
        List<Operation> shortest = shrunk(memory, operations);
        fail(
            "-Dnumaslab.seed=%d, memory %s, after %s: %s",
            seed, memory, shortest, difference(memory, shortest));
      }
    }
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
              random.nextBoolean(),
              random.nextInt(1 << 20)));
    }
    return operations;
  }

  /// The shortest failing prefix, then without each operation that it fails without.
  private static List<Operation> shrunk(List<List<FrameRange>> memory, List<Operation> operations) {
    int length = 0;
    while (difference(memory, operations.subList(0, length)) == null) {
      length++;
    }
    List<Operation> shortest = new ArrayList<>(operations.subList(0, length));
    for (int i = length - 1; i >= 0; i--) {
      Operation left = shortest.remove(i);
      if (difference(memory, shortest) == null) {
        shortest.add(i, left);
      }
    }
    return shortest;
  }

  /// The first difference, in words; null when there is none.
  private static @Nullable String difference(
      List<List<FrameRange>> memory, List<Operation> operations) {
    try (Memory pages = Memory.reserve(4L << 20, 0)) {
      Buddy[] buddies = new Buddy[2];
      NaiveBuddy[] models = new NaiveBuddy[2];
      List<List<Block>> used = List.of(new ArrayList<>(), new ArrayList<>());
      for (int node = 0; node < 2; node++) {
        buddies[node] = new Buddy(pages.frames(), memory.get(node));
        models[node] = new NaiveBuddy(memory.get(node));
      }
      String difference = difference(buddies[0], models[0]);
      for (int i = 0; i < operations.size() && difference == null; i++) {
        Operation operation = operations.get(i);
        Buddy buddy = buddies[operation.node];
        NaiveBuddy model = models[operation.node];
        List<Block> blocks = used.get(operation.node);
        if (!operation.free) {
          long head = buddy.allocate(operation.order, operation.gfp);
          long expected = model.allocate(operation.order, operation.gfp);
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
        List<Long> expected = model.list(zone, order);
        List<Long> found = Arrays.stream(buddy.heads(zone, order)).boxed().toList();
        if (!found.equals(expected) || buddy.freeBlocks(zone, order) != expected.size()) {
          return zone + " order " + order + ": " + found + ", model " + expected;
        }
      }
    }
    if (buddy.freePages() != model.freePages()) {
      return buddy.freePages() + " pages free, model " + model.freePages();
    }
    return buddy.consistent() ? null : "not consistent";
  }
}
