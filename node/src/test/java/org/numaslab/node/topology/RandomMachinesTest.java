package org.numaslab.node.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random machines against the plainest way to say the same. A failure names its seed;
/// `-Dnumaslab.seed=N` runs that one.
class RandomMachinesTest {
  private static final int MACHINES = 3000;

  private static long firstSeed() {
    return Long.getLong("numaslab.seed", 1);
  }

  private static int machines() {
    return Long.getLong("numaslab.seed") == null ? MACHINES : 1;
  }

  @Test
  void fallbackOrdersEqualTheRepeatedSearch() {
    for (long seed = firstSeed(); seed < firstSeed() + machines(); seed++) {
      Random random = new Random(seed);
      int nodes = 1 + random.nextInt(seed % 100 == 0 ? 64 : 9);
      int[][] distances = distances(random, nodes);
      boolean[] hasMemory = new boolean[nodes];
      boolean[] hasCpus = new boolean[nodes];
      for (int node = 0; node < nodes; node++) {
        hasMemory[node] = random.nextInt(4) > 0;
        hasCpus[node] = random.nextInt(4) > 0;
      }
      int[][] expected = repeatedSearch(distances, hasMemory, hasCpus);
      assertThat(FallbackOrders.of(distances, hasMemory, hasCpus))
          .as("seed %d, %s", seed, Arrays.deepToString(distances))
          .isDeepEqualTo(expected);
    }
  }

  /// The rule as it is told: take the best node, mark it used, and load it if it is the first one
  /// at its distance.
  private static int[][] repeatedSearch(int[][] distances, boolean[] hasMemory, boolean[] hasCpus) {
    int nodes = distances.length;
    long[] load = new long[nodes];
    int[][] orders = new int[nodes][];
    for (int local = 0; local < nodes; local++) {
      boolean[] used = new boolean[nodes];
      List<Integer> order = new ArrayList<>();
      int previous = local;
      while (true) {
        int best = -1;
        long least = Long.MAX_VALUE;
        if (hasMemory[local] && !used[local]) {
          best = local;
        } else {
          for (int node = 0; node < nodes; node++) {
            if (hasMemory[node] && !used[node]) {
              long value = distances[local][node];
              value += node < local ? 1 : 0;
              value += hasCpus[node] ? 1 : 0;
              value = value * 1024 + load[node];
              if (value < least) {
                least = value;
                best = node;
              }
            }
          }
        }
        if (best < 0) {
          break;
        }
        used[best] = true;
        if (distances[local][best] != distances[local][previous]) {
          load[best] += 1;
        }
        order.add(best);
        previous = best;
      }
      orders[local] = order.stream().mapToInt(Integer::intValue).toArray();
    }
    return orders;
  }

  private static int[][] distances(Random random, int nodes) {
    int[] few = {11, 12, 16, 20, 21, 22, 31, 255};
    boolean symmetric = random.nextBoolean();
    int[][] distances = new int[nodes][nodes];
    for (int from = 0; from < nodes; from++) {
      for (int to = 0; to < nodes; to++) {
        distances[from][to] =
            from == to
                ? 10
                : symmetric && to < from ? distances[to][from] : few[random.nextInt(few.length)];
      }
    }
    return distances;
  }

  @Test
  void framesAreFoundAsByLookingThroughAllRanges() {
    for (long seed = firstSeed(); seed < firstSeed() + machines() / 10 + 1; seed++) {
      Random random = new Random(seed);
      List<FrameMap.Owned> ranges = ranges(random);
      FrameMap map = new FrameMap(ranges);
      for (FrameMap.Owned owned : ranges) {
        for (long frame :
            new long[] {
              owned.range().start() - 1,
              owned.range().start(),
              owned.range().end() - 1,
              owned.range().end()
            }) {
          assertThat(map.nodeIndexOf(frame))
              .as("seed %d frame %d", seed, frame)
              .isEqualTo(search(ranges, frame));
        }
      }
      for (int i = 0; i < 500; i++) {
        long frame = random.nextLong(map.spanFrames() + 100_000);
        assertThat(map.nodeIndexOf(frame))
            .as("seed %d frame %d", seed, frame)
            .isEqualTo(search(ranges, frame));
      }
    }
  }

  private static List<FrameMap.Owned> ranges(Random random) {
    List<FrameMap.Owned> ranges = new ArrayList<>();
    long from = 1;
    int count = 1 + random.nextInt(30);
    for (int i = 0; i < count; i++) {
      from += random.nextInt(3) == 0 ? random.nextInt(1 << random.nextInt(1, 18)) : 0;
      long length = 1L + random.nextInt(1 << random.nextInt(1, 18));
      if (random.nextInt(4) == 0) {
        length = Math.max(1, ((from + length + 32767) & ~32767L) - from);
      }
      ranges.add(new FrameMap.Owned(new FrameRange(from, length), random.nextInt(5)));
      from += length;
    }
    return ranges;
  }

  private static int search(List<FrameMap.Owned> ranges, long frame) {
    return ranges.stream()
        .filter(owned -> owned.range().contains(frame))
        .mapToInt(FrameMap.Owned::node)
        .findFirst()
        .orElse(-1);
  }
}
