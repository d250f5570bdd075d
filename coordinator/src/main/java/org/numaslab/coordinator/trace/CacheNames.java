package org.numaslab.coordinator.trace;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The third step: which cache each slot belongs to.
///
/// Kernels before 6.15 name a cache when an object is freed, not when it is allocated, and kmalloc
/// never names one. So, in this order: the event's own name; kmalloc's class; the name at the
/// object's free; the name that the same call site had for the same sizes elsewhere; the only cache
/// with these sizes, in the kernel directory or else in the trace; a made-up cache.
///
/// A free may belong to a later, unseen life of its pointer, when a page went from one cache to
/// another by bulk functions. So a free's name is taken only where its sizes speak for it: see
/// [#trust].
///
/// Slots that say the same of themselves (call site, fields, name at the free) form a *group*; a
/// trace has some hundred, and everything but the grouping is done once per group.
final class CacheNames {
  /// Instead of a cache: a kmalloc beyond 8 KiB, which has none.
  static final int LARGE = -1;

  /// A call site and two sizes: who allocates what.
  private record Origin(int callSite, int bytesReq, int bytesAlloc) {}

  private record Sizes(int bytesReq, int bytesAlloc) {}

  private record NamedSize(String name, int slabSizeBytes) {}

  private record Vote(Origin origin, String name) {}

  private final EventLog log;
  private final FieldTexts fields;
  private final KnownCaches known;
  private final CacheDrafts drafts;

  private final int[] groupOf; // by slot
  private int[] sample = new int[64]; // by group, one of its slots
  private int[] count = new int[64];
  private int groups;

  private final Map<NamedSize, Boolean> trusted = new HashMap<>();
  private final Map<Origin, String> nameOfOrigin = new HashMap<>();
  private final Map<Sizes, String> nameOfSizes =
      new HashMap<>(); // empty where several names have them
  private final boolean debugLayout;

  CacheNames(EventLog log, FieldTexts fields, KnownCaches known, CacheDrafts drafts) {
    this.log = log;
    this.fields = fields;
    this.known = known;
    this.drafts = drafts;
    groupOf = new int[log.slots()];
    group();
    trust();
    nameOrigins();
    debugLayout = hasDebugLayout();
  }

  /// By slot: the draft's number | how it was named << 24, or [#LARGE]. To be called once.
  int[] cacheOf() {
    int[] cacheOfGroup = new int[groups];
    for (int group = 0; group < groups; group++) {
      int cache = cache(sample[group]);
      if (cache != LARGE) {
        drafts.count(cache & CacheDrafts.NUMBER_MASK, count[group]);
      }
      cacheOfGroup[group] = cache;
    }
    for (int slot = 0; slot < groupOf.length; slot++) {
      groupOf[slot] = cacheOfGroup[groupOf[slot]]; // in place: the groups are done with
    }
    return groupOf;
  }

  private void group() {
    LongIndex origins = new LongIndex(); // (call site << 32 | fields)
    LongIndex distinct = new LongIndex(); // (origin << 32 | name at the free)
    for (int slot = 0; slot < groupOf.length; slot++) {
      int kindAndFields = log.isKmalloc(slot) ? ~log.fieldsOf(slot) : log.fieldsOf(slot);
      long origin = origins.of((long) log.callSiteOf(slot) << 32 | (kindAndFields & 0xffffffffL));
      int group = distinct.of(origin << 32 | (log.freedAs(slot) & 0xffffffffL));
      if (group == groups) {
        if (groups == sample.length) {
          sample = Arrays.copyOf(sample, 2 * groups);
          count = Arrays.copyOf(count, 2 * groups);
        }
        sample[groups++] = slot;
      }
      count[group]++;
      groupOf[slot] = group;
    }
  }

  private int cache(int slot) {
    int text = log.fieldsOf(slot);
    int req = fields.bytesReq(text);
    int alloc = fields.bytesAlloc(text);
    if (log.isKmalloc(slot)) {
      return req > Kmalloc.SLAB_MAX ? LARGE : kmalloc(text);
    }
    if (fields.name(text) != FieldTexts.NO_NAME) {
      return draft(name(fields.name(text)), req, alloc, NamedBy.EVENT);
    }
    NamedSize freed = freedAs(slot);
    if (freed != null && trusted.getOrDefault(freed, false)) {
      return draft(freed.name(), req, alloc, NamedBy.FREE);
    }
    String elsewhere = nameOfOrigin.get(origin(slot));
    return elsewhere != null
        ? draft(elsewhere, req, alloc, NamedBy.CALL_SITE)
        : bySizes(req, alloc);
  }

  private int draft(String name, int req, int alloc, NamedBy by) {
    return drafts.number(name, alloc, req, by) | by.ordinal() << 24;
  }

  /// The real name, behind an alias that the kernel directory knows.
  private String name(int number) {
    String text = fields.names().text(number);
    KnownCaches.Known real = known.find(text);
    return real == null ? text : real.name();
  }

  private Origin origin(int slot) {
    int text = log.fieldsOf(slot);
    return new Origin(log.callSiteOf(slot), fields.bytesReq(text), fields.bytesAlloc(text));
  }

