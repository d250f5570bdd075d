package org.numaslab.coordinator.driver.cluster;

import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.pekko.actor.ActorSystem;
import org.numaslab.coordinator.wire.BadFrame;
import org.numaslab.node.topology.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a process has put onto its links and got from them, and what it could not read. For any
/// thread.
public final class LinkCounts {
  private static final Logger LOG = LoggerFactory.getLogger(LinkCounts.class);
  private static final Map<ActorSystem, LinkCounts> BY_SYSTEM = new WeakHashMap<>();

  /// After so many a process says no more about what it refuses; it counts on.
  private static final long REFUSALS_LOGGED = 20;

  private final AtomicLongArray messages = new AtomicLongArray(Topology.NODES_MAX);
  private final AtomicLongArray bytes = new AtomicLongArray(Topology.NODES_MAX);
  private final AtomicLongArray messagesIn = new AtomicLongArray(Topology.NODES_MAX);
  private final AtomicLongArray bytesIn = new AtomicLongArray(Topology.NODES_MAX);
  private final AtomicLong refused = new AtomicLong();

  LinkCounts() {}

  /// Those of a system's process.
  static LinkCounts of(ActorSystem system) {
    synchronized (BY_SYSTEM) {
      return BY_SYSTEM.computeIfAbsent(system, s -> new LinkCounts());
    }
  }

  void sent(int node, int length) {
    messages.incrementAndGet(node);
    bytes.addAndGet(node, length);
  }

  /// Another run begins.
  void clear() {
    for (AtomicLongArray counts : List.of(messages, bytes, messagesIn, bytesIn)) {
      for (int node = 0; node < counts.length(); node++) {
        counts.set(node, 0);
      }
    }
    refused.set(0);
  }

  void received(int node, int length) {
    messagesIn.incrementAndGet(node);
    bytesIn.addAndGet(node, length);
  }

  void refused(BadFrame bad) {
    if (refused.incrementAndGet() <= REFUSALS_LOGGED) {
      LOG.warn("refused a frame: {}", bad.getMessage());
    }
  }

  /// A connection has ended in the middle of a frame. So does that of a process that is killed: no
  /// reason to say it.
  void cutOff() {
    refused.incrementAndGet();
  }

  /// Messages to a node of another process.
  public long messages(int node) {
    return messages.get(node);
  }

  /// Their bytes, without Artery's envelopes.
  public long bytes(int node) {
    return bytes.get(node);
  }

  /// Messages from a node of another process.
  public long messagesIn(int node) {
    return messagesIn.get(node);
  }

  /// Their bytes.
  public long bytesIn(int node) {
    return bytesIn.get(node);
  }

  /// What arrived and was no frame.
  public long refused() {
    return refused.get();
  }
}
