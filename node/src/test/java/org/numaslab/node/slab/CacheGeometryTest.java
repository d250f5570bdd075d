package org.numaslab.node.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.BadInput;

/// The numbers of struct kmem_cache, one rule per test.
class CacheGeometryTest {
  private static final GeometryOptions PLAIN = GeometryOptions.forCpus(8);

  private static CacheGeometry of(int size, int flags) {
    return of(size, flags, PLAIN);
  }

  private static CacheGeometry of(int size, int flags, GeometryOptions options) {
    return CacheGeometry.of(new CacheRequest("t", size, 0, flags, false), options);
  }

  private static GeometryOptions debugged(String letters) {
    return new GeometryOptions(8, 0, 3, 0, SlubDebug.parse(letters), false);
  }

  @Test
  void aPlainCacheHasTheNumbersOfItsSlotAndSlabs() {
    assertThat(of(256, 0))
        .isEqualTo(
            new CacheGeometry(
                256,
                256,
                8,
                256,
                128,
                0,
                1,
                32,
                0,
                16,
                5,
                52,
                4,
                SlabFlags.CMPXCHG_DOUBLE,
                Gfp.COMP,
                false));
  }

  @Test
  void whenMemoryIsShortASlabNeedsToHoldOneObject() {
    CacheGeometry large = of(5000, 0);
    assertThat(large.minOrder()).isEqualTo(1);
    assertThat(large.minObjects()).isEqualTo(1);
    assertThat(large.minSlabBytes()).isEqualTo(8192);
    assertThat(large.slabBytes()).isEqualTo(32768);
  }

  @ParameterizedTest
  @CsvSource({"8,5", "2048,5", "4096,6", "8192,6", "16384,7", "1048576,10", "4194304,10"})
  void nodesKeepHalfTheBitLengthOfASlotInEmptySlabsBetween5And10(int size, int minPartial) {
    assertThat(of(size, 0).minPartial()).isEqualTo(minPartial);
  }

  @ParameterizedTest
  @CsvSource({
    "8,120,1",
    "248,120,8",
    "256,52,4",
    "1016,52,4",
    "1024,24,2",
    "4088,24,6",
    "4096,6,2",
    "8192,6,3"
  })
  void cpusKeepFewerObjectsTheLargerTheyAre(int size, int cpuPartial, int slabs) {
    CacheGeometry geometry = of(size, 0);
    assertThat(geometry.cpuPartial()).isEqualTo(cpuPartial);
    assertThat(geometry.cpuPartialSlabs()).isEqualTo(slabs);
  }

  @Test
  void aLimitInObjectsBecomesSlabsThatAreHalfFull() {
    assertThat(CacheGeometry.cpuPartialSlabs(0, 32)).isZero();
    assertThat(CacheGeometry.cpuPartialSlabs(1, 32)).isEqualTo(1);
    assertThat(CacheGeometry.cpuPartialSlabs(16, 32)).isEqualTo(1);
    assertThat(CacheGeometry.cpuPartialSlabs(17, 32)).isEqualTo(2);
    assertThat(CacheGeometry.cpuPartialSlabs(1 << 30, 32)).isEqualTo(1 << 26);
  }

