package org.numaslab.coordinator.report;

import java.util.List;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.node.cache.KmemCache;

/// The caches of a machine as /proc/slabinfo, version 2.1, prints them: youngest first.
public final class Slabinfo {
  private static final String HEADER =
      """
      slabinfo - version: 2.1
      # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> \
      : tunables <limit> <batchcount> <sharedfactor> \
      : slabdata <active_slabs> <num_slabs> <sharedavail>
      """;

  private Slabinfo() {}

  public static String of(MachineState machine) {
    StringBuilder text = new StringBuilder(HEADER);
    List<KmemCache> youngestFirst = machine.registry().caches().reversed();
    for (KmemCache cache : youngestFirst) {
      if (!machine.registry().isDestroyed(cache.id())) {
        text.append(new SlabAttributes(machine, cache).slabinfo()).append('\n');
      }
    }
    return text.toString();
  }
}
