package org.numaslab.coordinator.cost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Where the time of the requests went that the CPUs of this process have sent to other nodes. For
/// any thread: each answered request comes here once.
public final class Costs {
  /// The kind of a hand-off; the other kinds are called as requests are.
  public static final String HAND_OFF = "hand_off";

  /// What takes longer is shown as this: nothing waits that long.
  private static final long NANOS_MAX = 3_600_000_000_000L;

  private static final Part[] PARTS = Part.values();

  private record Key(String kind, int from, int to) {}

  private record Link(int from, int to) {}

  private static final class OfLink {
    long answered;
    long retried;
    ClockOffset clock = ClockOffset.NONE;
  }

  /// Histograms by part.
  private final Map<Key, Histogram[]> cells = new HashMap<>();

  private final Map<Link, OfLink> links = new HashMap<>();

  private OfLink link(int from, int to) {
    return links.computeIfAbsent(new Link(from, to), l -> new OfLink());
  }

  /// A request was sent twice or more before its cpu had the answer.
  public synchronized void retried(int from, int to) {
    link(from, to).retried++;
  }

  /// A cpu or task has the answer to its request.
  ///
  /// @param asked when it asked
  /// @param taken when it had the answer
  public synchronized void add(
      String kind, int from, int to, long asked, Way there, Way back, long taken) {
    OfLink link = link(from, to);
    link.answered++;
    if (!there.isWithin()) {
      link.clock = link.clock.or(there, back);
    }
    Histogram[] cell = cells.computeIfAbsent(new Key(kind, from, to), k -> emptyCell());
    long sum = 0;
    sum += count(cell, Part.CPU, there.sent() - asked + taken - back.taken());
    sum += count(cell, Part.QUEUE, there.queue() + back.queue());
    sum += count(cell, Part.SERIALIZATION, there.serialization() + back.serialization());
    sum += count(cell, Part.WIRE, there.wire() + back.wire());
    sum += count(cell, Part.MAILBOX, there.mailbox() + back.mailbox());
    sum += count(cell, Part.HOME, back.sent() - there.taken());
    count(cell, Part.WHOLE, taken - asked);
    count(cell, Part.ERROR, Math.abs(taken - asked - sum));
  }

  private static Histogram[] emptyCell() {
    Histogram[] cell = new Histogram[PARTS.length];
    Arrays.setAll(cell, part -> new Histogram(HistogramJson.DIGITS));
    return cell;
  }

  private static long count(Histogram[] cell, Part part, long nanos) {
    long counted = Math.clamp(nanos, 0, NANOS_MAX);
    cell[part.ordinal()].recordValue(counted);
    return counted;
  }

  /// Forgets all so far.
  public synchronized void clear() {
    cells.clear();
    links.clear();
  }

  /// All so far, as a part of a machine's.
  public synchronized CostParts parts() {
    List<Cost> costs = new ArrayList<>();
    cells.forEach((key, cell) -> {
      for (Part part : PARTS) {
        costs.add(new Cost(key.kind, key.from, key.to, part, cell[part.ordinal()].copy()));
      }
    });
    costs.sort(CostParts.ORDER);
    List<LinkCost> all = new ArrayList<>();
    links.forEach(
        (link, of) -> all.add(new LinkCost(link.from, link.to, of.answered, of.retried, of.clock)));
    all.sort(Comparator.comparingInt(LinkCost::from).thenComparingInt(LinkCost::to));
    return new CostParts(List.copyOf(costs), List.copyOf(all));
  }
}