  /// What the free of a slot that is not otherwise named calls its cache.
  private @Nullable NamedSize freedAs(int slot) {
    int text = log.fieldsOf(slot);
    int name = log.freedAs(slot);
    return log.isKmalloc(slot)
            || name == EventLog.NO_NAME
            || fields.name(text) != FieldTexts.NO_NAME
        ? null
        : new NamedSize(name(name), fields.bytesAlloc(text));
  }

  /// A name is trusted with a slab size that is its own: the one of the kernel directory, or the
  /// one it has most often; and, where the kernel directory does not know the name, with one that
  /// no other name has more often (a cache that was made anew).
  private void trust() {
    Map<NamedSize, Integer> joined = new HashMap<>();
    for (int group = 0; group < groups; group++) {
      NamedSize freed = freedAs(sample[group]);
      if (freed != null) {
        joined.merge(freed, count[group], Integer::sum);
      }
    }
    Map<String, Integer> mostOfName = new HashMap<>();
    Map<Integer, Integer> mostOfSize = new HashMap<>();
    joined.forEach((freed, times) -> {
      mostOfName.merge(freed.name(), times, Math::max);
      mostOfSize.merge(freed.slabSizeBytes(), times, Math::max);
    });
    joined.forEach((freed, times) -> {
      KnownCaches.Known real = known.find(freed.name());
      boolean isKnown = real != null && real.slabSizeBytes() == freed.slabSizeBytes();
      boolean isMostOfName = times.equals(mostOfName.get(freed.name()));
      boolean isMostOfSize = real == null && times.equals(mostOfSize.get(freed.slabSizeBytes()));
      trusted.put(freed, isKnown || isMostOfName || isMostOfSize);
    });
  }

  private void nameOrigins() {
    Map<Vote, Integer> votes = new HashMap<>();
    for (int group = 0; group < groups; group++) {
      NamedSize freed = freedAs(sample[group]);
      if (freed != null && trusted.getOrDefault(freed, false)) {
        Vote vote = new Vote(origin(sample[group]), freed.name());
        votes.merge(vote, count[group], Integer::sum);
        Sizes sizes = new Sizes(vote.origin().bytesReq(), vote.origin().bytesAlloc());
        nameOfSizes.merge(sizes, freed.name(), (a, b) -> a.equals(b) ? a : "");
      }
    }
    Map<Origin, Integer> most = new HashMap<>();
    votes.forEach((vote, times) -> most.merge(vote.origin(), times, Math::max));
    votes.forEach((vote, times) -> {
      if (times.equals(
          most.get(vote.origin()))) { // of equals the first by name, so that it does not depend on
        // hashes
        nameOfOrigin.merge(vote.origin(), vote.name(), (a, b) -> a.compareTo(b) < 0 ? a : b);
      }
    });
  }

  private int bySizes(int req, int alloc) {
    KnownCaches.Known only = null;
    int candidates = 0;
    for (KnownCaches.Known cache : known.caches()) {
      if (cache.objectSizeBytes() == req
          && cache.slabSizeBytes() == alloc
          && !Kmalloc.isName(cache.name())) {
        only = cache;
        candidates++;
      }
    }
    if (only != null && candidates == 1) {
      return draft(only.name(), req, alloc, NamedBy.SIZES);
    }
    String inTrace = nameOfSizes.getOrDefault(new Sizes(req, alloc), "");
    if (!inTrace.isEmpty()) {
      return draft(inTrace, req, alloc, NamedBy.SIZES);
    }
    String madeUp = req == alloc ? "size-" + alloc : "size-" + req + "-" + alloc;
    return draft(madeUp, req, alloc, NamedBy.MADE_UP);
  }

  private int kmalloc(int text) {
    int alloc = fields.bytesAlloc(text);
    int gfp = fields.gfp(text);
    int smallest = Kmalloc.sizeClass(Math.max(1, fields.bytesReq(text)));
    for (int larger = smallest;
        larger <= Kmalloc.SLAB_MAX;
        larger = Kmalloc.sizeClass(larger + 1)) {
      KnownCaches.Known family = known.find(Kmalloc.name(gfp, larger));
      KnownCaches.Known found = family == null ? known.find(Kmalloc.plainName(larger)) : family;
      if (found != null && found.slabSizeBytes() == alloc) {
        return draft(found.name(), larger, alloc, NamedBy.KMALLOC);
      }
    }
    // An architecture of coarse alignment has no small classes; slots padded for debugging are
    // larger than their class.
    int sizeClass = !debugLayout && Kmalloc.isSizeClass(alloc) ? alloc : smallest;
    return draft(Kmalloc.name(gfp, sizeClass), sizeClass, alloc, NamedBy.KMALLOC);
  }

  /// Does kmalloc give slots that are no size class? Then the kernel pads them for debugging.
  private boolean hasDebugLayout() {
    for (int group = 0; group < groups; group++) {
      int text = log.fieldsOf(sample[group]);
      if (log.isKmalloc(sample[group])
          && fields.bytesReq(text) <= Kmalloc.SLAB_MAX
          && !Kmalloc.isSizeClass(fields.bytesAlloc(text))) {
        return true;
      }
    }
    return false;
  }
}
