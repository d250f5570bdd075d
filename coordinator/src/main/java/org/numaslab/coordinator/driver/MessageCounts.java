package org.numaslab.coordinator.driver;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.numaslab.node.protocol.NodeProtocol;

/// How many requests CPUs sent to nodes, by kind and link.
///
/// A link leads from the cpu's node to the asked node; own-node requests stand for `list_lock`, the
/// others cross nodes. Written by every cpu, read at the end.
public final class MessageCounts {
  /// The kinds of request.
  public enum Kind {
    TAKE_PARTIAL,
    NEW_SLAB,
    ACTIVATE,
    DEACTIVATE,
    UNFREEZE,
    FREE,
    ZERO,
    PAGES,
    CONTENTS,
    COUNT;

    private final String label = name().toLowerCase(Locale.ROOT);

    /// As reports name it.
    public String label() {
      return label;
    }

    public static Kind of(NodeProtocol.FromCpu message) {
      return switch (message) {
        case NodeProtocol.TakePartial m -> TAKE_PARTIAL;
        case NodeProtocol.NewSlab m -> NEW_SLAB;
        case NodeProtocol.Activate m -> ACTIVATE;
        case NodeProtocol.Deactivate m -> DEACTIVATE;
        case NodeProtocol.Unfreeze m -> UNFREEZE;
        case NodeProtocol.Free m -> FREE;
        case NodeProtocol.Zero m -> ZERO;
        case NodeProtocol.TakePages m -> PAGES;
        case NodeProtocol.GivePages m -> PAGES;
        case NodeProtocol.Find m -> CONTENTS;
        case NodeProtocol.Load m -> CONTENTS;
        case NodeProtocol.Store m -> CONTENTS;
        case NodeProtocol.Fill m -> CONTENTS;
        case NodeProtocol.Count m -> COUNT;
      };
    }
  }

  private static final int KINDS = Kind.values().length;

  private final int nodes;
  private final AtomicLongArray counts;

  public MessageCounts(int nodes) {
    this.nodes = nodes;
    this.counts = new AtomicLongArray(nodes * nodes * KINDS);
  }

  public void add(int from, int to, NodeProtocol.FromCpu message) {
    counts.incrementAndGet(index(from, to, Kind.of(message)));
  }

  public long get(int from, int to, Kind kind) {
    return counts.get(index(from, to, kind));
  }

  /// Of all kinds on all links: as long as it is the same, no cpu has asked for anything.
  public long total() {
    long total = 0;
    for (int i = 0; i < counts.length(); i++) {
      total += counts.get(i);
    }
    return total;
  }

  /// All of them, from CPUs of node i to node j.
  public Map<Kind, long[][]> byLink() {
    Map<Kind, long[][]> all = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      long[][] links = new long[nodes][nodes];
      for (int from = 0; from < nodes; from++) {
        for (int to = 0; to < nodes; to++) {
          links[from][to] = get(from, to, kind);
        }
      }
      all.put(kind, links);
    }
    return all;
  }

  /// Begins anew. Only while no program runs.
  public void clear() {
    for (int i = 0; i < counts.length(); i++) {
      counts.set(i, 0);
    }
  }

  private int index(int from, int to, Kind kind) {
    return (from * nodes + to) * KINDS + kind.ordinal();
  }
}
