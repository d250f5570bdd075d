package org.numaslab.node.loan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class MarksTest {
  private static final long REGIONS_APART = 3L << 21;

  /// Pages of several regions, in turns: what was looked at last is never the one that is meant
  /// now.
  @RepeatedTest(20)
  void isTheSetOfItsAddresses(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    Marks marks = new Marks();
    TreeSet<Long> expected = new TreeSet<>();
    for (int step = 0; step < 2000; step++) {
      long address = random.nextInt(3) * REGIONS_APART + 8L * random.nextInt(2048);
      switch (random.nextInt(7)) {
        case 0, 1, 2 -> assertThat(marks.add(address)).isEqualTo(expected.add(address));
        case 3 -> assertThat(marks.remove(address)).isEqualTo(expected.remove(address));
        case 4 -> {
          long[] several = {address, address + 8, address + REGIONS_APART};
          long[] there = Arrays.stream(several).filter(expected::contains).toArray();
          assertThat(marks.hasEachOnce(several)).isEqualTo(there.length == several.length);
          assertThat(marks.removeAll(several)).isEqualTo(there);
          Arrays.stream(several).forEach(expected::remove);
        }
        case 5 -> {
          long[] twice = {address, address + 8, address};
          marks.addAll(twice);
          Arrays.stream(twice).forEach(expected::add);
          assertThat(marks.hasEachOnce(twice)).isFalse();
          assertThat(marks.hasEachOnce(Arrays.copyOf(twice, 2))).isTrue();
        }
        default -> {
          Marks copy = marks.copy();
          for (Marks.OfPage page : marks.byPage()) {
            copy.removeAll(page);
          }
          assertThat(copy.isEmpty()).isTrue();
        }
      }
      assertThat(marks.contains(address)).isEqualTo(expected.contains(address));
      assertThat(marks.size()).isEqualTo(expected.size());
    }
    assertThat(marks.toArray()).isEqualTo(expected.stream().mapToLong(Long::longValue).toArray());
  }
}
