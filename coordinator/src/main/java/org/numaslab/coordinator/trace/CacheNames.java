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
/// [#trusted].
final class CacheNames {
  /// In `cacheOf`: a kmalloc beyond 8 KiB, which has no cache.
  static final int LARGE = -1;

  private static final int UNDECIDED = -2;

  private final EventLog log;
  private final FieldTexts fields;
  private final KnownCaches known;
  private final CacheDrafts drafts;

  /// Number of each (bytes_req, bytes_alloc), and by text of fields.
  private final LongIndex sizes = new LongIndex();

  private final int[] sizesOfFields;

  /// (name << 32 | bytes_alloc) of frees that name their object's cache, and how often.
  private final LongIndex joins = new LongIndex();

  private int[] joinCount = new int[64];
  private boolean[] trusted = new boolean[0];

  /// (call site << 32 | sizes), and the name that most objects of this origin were freed under.
  private final LongIndex origins = new LongIndex();

  private int[] originName = new int[0];
  private final boolean debugLayout;

  CacheNames(EventLog log, FieldTexts fields, KnownCaches known, CacheDrafts drafts) {
    this.log = log;
    this.fields = fields;
    this.known = known;
    this.drafts = drafts;
    sizesOfFields = new int[fields.size()];
    for (int text = 0; text < sizesOfFields.length; text++) {
      sizesOfFields[text] = sizes.of((long) fields.bytesReq(text) << 32 | fields.bytesAlloc(text));
    }
    debugLayout = hasDebugLayout();
  }

  /// By slot: the draft's number | how it was named << 24, or [#LARGE].
  int[] cacheOf() {
    countJoins();
    trust();
    nameOrigins();
    int[] cacheOf = new int[log.slots()];
    int[] byFields = undecided(fields.size());
    int[] byJoin = undecided(joins.size());
    int[] byOrigin = undecided(origins.size());
    int[] bySizes = undecided(sizes.size());
    @Nullable Map<Integer, String> uniqueNames = null;
    for (int slot = 0; slot < cacheOf.length; slot++) {
      int text = log.fieldsOf(slot);
      int req = fields.bytesReq(text);
      int alloc = fields.bytesAlloc(text);
      int cache;
      if (log.isKmalloc(slot)) {
        cache = byFields[text];
        if (cache == UNDECIDED) {
          cache = byFields[text] = req > Kmalloc.SLAB_MAX ? LARGE : kmalloc(text);
        }
      } else if (fields.name(text) != FieldTexts.NO_NAME) {
        cache = byFields[text];
        if (cache == UNDECIDED) {
          cache = byFields[text] = draft(name(fields.name(text)), req, alloc, NamedBy.EVENT);
        }
      } else {
        int join = log.freedAs(slot) == EventLog.NO_NAME ? -1 : joins.of(joinKey(slot, alloc));
        if (join >= 0 && trusted[join]) {
          cache = byJoin[join];
          if (cache == UNDECIDED) {
            cache = byJoin[join] = draft(name(log.freedAs(slot)), req, alloc, NamedBy.FREE);
          }
        } else {
          int origin = origins.of(originKey(slot, text));
          if (origin < byOrigin.length && originName[origin] >= 0) {
            cache = byOrigin[origin];
            if (cache == UNDECIDED) {
              cache =
                  byOrigin[origin] = draft(name(originName[origin]), req, alloc, NamedBy.CALL_SITE);
            }
          } else {
            int size = sizesOfFields[text];
            cache = bySizes[size];
            if (cache == UNDECIDED) {
              uniqueNames = uniqueNames == null ? uniqueNamesBySizes() : uniqueNames;
              cache = bySizes[size] = bySizes(size, req, alloc, uniqueNames);
            }
          }
        }
      }
      if (cache != LARGE) {
        drafts.count(cache & CacheDrafts.NUMBER_MASK, req);
      }
      cacheOf[slot] = cache;
    }
    return cacheOf;
  }

