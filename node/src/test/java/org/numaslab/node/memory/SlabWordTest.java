package org.numaslab.node.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SlabWordTest {
  private static final int[] GENERATIONS = {0, 1, 0x7fff, 0x8000, 0xffff};
  private static final int[] FIRSTS = {0, 1, 0x7ffe, 0x8000, SlabWord.NO_OBJECT};
  private static final int[] COUNTS = {0, 1, 0x4000, 0x7fff};

  @Test
  void everyFieldComesBackWhateverTheOthersAre() {
    for (int generation : GENERATIONS) {
      for (int first : FIRSTS) {
        for (int inUse : COUNTS) {
          for (int objects : COUNTS) {
            for (boolean frozen : new boolean[] {false, true}) {
              long word = SlabWord.of(generation, first, inUse, objects, frozen);
              assertFields(word, generation, first, inUse, objects, frozen);
            }
          }
        }
      }
    }
  }

  @Test
  void listCountAndMarkAreReplacedAndTheRestStays() {
    for (int generation : GENERATIONS) {
      for (int objects : COUNTS) {
        for (int first : FIRSTS) {
          for (int inUse : COUNTS) {
            long word = SlabWord.of(generation, 0x1234, 0x5678, objects, first % 2 == 0);
            word = SlabWord.with(word, first, inUse, first % 2 == 1);
            assertFields(word, generation, first, inUse, objects, first % 2 == 1);
          }
        }
      }
    }
  }

  private static void assertFields(
      long word, int generation, int first, int inUse, int objects, boolean frozen) {
    assertThat(SlabWord.generation(word)).isEqualTo(generation);
    assertThat(SlabWord.firstFree(word)).isEqualTo(first);
    assertThat(SlabWord.hasFree(word)).isEqualTo(first != SlabWord.NO_OBJECT);
    assertThat(SlabWord.inUse(word)).isEqualTo(inUse);
    assertThat(SlabWord.objects(word)).isEqualTo(objects);
    assertThat(SlabWord.frozen(word)).isEqualTo(frozen);
  }

  @Test
  void generationsStartOverAfterTheLast() {
    long last = SlabWord.of(0xffff, 0, 0, 8, false);

    long next = SlabWord.of(SlabWord.generation(last) + 1, 0, 0, 8, false);

    assertFields(next, 0, 0, 0, 8, false);
  }

  @Test
  void valuesThatWouldSpillIntoAnotherFieldAreNoticed() {
    assertThatThrownBy(() -> SlabWord.of(0, 0x10000, 0, 8, false))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> SlabWord.of(0, -1, 0, 8, false)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> SlabWord.of(0, 0, -1, 8, false)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> SlabWord.of(0, 0, 0x10000, 8, false))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> SlabWord.of(0, 0, 0, 0x8000, false))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> SlabWord.of(0, 0, 0, -1, false)).isInstanceOf(AssertionError.class);
  }

  @Test
  void itReadsAsASentence() {
    assertThat(SlabWord.toString(SlabWord.of(3, 5, 2, 16, true)))
        .isEqualTo("slab word: generation=3 first=5 inuse=2 objects=16 frozen");
    assertThat(SlabWord.toString(SlabWord.of(3, SlabWord.NO_OBJECT, 16, 16, false)))
        .isEqualTo("slab word: generation=3 first=- inuse=16 objects=16");
  }
}
