package org.numaslab.coordinator.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The end of decoding: applies the filter to the joined and named events, gives the rest to their
/// cpus and counts both.
final class Replayable {
  private static final int NOT_REPLAYED = -1;

  private final EventLog log;
  private final FieldTexts fields;
  private final KnownCaches known;
  private final TraceFilter filter;
  private final int[] cacheOf;
  private final UntracedAllocations untraced;
  private final List<TraceCache> drafts;
  private final CacheDrafts bases;

  private final boolean[] draftInFilter;
  private final int[] numberOfDraft;
  private final List<TraceCache> caches = new ArrayList<>();
  private final @Nullable Boolean[] nameInFilter;

  private final int[] replayedSlot;
  private final CpuOperations[] operations;
  private final int[] draftSlot;
  private short[] cpuBySequence;
  private int sequence;
  private int slots;
  private int highestNode = -1;

  private final long[] setAside = new long[SetAside.values().length];
  private final long[] namedBy = new long[NamedBy.values().length];
  private long passed;
  private long allocations;
  private long frees;
  private long freesElsewhere;
  private long allocsOfLive;
  private long unseenFrees;
  private long inferredAllocations;
  private long otherName;
  private long unknownGfp;
  private long matched;
  private long matchedElsewhere;
  private long closed; // slots that are not live after the last event

  Replayable(
      EventLog log,
      FieldTexts fields,
      KnownCaches known,
      TraceFilter filter,
      List<Long> eventsPerCpu) {
    this.log = log;
    this.fields = fields;
    this.known = known;
    this.filter = filter;
    bases = new CacheDrafts(known);
    int[] tracedCacheOf = new CacheNames(log, fields, known, bases).cacheOf();
    drafts = bases.caches();
    untraced = new UntracedAllocations(log, tracedCacheOf, drafts.size(), draftOfName());
    cacheOf = filter.inferBulk() ? untraced.infer(eventsPerCpu.size()) : tracedCacheOf;
    draftInFilter = new boolean[drafts.size()];
    for (int draft = 0; draft < draftInFilter.length; draft++) {
      draftInFilter[draft] = filter.coversCache(drafts.get(draft).name());
    }
    numberOfDraft = new int[drafts.size()];
    Arrays.fill(numberOfDraft, NOT_REPLAYED);
    nameInFilter = new Boolean[fields.names().size()];
    replayedSlot = new int[log.slots()];
    Arrays.fill(replayedSlot, NOT_REPLAYED);
    draftSlot = new int[log.slots()];
    cpuBySequence = new short[log.size()];
    operations = new CpuOperations[eventsPerCpu.size()];
    Arrays.setAll(operations, cpu -> new CpuOperations(eventsPerCpu.get(cpu)));
    walk();
    close();
    giveUsers();
  }

  /// By the number of a name that frees give, the cache that has it.
  private Map<Integer, Integer> draftOfName() {
    Map<String, Integer> owners = bases.owners();
    Map<Integer, Integer> draftOfName = new HashMap<>();
    for (int name = 0; name < fields.names().size(); name++) {
      Integer draft = owners.get(realName(name));
      if (draft != null) {
        draftOfName.put(name, draft);
      }
    }
    return draftOfName;
  }

  private void walk() {
    int pendingUnseen = NOT_REPLAYED;
    for (int event = 0; event < log.size(); event++) {
      switch (log.what(event)) {
        case EventLog.ALLOC -> {
          onAlloc(event, pendingUnseen);
          pendingUnseen = NOT_REPLAYED;
        }
        case EventLog.FREE -> onFree(event);
        case EventLog.UNSEEN_FREE -> {
          pendingUnseen = log.slot(event);
          closed++;
        }
        case EventLog.NEVER_SEEN -> onUnmatched(event, SetAside.FREE_NEVER_SEEN);
        case EventLog.FREED_ALREADY -> onUnmatched(event, SetAside.FREE_FREED_ALREADY);
        case EventLog.NULL -> onUnmatched(event, SetAside.FREE_OF_NULL);
        case EventLog.FAILED -> onUnmatched(event, SetAside.ALLOC_FAILED);
        default -> throw new IllegalStateException("event log: no such event " + log.what(event));
      }
    }
  }