  static NamedBy namedBy(int cacheOfSlot) {
    return NamedBy.values()[cacheOfSlot >>> 24];
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

  // ---- kmalloc

  private int kmalloc(int text) {
    int req = Math.max(1, fields.bytesReq(text));
    int alloc = fields.bytesAlloc(text);
    int gfp = fields.gfp(text);
    int sizeClass = Kmalloc.sizeClass(req);
    if (known.isEmpty()) {
      // An architecture with coarse alignment has no small classes; debug slots are larger than
      // their class, but not themselves classes.
      sizeClass = !debugLayout && Kmalloc.isSizeClass(alloc) ? alloc : sizeClass;
      return draft(Kmalloc.name(gfp, sizeClass), sizeClass, alloc, NamedBy.KMALLOC);
    }
    for (int larger = sizeClass;
        larger <= Kmalloc.SLAB_MAX;
        larger = Kmalloc.sizeClass(larger + 1)) {
      KnownCaches.Known family = known.find(Kmalloc.name(gfp, larger));
      KnownCaches.Known found = family == null ? known.find(Kmalloc.plainName(larger)) : family;
      if (found != null && found.slabSizeBytes() == alloc) {
        return draft(found.name(), larger, alloc, NamedBy.KMALLOC);
      }
    }
    return draft(Kmalloc.name(gfp, sizeClass), sizeClass, alloc, NamedBy.KMALLOC);
  }

  /// Does kmalloc give slots that are no size class? Then the kernel pads them for debugging.
  private boolean hasDebugLayout() {
    for (int slot = 0; slot < log.slots(); slot++) {
      int text = log.fieldsOf(slot);
      if (log.isKmalloc(slot)
          && fields.bytesReq(text) <= Kmalloc.SLAB_MAX
          && !Kmalloc.isSizeClass(fields.bytesAlloc(text))) {
        return true;
      }
    }
    return false;
  }

  // ---- names at frees

  private long joinKey(int slot, int alloc) {
    return (long) log.freedAs(slot) << 32 | alloc;
  }

  private long originKey(int slot, int text) {
    return (long) log.callSiteOf(slot) << 32 | sizesOfFields[text];
  }

  private boolean isNamedByFree(int slot) {
    return !log.isKmalloc(slot)
        && log.freedAs(slot) != EventLog.NO_NAME
        && fields.name(log.fieldsOf(slot)) == FieldTexts.NO_NAME;
  }

  private void countJoins() {
    for (int slot = 0; slot < log.slots(); slot++) {
      if (isNamedByFree(slot)) {
        int join = joins.of(joinKey(slot, fields.bytesAlloc(log.fieldsOf(slot))));
        if (join == joinCount.length) {
          joinCount = Arrays.copyOf(joinCount, 2 * join);
        }
        joinCount[join]++;
      }
    }
  }

  /// A name is trusted with a slab size that is its own: the one of the kernel directory, or the
  /// one it has most often; and, where the kernel directory does not know the name, with one that
  /// no other name has more often (a cache that was made anew).
  private void trust() {
    Map<Integer, Integer> mostOfName = new HashMap<>();
    Map<Integer, Integer> mostOfSize = new HashMap<>();
    for (int join = 0; join < joins.size(); join++) {
      mostOfName.merge((int) (joins.key(join) >>> 32), joinCount[join], Math::max);
      mostOfSize.merge((int) joins.key(join), joinCount[join], Math::max);
    }
    trusted = new boolean[joins.size()];
    for (int join = 0; join < trusted.length; join++) {
      int nameNumber = (int) (joins.key(join) >>> 32);
      int alloc = (int) joins.key(join);
      KnownCaches.Known real = known.find(fields.names().text(nameNumber));
      trusted[join] =
          (real != null && real.slabSizeBytes() == alloc)
              || joinCount[join] == mostOfName.getOrDefault(nameNumber, 0)
              || (real == null && joinCount[join] == mostOfSize.getOrDefault(alloc, 0));
    }
  }

  private void nameOrigins() {
    LongIndex votes = new LongIndex(); // (origin << 32 | name)
    int[] voteCount = new int[64];
    for (int slot = 0; slot < log.slots(); slot++) {
      if (isNamedByFree(slot)) {
        int text = log.fieldsOf(slot);
        if (trusted[joins.of(joinKey(slot, fields.bytesAlloc(text)))]) {
          int origin = origins.of(originKey(slot, text));
          int vote = votes.of((long) origin << 32 | log.freedAs(slot));
          if (vote == voteCount.length) {
            voteCount = Arrays.copyOf(voteCount, 2 * vote);
          }
          voteCount[vote]++;
        }
      }
    }
    originName = undecided(origins.size());
    int[] most = new int[origins.size()];
    for (int vote = 0; vote < votes.size(); vote++) {
      int origin = (int) (votes.key(vote) >>> 32);
      if (voteCount[vote] > most[origin]) {
        most[origin] = voteCount[vote];
        originName[origin] = (int) votes.key(vote);
      }
    }
  }

  // ---- sizes

  private int bySizes(int size, int req, int alloc, Map<Integer, String> uniqueNames) {
    KnownCaches.Known only = null;
    int candidates = 0;
    for (KnownCaches.Known cache : known.caches()) {
      if (cache.objectSizeBytes() == req
          && cache.slabSizeBytes() == alloc
          && !isKmallocName(cache.name())) {
        only = cache;
        candidates++;
      }
    }
    if (only != null && candidates == 1) {
      return draft(only.name(), req, alloc, NamedBy.SIZES);
    }
    String inTrace = uniqueNames.get(size);
    if (inTrace != null && !inTrace.isEmpty()) {
      return draft(inTrace, req, alloc, NamedBy.SIZES);
    }
    String madeUp = req == alloc ? "size-" + alloc : "size-" + req + "-" + alloc;
    return draft(madeUp, req, alloc, NamedBy.MADE_UP);
  }

  private static boolean isKmallocName(String name) {
    return name.startsWith("kmalloc-") || name.startsWith("dma-kmalloc-");
  }

  /// By number of sizes the only name that trusted frees have for them; empty where there are
  /// several.
  private Map<Integer, String> uniqueNamesBySizes() {
    Map<Integer, String> names = new HashMap<>();
    for (int origin = 0; origin < originName.length; origin++) {
      if (originName[origin] >= 0) {
        String found = name(originName[origin]);
        names.merge((int) origins.key(origin), found, (a, b) -> a.equals(b) ? a : "");
      }
    }
    return names;
  }

  private static int[] undecided(int size) {
    int[] all = new int[size];
    Arrays.fill(all, UNDECIDED);
    return all;
  }
}
