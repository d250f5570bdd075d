package org.numaslab.node.buddy;

/// How deep a page request may draw a zone down, and what else it may do there. All nodes of the
/// zonelist are asked in one way before any is asked in the next.
///
/// | asked    | watermark | beyond it | the kernel's |
/// |----------|-----------|-----------|--------------|
/// | FIRST    | low       | the first node only, instead of LOW: mixes no types in a pageblock while one of its zones can do without | `get_page_from_freelist` with ALLOC_NOFRAGMENT |
/// | LOW      | low       | - | the same, which forgets ALLOC_NOFRAGMENT at another node |
/// | MIN      | min       | a part of it for __GFP_HIGH and __GFP_ATOMIC, the high-order atomic reserve | `__alloc_pages_slowpath` |
/// | LAST     | min, none for __GFP_MEMALLOC | a pageblock of the atomic reserve is given up first | `__gfp_pfmemalloc_flags`, `should_reclaim_retry` |
public enum Watermark {
  FIRST,
  LOW,
  MIN,
  LAST;

  /// Whether anything is left to try at [#LAST] for a request that everybody refused at [#MIN].
  public static boolean hasLast(int gfp) {
    return retries(gfp) || ignoresWatermarks(gfp);
  }

  /// Whether the kernel would reclaim, and try again.
  static boolean retries(int gfp) {
    return (gfp & Gfp.DIRECT_RECLAIM) != 0 && (gfp & Gfp.NORETRY) == 0;
  }

  static boolean ignoresWatermarks(int gfp) {
    return (gfp & Gfp.MEMALLOC) != 0 && (gfp & Gfp.NOMEMALLOC) == 0;
  }
}
