package org.numaslab.node.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which caches are joined, and what becomes of those that are.
class SharedCacheTest {
  private GeometryOptions boot = GeometryOptions.forCpus(8);
  private final List<SharedCache> caches = new ArrayList<>();

  private static CacheRequest request(String name, int size, int align, String flags) {
    return new CacheRequest(name, size, align, SlabFlags.parse(flags), false);
  }

  private SharedCache create(CacheRequest request) {
    int older = SharedCache.find(caches, request, boot);
    if (older < 0) {
      caches.add(SharedCache.created(request, boot));
      return caches.getLast();
    }
    caches.set(older, caches.get(older).joinedBy(request));
    return caches.get(older);
  }

  private String joined(CacheRequest request) {
    return create(request).name();
  }

  @ParameterizedTest
  @CsvSource({
    "64, 0, none, old",
    "57, 0, none, old",
    "56, 0, none, new",
    "65, 0, none, new",
    "8, 64, none, old",
    "40, 0, hwalign, old",
    "60, 128, none, new",
    "64, 0, reclaim, new",
    "64, 0, account, new",
    "64, 0, dma, new",
    "64, 0, dma32, new",
    "64, 0, rcu, new",
    "64, 0, redzone, new",
    "64, 0, poison, new",
    "64, 0, user, new",
    "64, 0, trace, new",
    "64, 0, checks, old",
    "64, 0, panic, old",
    "64, 0, 800000, new"
  })
  void aRequestJoinsACacheWhoseSlotsFit(int size, int align, String flags, String expected) {
    create(request("old", 64, 0, "none"));
    assertThat(joined(request("new", size, align, flags))).isEqualTo(expected);
  }

  @Test
  void theOldestThatFitsIsJoined() {
    create(request("first", 64, 0, "checks"));
    caches.add(SharedCache.created(request("second", 64, 0, "none"), boot));
    assertThat(joined(request("third", 64, 0, "none"))).isEqualTo("first");
  }

  @Test
  void constructorsUserCopiesAndBootCachesStayAlone() {
    caches.add(
        SharedCache.alone(
            "kmem_cache", SharedCache.created(request("k", 64, 0, "none"), boot).geometry()));
    create(new CacheRequest("ctor", 60, 0, 0, true));
    create(new CacheRequest("user", 64, 0, 0, false, 16));
    assertThat(joined(request("plain", 64, 0, "none"))).isEqualTo("plain");
    assertThat(joined(new CacheRequest("ctor2", 64, 0, 0, true))).isEqualTo("ctor2");
    assertThat(joined(new CacheRequest("user2", 64, 0, 0, false, 1))).isEqualTo("user2");
    assertThat(caches)
        .extracting(SharedCache::directory)
        .containsExactly("kmem_cache", "ctor", "user", ":0000064", "ctor2", "user2");
  }

  @Test
  void theCacheGrowsToTheLargestObjectAndKeepsItsSlots() {
    create(request("small", 100, 64, "none"));
    SharedCache grown = create(request("large", 120, 0, "hwalign"));
    CacheGeometry alone = CacheGeometry.of(request("small", 100, 64, "none"), boot);
    assertThat(grown.name()).isEqualTo("small");
    assertThat(grown.refcount()).isEqualTo(2);
    assertThat(grown.geometry().objectSize()).isEqualTo(120);
    assertThat(grown.geometry().inUse()).isEqualTo(120);
    assertThat(grown.geometry().offset()).isEqualTo(alone.offset()).isEqualTo(48);
    assertThat(grown.geometry().size()).isEqualTo(128);
    SharedCache again = create(request("smaller", 90, 128, "none"));
    assertThat(again.geometry()).isEqualTo(grown.geometry());
    assertThat(again.links()).containsExactly("small", "large", "smaller");
  }

  @ParameterizedTest
  @CsvSource({
    "64, none, :0000064",
    "1279, none, :0001280",
    "64, account, :A-0000064",
    "64, reclaim, :a-0000064",
    "64, reclaim+account+checks, :aFA-0000064",
    "64, dma, :d-0000064",
    "64, dma32, :D-0000064",
    "64, rcu, c",
    "64, redzone, c"
  })
  void theDirectoryOfAMergeableCacheShowsWhatMustBeTheSame(int size, String flags, String id) {
    SharedCache cache = create(request("c", size, 0, flags));
    assertThat(cache.directory()).isEqualTo(id);
    assertThat(cache.links()).isEqualTo(id.equals("c") ? List.of() : List.of("c"));
    assertThat(SharedCache.flagsOf(id)).isEqualTo(id.equals("c") ? 0 : SlabFlags.parse(flags));
  }

  @Test
  void aCacheThatEverybodyDestroyedIsNotJoined() {
    create(request("a", 64, 0, "none"));
    create(request("b", 64, 0, "none"));
    caches.set(0, caches.getFirst().left());
    assertThat(joined(request("c", 64, 0, "none"))).isEqualTo("a");
    caches.set(0, caches.getFirst().left().left());
    assertThat(joined(request("d", 64, 0, "none"))).isEqualTo("d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Z", "P", "U", "T", "A", "F,other;U", "FZPU"})
  void debuggingKeepsCachesApart(String debug) {
    boot = boot.withDebug(SlubDebug.parse(debug));
    create(request("a", 64, 0, "none"));
    assertThat(joined(request("b", 64, 0, "none"))).isEqualTo("b");
    assertThat(caches).extracting(SharedCache::directory).containsExactly("a", "b");
  }

  @Test
  void aCacheThatNoBlockNamesJoinsAnotherOfThose() {
    boot = boot.withDebug(SlubDebug.parse("Z,a*"));
    create(request("a1", 64, 0, "none"));
    create(request("b1", 64, 0, "none"));
    assertThat(joined(request("b2", 64, 0, "none"))).isEqualTo("b1");
    assertThat(joined(request("a2", 64, 0, "none"))).isEqualTo("a2");
  }

  @Test
  void cachesThatLetterOSparedKeepTheirNames() {
    boot = boot.withDebug(SlubDebug.parse("ZO"));
    SharedCache spared = create(request("page", 4096, 0, "none"));
    assertThat(spared.geometry().has(SlabFlags.RED_ZONE)).isFalse();
    assertThat(spared.directory()).isEqualTo("page");
    assertThat(joined(request("page2", 4096, 0, "none"))).isEqualTo("page2");
  }

  @Test
  void withSlabNomergeEveryCacheIsAlone() {
    boot = new GeometryOptions(8, 0, 3, 0, SlubDebug.NONE, true);
    create(request("a", 64, 0, "none"));
    assertThat(create(request("b", 64, 0, "none")).directory()).isEqualTo("b");
  }

  @Test
  void kmallocsOwnCachesAreNeverJoined() {
    KmallocClasses.boot().forEach(this::create);
    assertThat(caches).hasSize(KmallocClasses.boot().size());
    assertThat(caches).noneMatch(SharedCache::mergeable);
    assertThat(joined(request("mine", 512, 512, "none"))).isEqualTo("mine");
  }
}
