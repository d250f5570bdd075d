package org.numaslab.coordinator.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.numaslab.coordinator.report.CacheState.OfNode;
import org.numaslab.coordinator.report.CacheState.Slab;

/// One cache of a machine at rest, for people: a line for each slab says where it is, and what is
/// free in it.
public final class CacheView {
  /// Free indexes that a list shows before the rest is only counted: so that a line of the usual
  /// slab fits a screen.
  private static final int SHOWN = 12;

  private final CacheState cache;
  private final boolean whole;

  private CacheView(CacheState cache, boolean whole) {
    this.cache = cache;
    this.whole = whole;
  }

  /// @param whole whether free lists are printed to their end, however long
  public static String of(CacheState cache, boolean whole) {
    return new CacheView(cache, whole).print();
  }

  private String print() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %s of %d bytes in %s; %d allocations - %d frees = %d live\n",
            cache.cache(),
            count(
                cache.nodes().stream()
                    .flatMap(node -> node.slabs().stream())
                    .mapToLong(Slab::objects)
                    .sum(),
                "object"),
            cache.slotBytes(),
            count(cache.nodes().stream().mapToLong(node -> node.slabs().size()).sum(), "slab"),
            cache.allocations(),
            cache.frees(),
            cache.live()));
    text.append("inuse as the kernel counts: free objects on a cpu's own list are in it\n");
    for (OfNode node : cache.nodes()) {
      text.append("\nnode " + node.node() + ": " + count(node.slabs().size(), "slab") + "\n");
      if (!node.slabs().isEmpty()) {
        text.append(row("frame", "order", "inuse/all", "where", "free indexes, next first"));
        node.slabs().forEach(slab -> text.append(row(slab)));
      }
    }
    return text.toString();
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private String row(Slab slab) {
    return row(
        slab.frame(),
        Integer.toString(slab.order()),
        slab.inUse() + "/" + slab.objects(),
        slab.where(),
        free(slab));
  }

  private static String row(String frame, String order, String inUse, String where, String free) {
    String row =
        String.format(Locale.ROOT, "  %-10s %5s %11s  %-25s %s", frame, order, inUse, where, free);
    return row.stripTrailing() + "\n";
  }

  /// What is free on the slab's own list, and before it on the list of the cpu whose current slab
  /// it is.
  private String free(Slab slab) {
    String own = indexes(slab.free());
    if (slab.freeOnCpu().length == 0) {
      return own;
    }
    String onCpu = "on the cpu: " + indexes(slab.freeOnCpu());
    return onCpu + (own.isEmpty() ? "" : "; on the slab: " + own);
  }

  private String indexes(int[] indexes) {
    int hidden = whole || indexes.length <= SHOWN + 1 ? 0 : indexes.length - SHOWN;
    return Arrays.stream(indexes, 0, indexes.length - hidden)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(" "))
        + (hidden == 0 ? "" : " and " + hidden + " more");
  }
}
