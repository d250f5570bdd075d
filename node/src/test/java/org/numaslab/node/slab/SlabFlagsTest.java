package org.numaslab.node.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.node.topology.BadInput;

/// Flags as people and recordings write them, and the letters of slub_debug.
class SlabFlagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "none; 0",
        "hwalign; 2000",
        "rcu; 80000",
        "reclaim; 20000",
        "account; 4000000",
        "dma; 4000",
        "dma32; 8000",
        "redzone; 400",
        "rz; 400",
        "poison; 800",
        "poi; 800",
        "storeuser; 10000",
        "user; 10000",
        "rzpoiuser; 10c00",
        "rcu,reclaim; a0000",
        "hwalign|rcu+dma; 86000",
        "0x10d00; 10d00",
        "10d00; 10d00",
        "0XD00; d00"
      })
  void textsAreWordsOrHexadecimal(String text, String hex) {
    assertThat(SlabFlags.parse(text)).isEqualTo(Integer.parseInt(hex, 16));
  }

  @Test
  void hexadecimalHasAllThirtyTwoBits() {
    assertThat(SlabFlags.parse("c0000800"))
        .isEqualTo(SlabFlags.OBJECT_POISON | SlabFlags.CMPXCHG_DOUBLE | SlabFlags.POISON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "hwalignx", "rcu,", ",rcu", "0x", "0x123456789", "-1", "RCU", "none "})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> SlabFlags.parse(text))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("slab flags: got \"" + text + "\", allowed: hexadecimal, or words");
  }

  @Test
  void bitsAreShownAsWordsThenHexadecimal() {
    assertThat(SlabFlags.toString(0)).isEqualTo("none");
    assertThat(SlabFlags.toString(0x10c00)).isEqualTo("redzone,poison,storeuser");
    assertThat(SlabFlags.toString(0xc0000801)).isEqualTo("poison,cmpxchg_double,object_poison,0x1");
  }

  @Test
  void whatIsShownCanBeRead() {
    for (int bit = 1; bit != 0; bit <<= 1) {
      String shown = SlabFlags.toString(bit);
      if ((bit & SlabFlags.PERMITTED) != 0) {
        assertThat(SlabFlags.parse(shown)).as(shown).isEqualTo(bit);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,3,0,cpus",
    "-1,0,3,0,cpus",
    "9000,0,3,0,cpus",
    "8,-1,3,0,slub_min_order",
    "8,11,3,0,slub_min_order",
    "8,0,11,0,slub_max_order",
    "8,0,-3,0,slub_max_order",
    "8,0,3,-1,slub_min_objects",
    "8,0,3,32768,slub_min_objects"
  })
  void bootParametersOutOfBoundsAreRefused(
      int cpus, int minOrder, int maxOrder, int minObjects, String named) {
    assertThatThrownBy(
            () -> new GeometryOptions(cpus, minOrder, maxOrder, minObjects, SlubDebug.NONE, false))
        .isInstanceOf(BadInput.class)
        .hasMessageMatching(named + ": got -?\\d+, allowed: \\d+\\.\\.\\d+");
  }
}