  /// @param unseen slot of the earlier object at the same pointer, if that was live
  private void onAlloc(int event, int unseen) {
    int slot = log.slot(event);
    int draft = cacheOf[slot];
    if (log.isInferred(slot) ? !covers(event, draft) : !passes(event, draft)) {
      setAside[SetAside.FILTERED.ordinal()] += log.isInferred(slot) ? 0 : 1;
      return;
    }
    int cpu = log.cpu(event);
    if (unseen != NOT_REPLAYED) {
      allocsOfLive++;
      int earlier = replayedSlot[unseen];
      if (earlier != NOT_REPLAYED) {
        unseenFrees++;
        free(cpu, earlier, cacheNumber(cacheOf[unseen] & CacheDrafts.NUMBER_MASK));
      }
    }
    if (draft == CacheNames.LARGE) {
      setAside[SetAside.LARGE_KMALLOC.ordinal()]++;
      return;
    }
    int text = log.fieldsOf(slot);
    if (log.isInferred(slot)) {
      inferredAllocations++;
    } else {
      allocations++;
      namedBy[draft >>> 24]++;
      unknownGfp += fields.hasUnknownGfp(text) ? 1 : 0;
    }
    int node = fields.node(text);
    highestNode = Math.max(highestNode, node);
    int cache = cacheNumber(draft & CacheDrafts.NUMBER_MASK);
    replayedSlot[slot] = slots;
    draftSlot[slots] = slot;
    operations[cpu].addAlloc(next(cpu), slots, cache, fields.gfp(text), node);
    slots++;
  }

  private void onFree(int event) {
    int slot = log.slot(event);
    int cpu = log.cpu(event);
    boolean elsewhere = cpu != log.cpuOf(slot);
    if (!log.isInferred(slot)) {
      matched++;
      matchedElsewhere += elsewhere ? 1 : 0;
    }
    closed++;
    int draft = cacheOf[slot];
    boolean passes = passes(event, draft);
    if (passes && draft == CacheNames.LARGE) {
      setAside[SetAside.LARGE_KMALLOC_FREE.ordinal()]++;
    } else if (!passes || replayedSlot[slot] == NOT_REPLAYED) {
      setAside[SetAside.FILTERED.ordinal()]++;
    } else {
      frees++;
      freesElsewhere += elsewhere ? 1 : 0;
      otherName += namesAnother(slot, draft & CacheDrafts.NUMBER_MASK) ? 1 : 0;
      free(cpu, replayedSlot[slot], cacheNumber(draft & CacheDrafts.NUMBER_MASK));
    }
  }

  private void onUnmatched(int event, SetAside kind) {
    int name = log.name(event);
    boolean inside =
        !log.isOutside(event)
            && (!filter.namesCaches() || (name != FieldTexts.NO_NAME && isNameInFilter(name)))
            && passed < filter.limit();
    passed += inside ? 1 : 0;
    setAside[(inside ? kind : SetAside.FILTERED).ordinal()]++;
  }

  private boolean passes(int event, int draft) {
    boolean inside = covers(event, draft);
    passed += inside ? 1 : 0;
    return inside;
  }

  private boolean covers(int event, int draft) {
    return !log.isOutside(event)
        && (draft == CacheNames.LARGE
            ? !filter.namesCaches()
            : draftInFilter[draft & CacheDrafts.NUMBER_MASK])
        && passed < filter.limit();
  }

  private boolean isNameInFilter(int name) {
    Boolean decided = nameInFilter[name];
    if (decided == null) {
      decided = filter.coversCache(realName(name));
      nameInFilter[name] = decided;
    }
    return decided;
  }

  private boolean namesAnother(int slot, int draft) {
    int name = log.freedAs(slot);
    return name != FieldTexts.NO_NAME && !isSameName(name, draft);
  }

  private int lastName = FieldTexts.NO_NAME;
  private int lastDraft = -1;
  private boolean lastSame;

  /// Frees come in runs of one cache, so the last answer is mostly the next one.
  private boolean isSameName(int name, int draft) {
    if (name != lastName || draft != lastDraft) {
      lastName = name;
      lastDraft = draft;
      lastSame = realName(name).equals(bases.baseName(draft));
    }
    return lastSame;
  }

