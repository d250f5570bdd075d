package org.numaslab.coordinator.driver.simulate;

/// A member's monotonic clock: it began at some number of its own, and may run a little fast or
/// slow.
///
/// Owner: the member.
final class MemberClock {
  private static final long MILLION = 1_000_000;

  private final VirtualTime time;

  // What it showed at a true time, and how fast it runs since.
  private long trueBase;
  private long localBase;
  private int partsPerMillion;

  /// @param shows now
  MemberClock(VirtualTime time, long shows) {
    this.time = time;
    this.trueBase = time.now();
    this.localBase = shows;
  }

  long now() {
    long passed = time.now() - trueBase;
    return localBase + passed + passed * partsPerMillion / MILLION;
  }

  /// The true time at which it will show something, if it runs on as it does.
  long whenItShows(long local) {
    if (local == Long.MAX_VALUE) {
      return local;
    }
    long passed = local - localBase;
    return trueBase + passed * MILLION / (MILLION + partsPerMillion) + 1;
  }

  /// Lets it run at another speed from here on.
  void drift(int ppm) {
    localBase = now();
    trueBase = time.now();
    partsPerMillion = ppm;
  }
}
