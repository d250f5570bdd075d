package org.numaslab.coordinator.client.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;

/// What must be so on any machine: which memory is alive and what lies in it, and how often each
/// cache gave and took.
///
/// Memory is taken out before it is freed and put in after it was got, so that on a machine whose
/// CPUs run at once no two may have the same.
final class Model {
  static final int CACHES_MAX = 16;

  /// What a task has got.
  ///
  /// @param entry null for kmalloc's
  /// @param cache its number; -1 for pages
  /// @param bytes that were asked for
  record Held(long address, @Nullable Entry entry, int cache, long bytes, boolean constructed) {}

  /// A cache by one of its names.
  static final class Entry {
    final KmemCache cache;
    final CacheRequest request;
    private int users;
    private int live;

    Entry(KmemCache cache, CacheRequest request) {
      this.cache = cache;
      this.request = request;
    }
  }

  private record Counts(long[] allocations, long[] frees) {}

  /// What lies at the begin and the end of everything alive, by address.
  private final Map<Long, Long> stamps = new ConcurrentHashMap<>();

  private final TreeMap<Long, Held> live = new TreeMap<>();
  private final List<Entry> caches = new ArrayList<>();
  private final Map<Integer, Counts> counts = new HashMap<>();
  private final List<Held> handedOver = new ArrayList<>();
  private final List<List<Held>> own = new ArrayList<>();
  private int names;
  private long allocationCalls;
  private long failedCalls;
  private long liveBytes;

  Model(int tasks) {
    for (int i = 0; i < tasks; i++) {
      own.add(new ArrayList<>());
    }
  }

  /// What a task has got; only the task itself may touch the list.
  List<Held> own(int task) {
    return own.get(task);
  }

  // ---- memory

  /// @throws AssertionError when it overlaps what is alive
  synchronized void got(Held held) {
    Map.Entry<Long, Held> before = live.floorEntry(held.address() + Math.max(1, held.bytes()) - 1);
    if (before != null
        && before.getKey() + Math.max(1, before.getValue().bytes()) > held.address()) {
      throw new AssertionError("handed out twice: " + held + " is in " + before.getValue());
    }
    live.put(held.address(), held);
    liveBytes += held.bytes();
    if (held.cache() >= 0) {
      counts(held.cache()).allocations()[0]++;
    }
    if (held.entry() != null) {
      held.entry().live++;
    }
  }

  /// Takes out what shall be freed.
  synchronized void givesBack(Held held) {
    takeOut(held);
    freed(held);
  }

  /// Takes out what may be freed by the call that comes.
  synchronized void takeOut(Held held) {
    if (!live.remove(held.address(), held)) {
      throw new IllegalStateException(held + " was not alive: a bug of the test");
    }
    liveBytes -= held.bytes();
    stamps.remove(held.address());
  }

  /// It was not freed.
  synchronized void putBack(Held held) {
    live.put(held.address(), held);
    liveBytes += held.bytes();
  }

  synchronized void freed(Held held) {
    if (held.cache() >= 0) {
      counts(held.cache()).frees()[0]++;
    }
  }

  /// The machine has it back.
  synchronized void gone(Held held) {
    if (held.entry() != null) {
      held.entry().live--;
    }
  }

  synchronized void called(boolean gotMemory) {
    allocationCalls++;
    failedCalls += gotMemory ? 0 : 1;
  }

  /// @throws AssertionError when the machine has no memory more often than it has some
  synchronized void requireMemory() {
    if (allocationCalls > 100 && failedCalls * 2 > allocationCalls) {
      throw new AssertionError(failedCalls + " of " + allocationCalls + " allocations failed");
    }
  }

  synchronized long liveBytes() {
    return liveBytes;
  }

  void stamp(Held held, long value) {
    stamps.put(held.address(), value);
  }

  @Nullable Long stamp(Held held) {
    return stamps.get(held.address());
  }

  synchronized List<Held> allLive() {
    return List.copyOf(live.values());
  }

  private Counts counts(int cache) {
    return counts.computeIfAbsent(cache, c -> new Counts(new long[1], new long[1]));
  }

  synchronized long allocations(int cache) {
    return counts(cache).allocations()[0];
  }

  synchronized long frees(int cache) {
    return counts(cache).frees()[0];
  }

  synchronized Map<Integer, long[]> liveByCache() {
    Map<Integer, List<Long>> lists = new HashMap<>();
    for (Held held : live.values()) {
      if (held.cache() >= 0) {
        lists.computeIfAbsent(held.cache(), c -> new ArrayList<>()).add(held.address());
      }
    }
    Map<Integer, long[]> arrays = new HashMap<>();
    lists.forEach(
        (cache, list) -> arrays.put(cache, list.stream().mapToLong(Long::longValue).toArray()));
    return arrays;
  }

  /// What nobody has in hand any more, to be freed at the end.
  synchronized List<Held> takeAllHandedOver() {
    List<Held> all = List.copyOf(handedOver);
    handedOver.clear();
    return all;
  }

  // ---- hand-overs

  synchronized void handOver(Held held) {
    handedOver.add(held);
  }

  synchronized @Nullable Held takeOver(SplittableRandom random) {
    if (handedOver.isEmpty()) {
      return null;
    }
    int at = random.nextInt(handedOver.size());
    Held taken = handedOver.get(at);
    handedOver.set(at, handedOver.getLast());
    handedOver.removeLast();
    return taken;
  }

  // ---- caches

  synchronized String nextName() {
    return "model-" + names++;
  }

  synchronized boolean hasRoom() {
    return caches.size() < CACHES_MAX;
  }

  synchronized void made(Entry entry) {
    caches.add(entry);
  }

  /// A cache that nobody destroys before [#done].
  synchronized @Nullable Entry use(SplittableRandom random) {
    if (caches.isEmpty()) {
      return null;
    }
    Entry entry = caches.get(random.nextInt(caches.size()));
    entry.users++;
    return entry;
  }

  synchronized void done(Entry entry) {
    entry.users--;
  }

  /// Takes a cache out that nobody uses and that has nothing alive; null when the drawn one is not
  /// such.
  synchronized @Nullable Entry toDestroy(SplittableRandom random) {
    if (caches.isEmpty()) {
      return null;
    }
    Entry entry = caches.get(random.nextInt(caches.size()));
    if (entry.users > 0 || entry.live > 0) {
      return null;
    }
    caches.remove(entry);
    return entry;
  }

  // ---- constructors

  private final Map<Long, Boolean> constructed = new ConcurrentHashMap<>();

  /// A constructor has run there.
  void constructs(long object) {
    constructed.put(object, true);
  }

  /// @throws AssertionError when no constructor has ever run there
  void requireConstructed(Held held) {
    if (!constructed.containsKey(held.address())) {
      throw new AssertionError("no constructor has run on " + held);
    }
  }
}