  private String realName(int name) {
    String text = fields.names().text(name);
    KnownCaches.Known real = known.find(text);
    return real == null ? text : real.name();
  }

  private void free(int cpu, int slot, int cache) {
    draftSlot[slot] = ~draftSlot[slot]; // marks it as not live
    operations[cpu].addFree(next(cpu), slot, cache);
  }

  private int next(int cpu) {
    cpuBySequence[sequence] = (short) cpu;
    return sequence++;
  }

  private int cacheNumber(int draft) {
    if (numberOfDraft[draft] == NOT_REPLAYED) {
      numberOfDraft[draft] = caches.size();
      caches.add(drafts.get(draft));
    }
    return numberOfDraft[draft];
  }

  /// The closing frees, in the order of allocation.
  private void close() {
    int live = 0;
    for (int slot = 0; slot < slots; slot++) {
      live += draftSlot[slot] >= 0 ? 1 : 0;
    }
    cpuBySequence = Arrays.copyOf(cpuBySequence, sequence + live);
    for (int slot = 0; slot < slots; slot++) {
      if (draftSlot[slot] >= 0) {
        int logged = draftSlot[slot];
        int cpu = log.cpuOf(logged);
        int cache = cacheNumber(cacheOf[logged] & CacheDrafts.NUMBER_MASK);
        operations[cpu].addClosingFree(next(cpu), slot, cache);
      }
    }
  }

  private void giveUsers() {
    Users logged = log.users();
    if (logged == null) {
      return;
    }
    Users replayed = new Users();
    for (int slot = 0; slot < slots; slot++) {
      replayed.add(logged.allocator(loggedSlot(slot)));
      replayed.freed(slot, logged.freer(loggedSlot(slot)));
    }
    for (CpuOperations own : operations) {
      own.setUsers(replayed);
    }
  }

  ReplayCounts counts() {
    Map<SetAside, Long> aside = new EnumMap<>(SetAside.class);
    for (SetAside kind : SetAside.values()) {
      aside.put(kind, setAside[kind.ordinal()]);
    }
    Map<NamedBy, Long> ways = new EnumMap<>(NamedBy.class);
    for (NamedBy way : NamedBy.values()) {
      ways.put(way, namedBy[way.ordinal()]);
    }
    return new ReplayCounts(
        allocations,
        frees,
        freesElsewhere,
        allocsOfLive,
        unseenFrees,
        allocations + inferredAllocations - frees - unseenFrees,
        inferredAllocations,
        aside,
        ways,
        otherName,
        unknownGfp,
        new ReplayCounts.Matched(matched, matchedElsewhere, log.slots() - closed));
  }

  List<TraceCache> caches() {
    return List.copyOf(caches);
  }

  CpuOperations[] operations() {
    return operations;
  }

  short[] cpuBySequence() {
    return cpuBySequence;
  }

  int highestNode() {
    return highestNode;
  }

  /// By replayed slot.
  long[] pointers() {
    long[] pointers = new long[slots];
    for (int slot = 0; slot < slots; slot++) {
      pointers[slot] = log.pointerOf(loggedSlot(slot));
    }
    return pointers;
  }

  /// The replayed slots whose allocation has no event.
  BitSet inferred() {
    BitSet inferred = new BitSet();
    for (int slot = 0; slot < slots; slot++) {
      inferred.set(slot, log.isInferred(loggedSlot(slot)));
    }
    return inferred;
  }

  /// The share of the frees in the whole trace that found no allocation, by replayed cache.
  double[] unmatchedShares() {
    double[] unmatched = new double[caches.size()];
    for (int draft = 0; draft < numberOfDraft.length; draft++) {
      if (numberOfDraft[draft] != NOT_REPLAYED) {
        unmatched[numberOfDraft[draft]] = untraced.unmatchedShare(draft);
      }
    }
    return unmatched;
  }

  /// By replayed slot.
  int[] bytesRequested() {
    int[] bytes = new int[slots];
    for (int slot = 0; slot < slots; slot++) {
      bytes[slot] = fields.bytesReq(log.fieldsOf(loggedSlot(slot)));
    }
    return bytes;
  }

  private int loggedSlot(int slot) {
    return draftSlot[slot] ^ (draftSlot[slot] >> 31);
  }
}
