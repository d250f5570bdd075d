package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.slab.Call;

/// Objects of other nodes that a cpu has freed and not yet sent home, one batch per node.
///
/// Owner: the cpu.
final class RemoteFrees {
  /// Objects per message: 64 x 8 bytes, one small frame.
  static final int BATCH_MAX = 64;

  /// Takes a batch that is to be sent.
  interface Sender {
    void send(int node, FreedRun[] runs);
  }

  private static final class Batch {
    final List<FreedRun> runs = new ArrayList<>();
    int objects;
  }

  private final Batch[] batches;
  private final Sender sender;
  private int waiting;

  RemoteFrees(int nodes, Sender sender) {
    this.batches = new Batch[nodes];
    for (int i = 0; i < nodes; i++) {
      batches[i] = new Batch();
    }
    this.sender = sender;
  }

  void add(int node, CacheId cache, long[] run, Call call) {
    Batch batch = batches[node];
    batch.runs.add(new FreedRun(cache, run, call));
    batch.objects += run.length;
    waiting += run.length;
    if (batch.objects >= BATCH_MAX) {
      send(node);
    }
  }

  void sendAll() {
    for (int node = 0; waiting > 0; node++) {
      if (!batches[node].runs.isEmpty()) {
        send(node);
      }
    }
  }

  private void send(int node) {
    Batch batch = batches[node];
    FreedRun[] runs = batch.runs.toArray(FreedRun[]::new);
    waiting -= batch.objects;
    batch.runs.clear();
    batch.objects = 0;
    sender.send(node, runs);
  }

  /// The node is gone, with the objects.
  void forget(int node) {
    Batch batch = batches[node];
    waiting -= batch.objects;
    batch.runs.clear();
    batch.objects = 0;
  }

  /// Objects that wait to be sent.
  int waiting() {
    return waiting;
  }
}
