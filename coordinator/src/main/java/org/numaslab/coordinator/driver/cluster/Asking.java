package org.numaslab.coordinator.driver.cluster;

import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.Costs;
import org.numaslab.coordinator.cost.Way;

/// One request on its way to another member, and when it changed hands.
///
/// Owner: the member; whoever takes the answer, from then on.
final class Asking {
  private final String kind;
  private final int from;
  private final long asked;
  private int to;
  private long sent;
  private boolean isRetried;
  private @Nullable Way there;
  private @Nullable Way back;

  Asking(String kind, int from, long asked) {
    this.kind = kind;
    this.from = from;
    this.asked = asked;
  }

  /// It is put onto the link: for the first time, or again.
  void sent(int toNode, long at) {
    isRetried |= sent != 0;
    sent = sent == 0 ? at : sent;
    to = toNode;
  }

  /// The answer is there.
  ///
  /// @param way of the request, null where the answer does not say
  void answered(@Nullable Way way, Way back) {
    this.there = way;
    this.back = back;
  }

  /// Whoever asked has the answer.
  void taken(long at, Costs costs) {
    Way out = there;
    Way in = back;
    if (out != null && in != null && out.sent() == sent) {
      costs.add(kind, from, to, asked, out, in, at);
    } else if (isRetried) {
      costs.retried(from, to);
    }
  }
}
