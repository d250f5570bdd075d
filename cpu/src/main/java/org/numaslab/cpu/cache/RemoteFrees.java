package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

    /// Freed one by one since the last run, of one cache and by calls that are alike.
    final long[] singles = new long[BATCH_MAX];

    int singleCount;
    CacheId cache = CacheId.NONE;
    @Nullable Call call;
    int objects;

    void add(CacheId of, long object, Call by) {
      if (cache.value() != of.value() || !by.equals(call)) {
        endSingles();
        cache = of;
        call = by;
      }
      singles[singleCount++] = object;
      objects++;
    }

    void add(FreedRun run) {
      endSingles();
      runs.add(run);
      objects += run.objects().length;
    }

    private void endSingles() {
      Call by = call;
      if (by != null && singleCount > 0) {
        runs.add(new FreedRun(cache, Arrays.copyOf(singles, singleCount), by, true));
      }
      singleCount = 0;
    }

    FreedRun[] take() {
      endSingles();
      FreedRun[] taken = runs.toArray(FreedRun[]::new);
      clear();
      return taken;
    }

    void clear() {
      runs.clear();
      singleCount = 0;
      objects = 0;
    }
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

  /// An object that is freed by itself.
  void add(int node, CacheId cache, long object, Call call) {
    batches[node].add(cache, object, call);
    waiting++;
    sendFull(node);
  }

  /// Objects that are freed together.
  void add(int node, FreedRun run) {
    batches[node].add(run);
    waiting += run.objects().length;
    sendFull(node);
  }

  private void sendFull(int node) {
    if (batches[node].objects >= BATCH_MAX) {
      send(node);
    }
  }

  void sendAll() {
    for (int node = 0; waiting > 0; node++) {
      if (batches[node].objects > 0) {
        send(node);
      }
    }
  }

  private void send(int node) {
    Batch batch = batches[node];
    waiting -= batch.objects;
    sender.send(node, batch.take());
  }

  /// The node is gone, with the objects.
  void forget(int node) {
    Batch batch = batches[node];
    waiting -= batch.objects;
    batch.clear();
  }

  /// Objects that wait to be sent.
  int waiting() {
    return waiting;
  }
}
