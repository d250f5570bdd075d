package org.numaslab.node.loan;

/// How long things take at a border, in nanoseconds of a monotonic clock, and how much goes into
/// one message there.
///
/// @param lease for which a member may use what it has of a home, from the moment when it asked
/// @param renewal from one renewal to the next
/// @param retryFirst until a request is sent again, at most; sooner where answers come fast
/// @param retryMax to which that doubles
/// @param deadline after which an allocation asks somebody else; what comes later is given back
/// @param listedPages pages in one part of a list: 512 x 72 bytes is well below a frame's limit
public record LoanTimes(
    long lease, long renewal, long retryFirst, long retryMax, long deadline, int listedPages) {
  private static final long MILLIS = 1_000_000;
  private static final int LISTED_PAGES = 512;

  /// The home waits this much longer than the lease, in percent: clocks drift by less than 3 %
  /// each.
  private static final int PATIENCE_PERCENT = 106;

  /// Two seconds, renewed four times in it.
  public static LoanTimes standard() {
    return ofLease(2000 * MILLIS);
  }

  /// The same proportions for another lease.
  public static LoanTimes ofLease(long lease) {
    return new LoanTimes(lease, lease / 4, lease / 20, lease / 2, lease * 3 / 2, LISTED_PAGES);
  }

  /// The same with shorter lists.
  public LoanTimes withListedPages(int pages) {
    return new LoanTimes(lease, renewal, retryFirst, retryMax, deadline, pages);
  }

  /// For how long a home believes in a lease that it has just granted.
  long believed() {
    return lease / 100 * PATIENCE_PERCENT;
  }

  /// How long after the end of a lease its home still waits: in it ends, on a clock that does not
  /// drift, what was begun within the lease.
  public long patience() {
    return believed() - lease;
  }
}
