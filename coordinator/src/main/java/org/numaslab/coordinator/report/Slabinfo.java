package org.numaslab.coordinator.report;

import java.util.List;

/// The caches of a machine as /proc/slabinfo, version 2.1, prints them: youngest first.
final class Slabinfo {
  private static final String HEADER =
      """
      slabinfo - version: 2.1
      # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> \
      : tunables <limit> <batchcount> <sharedfactor> \
      : slabdata <active_slabs> <num_slabs> <sharedavail>
      """;

  private Slabinfo() {}

  /// @param caches oldest first
  static String of(List<CachePart> caches) {
    StringBuilder text = new StringBuilder(HEADER);
    caches.reversed().forEach(cache -> text.append(cache.slabinfo()).append('\n'));
    return text.toString();
  }
}
