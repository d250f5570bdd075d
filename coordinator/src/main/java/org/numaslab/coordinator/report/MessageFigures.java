package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.driver.MessageCounts;

/// Requests of CPUs to nodes. On a cpu's own node each stands for a `list_lock` taken; the others
/// cross nodes.
public record MessageFigures(long ownNode, long crossNode, List<Kind> kinds) {
  /// Requests of one kind.
  ///
  /// @param byLink from CPUs of node i to node j
  public record Kind(String kind, String meaning, long ownNode, long crossNode, long[][] byLink) {}

  /// @param counts by the cpu's node and the asked one
  public static MessageFigures of(Map<MessageCounts.Kind, long[][]> counts) {
    List<Kind> kinds = new ArrayList<>();
    counts.forEach((kind, links) -> {
      long own = 0;
      long cross = 0;
      for (int from = 0; from < links.length; from++) {
        for (int to = 0; to < links.length; to++) {
          own += from == to ? links[from][to] : 0;
          cross += from == to ? 0 : links[from][to];
        }
      }
      kinds.add(new Kind(kind.label(), meaning(kind), own, cross, links));
    });
    return new MessageFigures(
        kinds.stream().mapToLong(Kind::ownNode).sum(),
        kinds.stream().mapToLong(Kind::crossNode).sum(),
        List.copyOf(kinds));
  }

  /// The kinds of which there were any.
  List<Kind> sent() {
    return kinds.stream().filter(kind -> kind.ownNode + kind.crossNode > 0).toList();
  }

  private static String meaning(MessageCounts.Kind kind) {
    return switch (kind) {
      case TAKE_PARTIAL -> "slabs of the node's partial list";
      case NEW_SLAB -> "a slab of new pages";
      case ACTIVATE -> "the objects of a borrowed slab";
      case DEACTIVATE -> "the current slab goes back";
      case UNFREEZE -> "slabs of a cpu's partial list go back";
      case FREE -> "objects freed into slabs there";
      case ZERO -> "an object to be cleared";
      case PAGES -> "pages as they are, for kmalloc of large sizes";
      case CONTENTS -> "bytes read or written, and what lies at an address";
      case COUNT -> "how much of a cache a node has, where memory ran out";
    };
  }
}
