package org.numaslab.node.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.node.topology.BadInput;

/// `slub_debug=` as a kernel reads it: which cache gets which flags.
class SlubDebugTest {
  @ParameterizedTest
  @CsvSource({
    "FZPU, 10d00",
    "'', 10d00",
    "fz, 500",
    "-, 0",
    "FZ-P, 800",
    "T, 200000",
    "A, 2000000",
    "O, 0",
    ";, 0",
    ";;Z, 400",
    "F;Z, 400",
    "Z;, 400"
  })
  void lettersOfABlockWithoutAListAreFlagsOfAllCaches(String text, String hex) {
    assertThat(SlubDebug.parse(text).flags("any", 0)).isEqualTo(Integer.parseInt(hex, 16));
  }

  @ParameterizedTest
  @CsvSource({
    "'FZ,dentry', dentry, 500",
    "'FZ,dentry', dentry2, 0",
    "'FZ,dentry', dentr, 0",
    "'FZ,dentry,filp', filp, 500",
    "'FZ,kmalloc-*', kmalloc-64, 500",
    "'FZ,kmalloc-*', dma-kmalloc-64, 0",
    "'FZ,*', whatever, 500",
    "'FZ,kmalloc*-64', kmalloc-8k, 500",
    "',dentry', dentry, 10d00",
    "'-,dentry;P', dentry, 0",
    "'-,dentry;P', filp, 800",
    "'P;-,dentry', dentry, 0",
    "'F,d*;Z,dentry', dentry, 100",
    "'Z,dentry;F,d*;U', dentry, 400",
    "'Z,dentry;F,d*;U', dax, 100",
    "'Z,dentry;F,d*;U', filp, 10000",
    "'Z,', filp, 0",
    "'Z,;P', filp, 800",
    "'P;Z,filp;F', inode, 100"
  })
  void theFirstBlockWithAListThatNamesACacheDecidesElseTheLastWithout(
      String text, String cache, String hex) {
    assertThat(SlubDebug.parse(text).flags(cache, 0)).isEqualTo(Integer.parseInt(hex, 16));
  }

  @Test
  void whatTheCreatorAskedForStays() {
    assertThat(SlubDebug.parse("Z").flags("any", SlabFlags.HWCACHE_ALIGN | SlabFlags.POISON))
        .isEqualTo(SlabFlags.HWCACHE_ALIGN | SlabFlags.POISON | SlabFlags.RED_ZONE);
  }

  @Test
  void aCreatorMayExcuseItself() {
    int noUserFlags = SlabFlags.NO_USER_FLAGS;
    assertThat(SlubDebug.parse("FZPU,c;FZPU").flags("c", noUserFlags)).isEqualTo(noUserFlags);
    int noTrace = SlabFlags.NOLEAKTRACE;
    assertThat(SlubDebug.parse("FU").flags("c", noTrace))
        .isEqualTo(noTrace | SlabFlags.CONSISTENCY_CHECKS);
    assertThat(SlubDebug.parse("FU,c").flags("c", noTrace))
        .as("tracks after all for who names the cache")
        .isEqualTo(noTrace | SlabFlags.CONSISTENCY_CHECKS | SlabFlags.STORE_USER);
  }

  @Test
  void lettersThatDoNotExistAreSkippedWithTheKernelsMessage() {
    SlubDebug debug = SlubDebug.parse("FxZ,dentry;q");
    assertThat(debug.flags("dentry", 0)).isEqualTo(0x500);
    assertThat(debug.flags("filp", 0)).isZero();
    assertThat(debug.messages())
        .containsExactly(
            "slub_debug option 'x' unknown. skipped", "slub_debug option 'q' unknown. skipped");
    assertThat(SlubDebug.parse("FZPUTAO-fzputao").messages()).isEmpty();
  }

  @Test
  void letterOSparesCachesWhoseSmallestOrderWouldRise() {
    assertThat(slot(4096, "FZO").has(SlabFlags.RED_ZONE)).isFalse();
    assertThat(slot(4096, "FZO").has(SlabFlags.CONSISTENCY_CHECKS)).isTrue();
    assertThat(slot(4096, "FZ,x;O").has(SlabFlags.RED_ZONE)).isFalse();
    assertThat(slot(4096, "FZ").has(SlabFlags.RED_ZONE)).isTrue();
    assertThat(slot(64, "FZO").has(SlabFlags.RED_ZONE)).isTrue();
  }

  private static CacheGeometry slot(int size, String debug) {
    return CacheGeometry.of(
        new CacheRequest("x", size, 0, 0, false),
        GeometryOptions.forCpus(8).withDebug(SlubDebug.parse(debug)));
  }

  @Test
  void theMarkOfFailslabIsNoDebugging() {
    CacheGeometry marked = slot(64, "A");
    assertThat(marked.has(SlabFlags.FAILSLAB)).isTrue();
    assertThat(marked.isDebug()).isFalse();
    assertThat(marked.size()).isEqualTo(64);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"FZPU", "-", "ZO", "FT", "A", "FZ,dentry,kmalloc-*", "-,x;FU", "F,a;Z,b;PO"})
  void aTextIsShownAsItWasGiven(String text) {
    assertThat(SlubDebug.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({"'', FZPU", "fzpu, FZPU", "uf, FU", "',x', 'FZPU,x'", "'Z;F,x', 'F,x;Z'", "O;, O"})
  void whatIsShownMeansTheSame(String text, String shown) {
    assertThat(SlubDebug.parse(text)).hasToString(shown);
    assertThat(SlubDebug.parse(shown)).isEqualTo(SlubDebug.parse(text));
  }

  @Test
  void aTextLongerThanACommandLineIsRefused() {
    assertThatThrownBy(() -> SlubDebug.parse("F".repeat(2049)))
        .isInstanceOf(BadInput.class)
        .hasMessage("slub_debug: got 2049 characters, allowed: up to 2048");
  }
}
