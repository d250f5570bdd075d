package org.numaslab.coordinator.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.numaslab.coordinator.fault.FaultAttr.Settings;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// Injection points decide as the kernel's do, in its order.
class FaultAttrTest {
  private static final int CALLS = 1_000_000;

  private final List<String> log = new ArrayList<>();

  /// `should_fail_ex` line by line, with the kernel's signed atomics, as the slowest way to say it.
  private static final class Reference {
    final long interval;
    final int probability;
    long space;
    int times;
    long count;

    Reference(Settings settings) {
      interval = settings.interval();
      probability = settings.probability();
      space = settings.space();
      times = settings.times();
    }

    boolean decide(long size, int draw) {
      if (probability == 0) {
        return false;
      }
      if (times == 0) {
        return false;
      }
      if (space > size) {
        space = space - size;
        return false;
      }
      if (interval > 1) {
        count = count + 1;
        if (count % interval > 0) {
          return false;
        }
      }
      if (draw >= probability) {
        return false;
      }
      if (times > 0) {
        times = times - 1;
      }
      return true;
    }
  }

  @Test
  void decidesAsTheKernelOnRandomSequences() {
    long seed = Long.getLong("numaslab.seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    for (int done = 0; done < CALLS; ) {
      Settings settings =
          new Settings(
              random.nextInt(5),
              random.nextInt(101),
              random.nextBoolean() ? 0 : random.nextInt(50_000),
              random.nextBoolean() ? FaultAttr.WITHOUT_END : random.nextInt(200));
      FaultAttr attr = new FaultAttr("failslab", settings, false);
      Reference reference = new Reference(settings);
      int length = 1 + random.nextInt(5000);
      long failures = 0;
      for (int i = 0; i < length; i++, done++) {
        int size = 1 + random.nextInt(4096);
        int draw = random.nextInt(100);
        boolean fails = attr.shouldFail(size, false, () -> draw, log::add);
        assertThat(fails)
            .as("seed %d, %s, call %d", seed, settings, i)
            .isEqualTo(reference.decide(size, draw));
        failures += fails ? 1 : 0;
      }
      assertThat(attr.calls()).isEqualTo(length);
      assertThat(attr.failures()).isEqualTo(failures);
    }
  }

  @Test
  void aFailureIsPrintedAsTheKernelPrintsItUnlessItIsToBeQuiet() {
    FaultAttr attr = new FaultAttr("failslab", new Settings(1, 100, 0, 2), true);
    assertThat(attr.shouldFail(64, false, () -> 0, log::add)).isTrue();
    assertThat(attr.shouldFail(64, true, () -> 0, log::add)).isTrue();
    assertThat(attr.shouldFail(64, false, () -> 0, log::add)).isFalse();
    assertThat(log)
        .containsExactly(
            "FAULT_INJECTION: forcing a failure.",
            "name failslab, interval 1, probability 100, space 0, times 2");
  }

  @Test
  void whatMustNotFailNeverDoes() {
    FailSlab slab = FaultText.failSlab("--failslab", "1,100,0,-1,ignore-gfp-wait=N");
    assertThat(slab.shouldFail(cache(0), Gfp.KERNEL | Gfp.NOFAIL, () -> 0, log::add)).isFalse();
    assertThat(slab.shouldFail(cache(0), Gfp.KERNEL, () -> 0, log::add)).isTrue();
    FailPageAlloc pages =
        FaultText.failPageAlloc("--fail-page-alloc", "1,100,0,-1,ignore-gfp-wait=N,min-order=0");
    assertThat(pages.shouldFail(0, Gfp.KERNEL | Gfp.NOFAIL, () -> 0, log::add)).isFalse();
    assertThat(pages.shouldFail(0, Gfp.KERNEL, () -> 0, log::add)).isTrue();
  }

  @Test
  void whoMayWaitPassesByDefault() {
    FailSlab slab = FaultText.failSlab("--failslab", "1,100,0,-1");
    assertThat(slab.shouldFail(cache(0), Gfp.KERNEL, () -> 0, log::add)).isFalse();
    assertThat(slab.shouldFail(cache(0), Gfp.ATOMIC, () -> 0, log::add)).isTrue();
  }

  @Test
  void withTheCacheFilterOnlyMarkedCachesFail() {
    FailSlab slab = FaultText.failSlab("--failslab", "1,100,0,-1,cache-filter=Y");
    assertThat(slab.shouldFail(cache(0), Gfp.ATOMIC, () -> 0, log::add)).isFalse();
    assertThat(slab.shouldFail(cache(SlabFlags.FAILSLAB), Gfp.ATOMIC, () -> 0, log::add)).isTrue();
  }

  @Test
  void blocksBelowTheMinimumOrderPass() {
    FailPageAlloc pages = FaultText.failPageAlloc("--fail-page-alloc", "1,100,0,-1");
    assertThat(pages.shouldFail(0, Gfp.ATOMIC, () -> 0, log::add)).isFalse();
    assertThat(pages.shouldFail(1, Gfp.ATOMIC, () -> 0, log::add)).isTrue();
    assertThat(pages.shouldFail(1, Gfp.ATOMIC | Gfp.HIGHMEM, () -> 0, log::add)).isFalse();
  }

  private static KmemCache cache(int flags) {
    CacheGeometry g =
        CacheGeometry.of(new CacheRequest("objects", 64, 0, 0, false), GeometryOptions.forCpus(1));
    CacheGeometry marked =
        new CacheGeometry(
            g.objectSize(),
            g.size(),
            g.align(),
            g.inUse(),
            g.offset(),
            g.redLeftPad(),
            g.ooOrder(),
            g.ooObjects(),
            g.minOrder(),
            g.minObjects(),
            g.minPartial(),
            g.cpuPartial(),
            g.cpuPartialSlabs(),
            g.flags() | flags,
            g.allocFlags(),
            g.ctor());
    return new KmemCache(
        new CacheId(0), "objects", marked, 5, 30, 2, 1000, false, 0, new int[0], false, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1,10,0                          | INTERVAL,PROBABILITY,SPACE,TIMES
          1,101,0,-1                      | PROBABILITY 0..100
          -1,10,0,-1                      | INTERVAL 0..9223372036854775807
          1,10,0,-2                       | TIMES -1..2147483647
          1,10,x,-1                       | SPACE 0..2147483647
          1,10,0,-1,min-order=1           | cache-filter=, ignore-gfp-wait=, verbose=
          1,10,0,-1,ignore-gfp-wait=maybe | ignore-gfp-wait=Y or N
          1,10,0,-1,verbose=3             | verbose 0..2
          """)
  void nonsenseIsBadInput(String text, String allowed) {
    assertThatThrownBy(() -> FaultText.failSlab("--failslab", text))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("--failslab: got '" + text + "', allowed: " + allowed);
  }
}
