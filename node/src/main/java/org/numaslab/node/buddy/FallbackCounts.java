package org.numaslab.node.buddy;

/// How often the lists of a request's migrate type had nothing, so that it fell back to another's:
/// what the event mm_page_alloc_extfrag tells.
///
/// @param claims with a pageblock changing its type
/// @param steals without: types are mixed in a pageblock since
public record FallbackCounts(long claims, long steals) {
  public static final FallbackCounts NONE = new FallbackCounts(0, 0);

  public long fallbacks() {
    return claims + steals;
  }

  public FallbackCounts plus(FallbackCounts other) {
    return new FallbackCounts(claims + other.claims, steals + other.steals);
  }
}
