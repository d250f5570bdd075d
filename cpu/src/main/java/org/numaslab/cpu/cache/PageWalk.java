package org.numaslab.cpu.cache;

import java.util.List;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.topology.NodeId;

/// Whom a cpu asks for pages, one after the other, and how deep each may draw its zones down.
///
/// | mark | nodes | then |
/// |---|---|---|
/// | FIRST | the first | LOW |
/// | LOW | the others | MIN |
/// | MIN | all | LAST for a request that has more to try there, else the end |
/// | LAST | all | the end |
///
/// Owner: the cpu. Models the zonelist walks of `__alloc_pages` of mm/page_alloc.c, v6.1.
final class PageWalk {
  private List<NodeId> allowed = List.of();
  private int asked;
  private boolean isInjected;
  private Watermark mark = Watermark.FIRST;

  /// @param allowedNodes nearest first; at least one
  /// @param fails whether it is made to fail: nobody is asked
  void start(List<NodeId> allowedNodes, boolean fails) {
    start(allowedNodes, Watermark.FIRST);
    isInjected = fails;
  }

  private void start(List<NodeId> allowedNodes, Watermark first) {
    allowed = allowedNodes;
    mark = first;
    asked = -1;
  }

  /// Whether it is made to fail.
  boolean isInjected() {
    return isInjected;
  }

  /// Begins again as the kernel does after reclaim.
  void restart() {
    isInjected = false;
    start(allowed, Watermark.MIN);
  }

  /// Goes on to the next node, or to the next mark.
  ///
  /// @param gfp of the request for pages
  /// @return false when everybody was asked in every way
  boolean next(int gfp) {
    if (isInjected) {
      return false;
    }
    if (++asked == allowed.size()) {
      asked = 0;
      if (mark == Watermark.FIRST || mark == Watermark.LOW) {
        mark = Watermark.MIN;
      } else if (mark == Watermark.MIN && Watermark.hasLast(gfp)) {
        mark = Watermark.LAST;
      } else {
        return false;
      }
    } else if (asked > 0 && mark == Watermark.FIRST) {
      mark = Watermark.LOW;
    }
    return true;
  }

  NodeId node() {
    return allowed.get(asked);
  }

  Watermark mark() {
    return mark;
  }

  List<NodeId> allowed() {
    return allowed;
  }
}
