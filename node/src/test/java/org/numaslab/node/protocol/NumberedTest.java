package org.numaslab.node.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class NumberedTest {
  @RepeatedTest(20)
  void holdsWhatASortedMapHolds(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    Numbered<String> numbered = new Numbered<>();
    TreeMap<Long, String> expected = new TreeMap<>();
    long last = 0;
    int most = 1 << random.nextInt(10);
    for (int step = 0; step < 2000; step++) {
      if (random.nextInt(1000) == 0) {
        numbered.clear();
        expected.clear();
      } else if (expected.size() < most && random.nextInt(5) > 1) {
        numbered.add("value " + ++last);
        expected.put(last, "value " + last);
      } else if (!expected.isEmpty()) {
        List<Long> numbers = new ArrayList<>(expected.keySet());
        long number = numbers.get(random.nextInt(numbers.size()));
        numbered.remove(number);
        expected.remove(number);
      }
      assertThat(numbered.last()).isEqualTo(last);
      assertThat(numbered.isEmpty()).isEqualTo(expected.isEmpty());
      assertThat(numbered.first()).isEqualTo(expected.isEmpty() ? last + 1 : expected.firstKey());
      assertThat(numbered.values()).isEqualTo(List.copyOf(expected.values()));
      long any = last - random.nextInt(2 * most + 1);
      assertThat(numbered.get(any)).isEqualTo(expected.get(any));
    }
  }

  /// As a receiver has them: in any order, none further back than the sender has them open.
  @RepeatedTest(20)
  void takesNumbersInAnyOrder(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    Numbered<String> numbered = new Numbered<>();
    TreeMap<Long, String> expected = new TreeMap<>();
    long oldest = 1;
    for (int step = 0; step < 2000; step++) {
      long number = oldest + random.nextInt(512);
      if (random.nextInt(10) == 0) {
        oldest = random.nextInt(20) == 0 ? number + 1_000_000 : number;
        numbered.removeBefore(oldest);
        expected.headMap(oldest).clear();
      } else if (!expected.containsKey(number)) {
        numbered.put(number, "value " + number);
        expected.put(number, "value " + number);
      } else if (random.nextBoolean()) {
        assertThat(numbered.remove(number)).isEqualTo(expected.remove(number));
      }
      assertThat(numbered.size()).isEqualTo(expected.size());
      assertThat(numbered.values()).isEqualTo(List.copyOf(expected.values()));
      assertThat(numbered.get(number)).isEqualTo(expected.get(number));
    }
  }

  @Test
  void knowsNothingOfNumbersThatWereNeverAdded() {
    Numbered<String> numbered = new Numbered<>();
    numbered.add("one");
    numbered.remove(Long.MAX_VALUE);
    numbered.remove(Long.MIN_VALUE);

    assertThat(numbered.get(0)).isNull();
    assertThat(numbered.get(2)).isNull();
    assertThat(numbered.get(Long.MAX_VALUE)).isNull();
    assertThat(numbered.values()).containsExactly("one");
  }
}