  @Test
  void aLimitInObjectsOverflowsInThe32BitsOfTheKernel() {
    assertThat(CacheGeometry.cpuPartialSlabs(Integer.MAX_VALUE, 32)).isZero();
    assertThat(CacheGeometry.cpuPartialSlabs(1 << 31, 1)).isZero();
    assertThat(CacheGeometry.cpuPartialSlabs(-1, 1)).isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"F", "Z", "P", "U", "T"})
  void anyDebugFlagTakesTheCpusPartialLists(String letter) {
    CacheGeometry geometry = of(256, 0, debugged(letter));
    assertThat(geometry.isDebug()).isTrue();
    assertThat(geometry.hasCpuPartial()).isFalse();
    assertThat(geometry.cpuPartial()).isZero();
    assertThat(geometry.cpuPartialSlabs()).isZero();
  }

  @Test
  void checksTracksAndTracesNeedTheLockInsteadOfOneExchange() {
    assertThat(of(256, SlabFlags.RED_ZONE | SlabFlags.POISON).has(SlabFlags.CMPXCHG_DOUBLE))
        .isTrue();
    assertThat(of(256, SlabFlags.STORE_USER).has(SlabFlags.CMPXCHG_DOUBLE)).isFalse();
    assertThat(of(256, SlabFlags.CONSISTENCY_CHECKS).has(SlabFlags.CMPXCHG_DOUBLE)).isFalse();
    assertThat(of(256, SlabFlags.TRACE).has(SlabFlags.CMPXCHG_DOUBLE)).isFalse();
  }

  @Test
  void objectsArePoisonedUnlessTheirContentStays() {
    int poison = SlabFlags.POISON;
    CacheRequest withCtor = new CacheRequest("t", 64, 0, poison, true);
    assertThat(of(64, poison).has(SlabFlags.OBJECT_POISON)).isTrue();
    assertThat(of(64, poison | SlabFlags.TYPESAFE_BY_RCU).has(SlabFlags.OBJECT_POISON)).isFalse();
    CacheGeometry ctor = CacheGeometry.of(withCtor, PLAIN);
    assertThat(ctor.has(SlabFlags.OBJECT_POISON)).isFalse();
    assertThat(ctor.has(poison)).as("padding still is").isTrue();
    assertThat(ctor.size()).as("the layout is the same").isEqualTo(of(64, poison).size());
  }

  @Test
  void pagesComeAsOneCompoundFromTheZoneAndTheGroupThatWasAskedFor() {
    assertThat(of(64, 0).allocFlags()).isZero();
    assertThat(of(256, 0).allocFlags()).isEqualTo(Gfp.COMP);
    assertThat(of(64, SlabFlags.CACHE_DMA).allocFlags()).isEqualTo(Gfp.DMA);
    assertThat(of(64, SlabFlags.CACHE_DMA32).allocFlags()).isEqualTo(Gfp.DMA32);
    assertThat(of(256, SlabFlags.RECLAIM_ACCOUNT).allocFlags())
        .isEqualTo(Gfp.COMP | Gfp.RECLAIMABLE);
  }

  @Test
  void slubDebugOfBootAppliesToEveryCacheThatDoesNotRefuseIt() {
    GeometryOptions all = debugged("FZPU");
    assertThat(of(64, 0, all).flags()).isEqualTo(SlabFlags.DEBUG_DEFAULT | SlabFlags.OBJECT_POISON);
    assertThat(of(64, SlabFlags.NO_USER_FLAGS, all).isDebug()).isFalse();
    assertThat(of(64, SlabFlags.NOLEAKTRACE, all).has(SlabFlags.STORE_USER)).isFalse();
    assertThat(of(64, SlabFlags.NOLEAKTRACE, all).has(SlabFlags.RED_ZONE)).isTrue();
  }

  @Test
  void letterOKeepsDebugOutOfCachesThatWouldNeedLargerBlocks() {
    assertThat(of(64, 0, debugged("FZPUO")).size()).isEqualTo(of(64, 0, debugged("FZPU")).size());
    CacheGeometry page = of(4096, 0, debugged("FZPUO"));
    assertThat(page.size()).isEqualTo(4096);
    assertThat(page.has(SlabFlags.DEBUG_METADATA | SlabFlags.OBJECT_POISON)).isFalse();
    assertThat(page.has(SlabFlags.CONSISTENCY_CHECKS)).as("costs no memory").isTrue();
  }

  @Test
  void memSpreadIsAcceptedAndForgotten() {
    assertThat(of(64, SlabFlags.MEM_SPREAD)).isEqualTo(of(64, 0));
  }

  @Test
  void tracksFollowTheFreePointerAndTheAskedSizeFollowsThem() {
    CacheGeometry plain = of(64, SlabFlags.STORE_USER);
    assertThat(plain.freePointerAfterObject()).isFalse();
    assertThat(plain.tracksOffset()).isEqualTo(64);
    CacheGeometry poisoned = of(64, SlabFlags.STORE_USER | SlabFlags.POISON);
    assertThat(poisoned.freePointerAfterObject()).isTrue();
    assertThat(poisoned.tracksOffset()).isEqualTo(72);
    assertThat(poisoned.askedSizeOffset()).isEqualTo(72 + 64);
  }

  @Test
  void ksizeNeverReachesIntoZonesFreePointersOrTracks() {
    assertThat(of(100, 0).usableBytes()).as("the whole slot").isEqualTo(104);
    assertThat(of(100, SlabFlags.RED_ZONE).usableBytes()).isEqualTo(100);
    assertThat(of(100, SlabFlags.TYPESAFE_BY_RCU).usableBytes()).isEqualTo(104);
    assertThat(of(100, SlabFlags.STORE_USER).usableBytes()).isEqualTo(104);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, (4 << 20) + 1, Integer.MAX_VALUE})
  void sizesThatNoSlabHoldsAreRefused(int size) {
    assertThatThrownBy(() -> new CacheRequest("t", size, 0, 0, false))
        .isInstanceOf(BadInput.class)
        .hasMessage("cache t: object size: got %d, allowed: 1..4194304 bytes", size);
  }

  @ParameterizedTest
  @ValueSource(ints = {-8, 3, 24, Integer.MIN_VALUE, 8 << 20})
  void alignmentsAreZeroOrPowersOfTwo(int align) {
    assertThatThrownBy(() -> new CacheRequest("t", 64, align, 0, false))
        .isInstanceOf(BadInput.class)
        .hasMessage("cache t: align: got %d, allowed: 0 or a power of two up to 4194304", align);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0x200, SlabFlags.CMPXCHG_DOUBLE, SlabFlags.OBJECT_POISON})
  void flagsThatNoCreatorMayUseAreRefused(int flags) {
    assertThatThrownBy(() -> new CacheRequest("t", 64, 0, flags, false))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("cache t: flags: got 0x%x, allowed: bits of 0x", flags);
  }

  @Test
  void theLargestObjectStillFitsButNotItsZones() {
    assertThat(of(4 << 20, 0).ooObjects()).isEqualTo(1);
    assertThatThrownBy(() -> of(4 << 20, SlabFlags.RED_ZONE))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("slab of order 11");
  }
}
