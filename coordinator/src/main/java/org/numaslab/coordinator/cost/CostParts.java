package org.numaslab.coordinator.cost;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// The costs of one process, or of several together.
///
/// @param costs by kind, from, to and part
/// @param links by from and to
public record CostParts(List<Cost> costs, List<LinkCost> links) {
  public static final CostParts NONE = new CostParts(List.of(), List.of());

  static final Comparator<Cost> ORDER =
      Comparator.comparing(Cost::kind)
          .thenComparingInt(Cost::from)
          .thenComparingInt(Cost::to)
          .thenComparing(Cost::part);

  private record Key(String kind, int from, int to, Part part) {
    static Key of(Cost cost) {
      return new Key(cost.kind(), cost.from(), cost.to(), cost.part());
    }
  }

  /// Those of all processes of a machine. A member that was there in two lives has two of each.
  public static CostParts merged(List<CostParts> parts) {
    Map<Key, Histogram> sums = new LinkedHashMap<>();
    List<LinkCost> links = new ArrayList<>();
    for (CostParts part : parts) {
      for (Cost cost : part.costs) {
        sums.computeIfAbsent(Key.of(cost), k -> new Histogram(HistogramJson.DIGITS))
            .add(cost.nanos());
      }
      links.addAll(part.links);
    }
    List<Cost> costs = new ArrayList<>();
    sums.forEach((key, nanos) -> costs.add(new Cost(key.kind, key.from, key.to, key.part, nanos)));
    costs.sort(ORDER);
    links.sort(Comparator.comparingInt(LinkCost::from).thenComparingInt(LinkCost::to));
    return new CostParts(List.copyOf(costs), List.copyOf(links));
  }

  /// The same over all nodes.
  public Map<String, Map<Part, Histogram>> byKind() {
    Map<String, Map<Part, Histogram>> kinds = new TreeMap<>();
    for (Cost cost : costs) {
      kinds
          .computeIfAbsent(cost.kind(), k -> new EnumMap<>(Part.class))
          .computeIfAbsent(cost.part(), p -> new Histogram(HistogramJson.DIGITS))
          .add(cost.nanos());
    }
    return kinds;
  }

  /// Whole times of all kinds between two nodes.
  public Histogram whole(int from, int to) {
    Histogram whole = new Histogram(HistogramJson.DIGITS);
    costs.stream()
        .filter(cost -> cost.part() == Part.WHOLE && cost.from() == from && cost.to() == to)
        .forEach(cost -> whole.add(cost.nanos()));
    return whole;
  }
}
