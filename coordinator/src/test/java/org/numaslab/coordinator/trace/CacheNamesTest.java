package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.trace.TraceText.P1;
import static org.numaslab.coordinator.trace.TraceText.P2;
import static org.numaslab.coordinator.trace.TraceText.cacheOf;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheNamesTest {
  private static final long P3 = P2 + 0x1000;

  private static KnownCaches known(KnownCaches.Known... caches) {
    return new KnownCaches(List.of(caches), Map.of());
  }

  @Test
  void theFreeNamesTheCache() {
    Trace trace = new TraceText().alloc(0, P1, 184, 192).free(0, P1, "cred_jar").decode();
    assertThat(trace.caches())
        .containsExactly(new TraceCache("cred_jar", 184, 192, NamedBy.FREE, false));
    assertThat(trace.counts().namedBy().get(NamedBy.FREE)).isEqualTo(1);
  }

  @Test
  void anObjectThatNobodyFreesIsNamedByItsCallSite() {
    Trace trace =
        new TraceText()
            .alloc(0, P1, "a+0x1/0x2", 184, 192)
            .free(0, P1, "cred_jar")
            .alloc(0, P2, "a+0x1/0x2", 184, 192)
            .alloc(0, P3, "a+0x1/0x2", 200, 208) // other sizes: not that cache
            .decode();
    assertThat(cacheOf(trace, 0, 2)).isEqualTo("cred_jar");
    assertThat(cacheOf(trace, 0, 3)).isEqualTo("size-200-208");
    assertThat(trace.counts().namedBy().get(NamedBy.CALL_SITE)).isEqualTo(1);
    assertThat(trace.counts().namedBy().get(NamedBy.MADE_UP)).isEqualTo(1);
  }

  @Test
  void orByItsSizesWhereOnlyOneCacheHasThem() {
    TraceText text =
        new TraceText()
            .alloc(0, P1, "a+0x1/0x2", 184, 192)
            .free(0, P1, "cred_jar")
            .alloc(0, P2, "b+0x1/0x2", 184, 192);
    assertThat(cacheOf(text.decode(), 0, 2)).isEqualTo("cred_jar");
    text.alloc(0, P1, "c+0x1/0x2", 184, 192).free(0, P1, "dentry");
    assertThat(cacheOf(text.decode(), 0, 2)).isEqualTo("size-184-192");
    KnownCaches kernel =
        known(
            new KnownCaches.Known("dentry", 192, 192), new KnownCaches.Known("cred_jar", 184, 192));
    assertThat(cacheOf(text.decode(kernel), 0, 2)).isEqualTo("cred_jar");
  }

  @Test
  void orIsMadeUp() {
    Trace trace = new TraceText().alloc(0, P1, 256, 256).decode();
    assertThat(trace.caches())
        .containsExactly(new TraceCache("size-256", 256, 256, NamedBy.MADE_UP, false));
  }

  @Test
  void aMergedNameLeadsToTheRealCache() {
    KnownCaches kernel =
        new KnownCaches(
            List.of(new KnownCaches.Known("pid", 128, 128)),
            Map.of("eventpoll_epi", "pid", "x", "nowhere"));
    Trace trace =
        new TraceText().alloc(0, P1, 128, 128).free(0, P1, "eventpoll_epi").decode(kernel);
    assertThat(trace.caches()).containsExactly(new TraceCache("pid", 128, 128, NamedBy.FREE, true));
    assertThat(trace.counts().freedUnderAnotherName()).isZero();
  }

  @Test
  void aNameIsNotBelievedWithSizesThatAreNotItsOwn() {
    TraceText text = new TraceText();
    for (int i = 0; i < 3; i++) {
      text.alloc(0, P1, "tree+0x1/0x2", 256, 256).free(0, P1, "maple_node");
      text.alloc(0, P1, "task+0x1/0x2", 704, 704).free(0, P1, "files_cache");
    }
    text.alloc(0, P2, "task+0x1/0x2", 704, 704)
        .free(0, P2, "maple_node"); // the page changed hands unseen
    Trace trace = text.decode();
    assertThat(cacheOf(trace, 0, 12)).isEqualTo("files_cache");
    assertThat(trace.counts().freedUnderAnotherName()).isEqualTo(1);
    assertThat(trace.caches())
        .extracting(TraceCache::name)
        .containsExactly("maple_node", "files_cache");
  }

  @Test
  void aCacheThatIsMadeAnewWithOtherSizesIsAnotherCache() {
    TraceText text = new TraceText();
    for (int i = 0; i < 3; i++) {
      text.alloc(0, P1, 256, 256).free(0, P1, "sp_c0");
    }
    text.alloc(0, P1, 1000, 1024).free(0, P1, "sp_c0");
    assertThat(text.decode().caches())
        .containsExactly(
            new TraceCache("sp_c0", 256, 256, NamedBy.FREE, false),
            new TraceCache("sp_c0-1024", 1000, 1024, NamedBy.FREE, false));
  }

  @ParameterizedTest
  @CsvSource({
    "8, 8, GFP_KERNEL, kmalloc-8",
    "65, 96, GFP_KERNEL, kmalloc-96",
    "97, 128, GFP_KERNEL, kmalloc-128",
    "129, 192, GFP_KERNEL, kmalloc-192",
    "193, 256, GFP_KERNEL, kmalloc-256",
    "1000, 1024, GFP_KERNEL, kmalloc-1k",
    "8192, 8192, GFP_ATOMIC, kmalloc-8k",
    "60, 64, GFP_KERNEL_ACCOUNT, kmalloc-cg-64",
    "60, 64, GFP_KERNEL|__GFP_RECLAIMABLE|__GFP_ACCOUNT, kmalloc-rcl-64",
    "60, 64, GFP_KERNEL|GFP_DMA|__GFP_RECLAIMABLE, dma-kmalloc-64",
    "70, 128, GFP_KERNEL, kmalloc-128", // an architecture without the class of 96
  })
  void kmallocIsNamedBySizeAndFamily(int req, int alloc, String gfp, String name) {
    Trace trace = new TraceText().kmalloc(0, P1, req, alloc, gfp).decode();
    assertThat(trace.caches().getFirst().name()).isEqualTo(name);
    assertThat(trace.caches().getFirst().namedBy()).isEqualTo(NamedBy.KMALLOC);
  }

  @Test
  void slotsPaddedForDebuggingKeepTheirClass() {
    Trace trace =
        new TraceText()
            .kmalloc(0, P1, 16, 128, "GFP_KERNEL")
            .kmalloc(0, P2, 72, 200, "GFP_KERNEL")
            .decode();
    assertThat(trace.caches())
        .extracting(TraceCache::name)
        .containsExactly("kmalloc-16", "kmalloc-96");
    assertThat(trace.caches()).extracting(TraceCache::slabSizeBytes).containsExactly(128, 200);
    assertThat(trace.caches()).extracting(TraceCache::objectSizeBytes).containsExactly(16, 96);
  }

  @Test
  void aKernelWithoutAccountingCachesServesThoseRequestsFromThePlainOnes() {
    KnownCaches kernel = known(new KnownCaches.Known("kmalloc-64", 64, 64));
    Trace trace = new TraceText().kmalloc(0, P1, 60, 64, "GFP_KERNEL_ACCOUNT").decode(kernel);
    assertThat(trace.caches())
        .containsExactly(new TraceCache("kmalloc-64", 64, 64, NamedBy.KMALLOC, true));
  }

  @Test
  void kfreeOfACacheObjectAndTheReverseAreLegal() {
    Trace trace =
        new TraceText()
            .alloc(0, P1, 184, 192)
            .kfree(0, P1)
            .kmalloc(0, P2, 184, 192, "GFP_KERNEL")
            .free(0, P2, "kmalloc-192")
            .decode();
    assertThat(trace.counts().frees()).isEqualTo(2);
    assertThat(trace.counts().freedUnderAnotherName()).isZero();
    assertThat(trace.caches())
        .extracting(TraceCache::name)
        .containsExactly("size-184-192", "kmalloc-192");
  }
}
