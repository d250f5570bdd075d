package org.numaslab.coordinator.trace;

import java.util.Arrays;
import java.util.Map;

/// Frees that found no allocation, by cache; and, where that is asked for, the allocations that
/// they must have had.
///
/// The kernel's bulk functions emit no events. A pointer that is freed again without an allocation
/// in between was allocated by one of them, so its cache is one that is allocated from in bulk; a
/// pointer of such a cache that was never seen is taken to be so too. Of other caches it is older
/// than the trace.
///
/// Where an allocation is put is assumed: who wants several objects takes the first with an
/// ordinary allocation and the rest in bulk right behind it (`mas_alloc_nodes` of lib/maple_tree.c,
/// v6.1). So it follows the last allocation of its cache on the cpu that frees it, if the pointer
/// was free by then; else it comes right before its free.
final class UntracedAllocations {
  private static final int NONE = -1;

  private final EventLog log;
  private final int[] cacheOf;
  private final int drafts;
  private final int[] draftOf; // by unmatched free, NONE if no allocation shares its cache
  private final long[] matched; // by draft
  private final long[] unmatched; // by draft

  /// @param cacheOf by slot, as [CacheNames] found them
  /// @param draftOfName by the number of a cache's name, NONE for names that no allocation has
  UntracedAllocations(EventLog log, int[] cacheOf, int drafts, Map<Integer, Integer> draftOfName) {
    this.log = log;
    this.cacheOf = cacheOf;
    this.drafts = drafts;
    draftOf = new int[log.unmatchedFrees()];
    matched = new long[drafts];
    unmatched = new long[drafts];
    for (int event = 0; event < log.size(); event++) {
      if (isUnmatched(event)) {
        int number = log.unmatched(event);
        int name = log.name(event);
        int before = log.slotBefore(number);
        draftOf[number] =
            name != EventLog.NO_NAME
                ? draftOfName.getOrDefault(name, NONE)
                : before == EventLog.NO_SLOT ? NONE : draft(before);
        if (draftOf[number] != NONE) {
          unmatched[draftOf[number]]++;
        }
      } else if (log.what(event) == EventLog.FREE && draft(log.slot(event)) != NONE) {
        matched[draft(log.slot(event))]++;
      }
    }
  }

  private boolean isUnmatched(int event) {
    int what = log.what(event);
    return what == EventLog.NEVER_SEEN || what == EventLog.FREED_ALREADY;
  }

  private int draft(int slot) {
    return cacheOf[slot] == CacheNames.LARGE ? NONE : cacheOf[slot] & CacheDrafts.NUMBER_MASK;
  }

  /// Of this cache's frees the share that found no allocation in the trace.
  double unmatchedShare(int draft) {
    long frees = matched[draft] + unmatched[draft];
    return frees == 0 ? 0 : (double) unmatched[draft] / frees;
  }

  /// Gives the frees of the caches that are allocated from in bulk their allocations.
  ///
  /// @return the caches by slot, the inferred slots too
  int[] infer(int cpus) {
    int[] sample = samples();
    boolean[] inBulk = inBulk();
    int[][] lastAlloc = new int[cpus][];
    int[] lastFree = new int[log.slots()];
    long[] inferred = new long[draftOf.length]; // (event it follows + 1) << 32 | event of its free
    int count = 0;
    for (int event = 0; event < log.size(); event++) {
      switch (log.what(event)) {
        case EventLog.ALLOC -> {
          int draft = draft(log.slot(event));
          if (draft != NONE && inBulk[draft]) {
            lastAllocOn(lastAlloc, log.cpu(event))[draft] = event;
          }
        }
        case EventLog.FREE, EventLog.UNSEEN_FREE -> lastFree[log.slot(event)] = event;
        case EventLog.NEVER_SEEN, EventLog.FREED_ALREADY -> {
          int number = log.unmatched(event);
          int draft = draftOf[number];
          int before = log.slotBefore(number);
          if (draft != NONE && inBulk[draft] && sample[draft] != NONE && !log.isOutside(event)) {
            int freed = before == EventLog.NO_SLOT ? NONE : lastFree[before];
            int alloc = lastAllocOn(lastAlloc, log.cpu(event))[draft];
            int follows = alloc > freed ? alloc : event - 1;
            inferred[count++] = (follows + 1L) << 32 | event;
          }
          if (before != EventLog.NO_SLOT) {
            lastFree[before] = event;
          }
        }
        default -> {}
      }
    }
    Arrays.sort(inferred, 0, count);
    return rewrite(inferred, count, sample);
  }

  private int[] lastAllocOn(int[][] lastAlloc, int cpu) {
    int[] own = lastAlloc[cpu];
    if (own == null) {
      own = new int[drafts];
      Arrays.fill(own, NONE);
      lastAlloc[cpu] = own;
    }
    return own;
  }

  /// By draft, whether one of its pointers was freed again without an allocation.
  private boolean[] inBulk() {
    boolean[] inBulk = new boolean[drafts];
    for (int number = 0; number < draftOf.length; number++) {
      if (draftOf[number] != NONE && log.slotBefore(number) != EventLog.NO_SLOT) {
        inBulk[draftOf[number]] = true;
      }
    }
    return inBulk;
  }

  /// By draft, a slot of it.
  private int[] samples() {
    int[] sample = new int[drafts];
    Arrays.fill(sample, NONE);
    for (int slot = log.slots() - 1; slot >= 0; slot--) {
      if (draft(slot) != NONE) {
        sample[draft(slot)] = slot;
      }
    }
    return sample;
  }

  private int[] rewrite(long[] inferred, int count, int[] sample) {
    int traced = log.slots();
    int[] slotOfFree = new int[log.unmatchedFrees()];
    Arrays.fill(slotOfFree, NONE);
    long[] events = new long[log.size() + count];
    int written = 0;
    int next = 0;
    for (int event = 0; event <= log.size(); event++) {
      for (; next < count && (int) (inferred[next] >>> 32) == event; next++) {
        int free = (int) inferred[next];
        int number = log.unmatched(free);
        int cpu = log.cpu(free);
        int slot = log.addInferredSlot(number, cpu, sample[draftOf[number]]);
        slotOfFree[number] = slot;
        long at = log.word(event == free ? free : event - 1);
        events[written++] = EventLog.event(at, EventLog.ALLOC, cpu, slot);
      }
      if (event < log.size()) {
        int slot = isUnmatched(event) ? slotOfFree[log.unmatched(event)] : NONE;
        events[written++] =
            slot == NONE
                ? log.word(event)
                : EventLog.event(log.word(event), EventLog.FREE, log.cpu(event), slot);
      }
    }
    int[] caches = Arrays.copyOf(cacheOf, log.slots());
    for (int number = 0; number < slotOfFree.length; number++) {
      if (slotOfFree[number] != NONE) {
        caches[slotOfFree[number]] = cacheOf[sample[draftOf[number]]];
      }
    }
    assert log.slots() == traced + count;
    log.rewrite(events);
    return caches;
  }
}
