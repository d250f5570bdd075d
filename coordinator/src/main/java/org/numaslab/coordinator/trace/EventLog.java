package org.numaslab.coordinator.trace;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The second step: allocations and frees in the order of the trace, joined by pointer.
///
/// An event is one long; an allocation also has a slot, where what it and its free say is kept
/// until its cache can be named. A free that finds no allocation has a number of its own, where its
/// pointer is kept.
///
/// Events are joined a run at a time, so that the processor can wait for the cache lines of their
/// pointers all at once: where a trace has many pointers that halves the cost of joining.
///
/// ```text
/// event   63      56 55   48 47      32 31                                  0
///         +---------+-------+----------+-------------------------------------+
///         | outside | what  | cpu      | slot, number of an unmatched free,  |
///         +---------+-------+----------+ or the name of a null's cache ------+
/// ```
final class EventLog implements Sink {
  /// What an event turned out to be.
  static final int ALLOC = 0;

  static final int FREE = 1;

  /// Not in the trace: the free that must have gone before an allocation of a live pointer.
  static final int UNSEEN_FREE = 2;

  static final int NEVER_SEEN = 3;
  static final int FREED_ALREADY = 4;
  static final int NULL = 5;
  static final int FAILED = 6;

  /// In `freedAs`: not freed, or by kfree, or without an event.
  static final int NO_NAME = FieldTexts.NO_NAME;

  static final int NO_SLOT = -1;
  private static final long OUTSIDE = 1L << 56;

  /// Events that are joined at once: their columns stay in the first-level cache.
  private static final int RUN = 256;

  private final int[] runSite = new int[RUN];
  private final int[] runText = new int[RUN];
  private final int[] runPid = new int[RUN];
  private final long[] runPointer = new long[RUN];
  private final long[] runWord = new long[RUN]; // its event, but for the subject and a free's kind
  private int inRun;

  private final TraceFilter filter;
  private final FieldTexts fieldTexts;
  private final PointerTable pointers = new PointerTable();

  private long[] events;
  private int size;

  private int slots;
  private long[] pointer;
  private int[] callSite;
  private int[] fields; // sign bit: by kmalloc
  private int[] freedAs;
  private short[] cpu;
  private int tracedSlots = Integer.MAX_VALUE;

  private int unmatched;
  private long[] unmatchedPointer = new long[64];
  private int[] unmatchedName = new int[64];
  private int[] slotBefore = new int[64];

  private final @Nullable Users users; // by slot
  private final LongColumn unmatchedUsers = new LongColumn();

  /// @param expected events, or somewhat more: then nothing is copied on the way
  EventLog(TraceFilter filter, FieldTexts fieldTexts, CallSites callSites, int expected) {
    events = new long[expected];
    int allocations = expected / 2;
    pointer = new long[allocations];
    callSite = new int[allocations];
    fields = new int[allocations];
    freedAs = new int[allocations];
    cpu = new short[allocations];
    this.filter = filter;
    this.fieldTexts = fieldTexts;
    users = callSites == CallSites.KEPT ? new Users() : null;
  }

  @Override
  public void alloc(int onCpu, long nanos, boolean kmalloc, long at, int site, int text, int pid) {
    await(ALLOC, onCpu, nanos, at, site, kmalloc ? ~text : text, pid);
  }

  @Override
  public void free(int onCpu, long nanos, long at, int site, int text, int pid) {
    await(FREE, onCpu, nanos, at, site, text, pid);
  }

  private void await(int what, int onCpu, long nanos, long at, int site, int text, int pid) {
    boolean inside = filter.coversTime(nanos) && filter.coversCpu(onCpu);
    runWord[inRun] = event(inside ? 0 : OUTSIDE, what, onCpu, 0);
    runPointer[inRun] = at;
    runSite[inRun] = site;
    runText[inRun] = text;
    runPid[inRun] = pid;
    if (++inRun == RUN) {
      join();
    }
  }

  /// Joins the events that are not yet: to be called after the last one.
  void join() {
    pointers.fetch(runPointer, inRun);
    for (int i = 0; i < inRun; i++) {
      if (what(runWord[i]) == ALLOC) {
        joinAlloc(runWord[i], runPointer[i], runSite[i], runText[i], runPid[i]);
      } else {
        joinFree(runWord[i], runPointer[i], runSite[i], runText[i], runPid[i]);
      }
    }
    inRun = 0;
  }

  /// @param text signed: by kmalloc
  private void joinAlloc(long word, long at, int site, int text, int pid) {
    if (at == 0) {
      add(word, FAILED, fieldTexts.name(text ^ (text >> 31)));
      return;
    }
    int before = pointers.put(at, slots);
    if (before >= 0) {
      add(word, UNSEEN_FREE, before);
    }
    if (users != null) {
      users.add(Users.user(site, pid));
    }
    add(word, ALLOC, addSlot(cpu(word), at, site, text));
  }

  private void joinFree(long word, long at, int site, int text, int pid) {
    int name = fieldTexts.name(text);
    if (at == 0) {
      add(word, NULL, name);
      return;
    }
    int slot = pointers.free(at);
    if (slot >= 0) {
      freedAs[slot] = name;
      if (users != null) {
        users.freed(slot, Users.user(site, pid));
      }
      add(word, FREE, slot);
    } else {
      boolean seen = slot != PointerTable.NEVER_SEEN;
      add(word, seen ? FREED_ALREADY : NEVER_SEEN, unmatched);
      addUnmatched(at, name, seen ? ~slot : NO_SLOT);
      if (users != null) {
        unmatchedUsers.add(Users.user(site, pid));
      }
    }
  }

  private int addSlot(int onCpu, long at, int site, int signedText) {
    if (slots == pointer.length) {
      growSlots();
    }
    pointer[slots] = at;
    callSite[slots] = site;
    fields[slots] = signedText;
    freedAs[slots] = NO_NAME;
    cpu[slots] = (short) onCpu;
    return slots++;
  }

  private void addUnmatched(long at, int name, int before) {
    if (unmatched == unmatchedPointer.length) {
      int width = wider(unmatched);
      unmatchedPointer = Arrays.copyOf(unmatchedPointer, width);
      unmatchedName = Arrays.copyOf(unmatchedName, width);
      slotBefore = Arrays.copyOf(slotBefore, width);
    }
    unmatchedPointer[unmatched] = at;
    unmatchedName[unmatched] = name;
    slotBefore[unmatched++] = before;
  }

  // ---- allocations that no event tells of

  /// A slot for an unmatched free's object: what its allocation would have said is taken from the
  /// slot `like`.
  int addInferredSlot(int unmatchedFree, int onCpu, int like) {
    tracedSlots = Math.min(tracedSlots, slots);
    int slot = addSlot(onCpu, unmatchedPointer[unmatchedFree], callSite[like], fields[like]);
    freedAs[slot] = unmatchedName[unmatchedFree];
    if (users != null) {
      users.add(Users.NOBODY);
      users.freed(slot, unmatchedUsers.get(unmatchedFree));
    }
    return slot;
  }

  /// Whether the slot's allocation has no event.
  boolean isInferred(int slot) {
    return slot >= tracedSlots;
  }

  /// The event at another event's time and cpu, with another subject.
  static long event(long at, int what, int onCpu, int subject) {
    return (at & OUTSIDE) | (long) what << 48 | (long) onCpu << 32 | (subject & 0xffffffffL);
  }

  long word(int event) {
    return events[event];
  }

  /// Takes over another list of events on the same slots.
  void rewrite(long[] all) {
    events = all;
    size = all.length;
  }

  /// Who allocated and freed the slots; null where that is not kept.
  @Nullable Users users() {
    return users;
  }

  /// Events, UNSEEN_FREE among them.
  int size() {
    return size;
  }

  int what(int event) {
    return what(events[event]);
  }

  private static int what(long word) {
    return (int) (word >>> 48) & 0xff;
  }

  int cpu(int event) {
    return cpu(events[event]);
  }

  private static int cpu(long word) {
    return (int) (word >>> 32) & 0xffff;
  }

  int slot(int event) {
    return (int) events[event];
  }

  /// The cache that a free without an allocation named, or [#NO_NAME].
  int name(int event) {
    int what = what(event);
    int subject = (int) events[event];
    return what == NEVER_SEEN || what == FREED_ALREADY ? unmatchedName[subject] : subject;
  }

  /// The number of a free that found no allocation.
  int unmatched(int event) {
    return (int) events[event];
  }

  /// Frees that found no allocation.
  int unmatchedFrees() {
    return unmatched;
  }

  /// The last slot that an unmatched free's pointer had, or [#NO_SLOT].
  int slotBefore(int unmatchedFree) {
    return slotBefore[unmatchedFree];
  }

  /// Outside the filter's times or cpus.
  boolean isOutside(int event) {
    return events[event] >>> 56 != 0;
  }

  int slots() {
    return slots;
  }

  long pointerOf(int slot) {
    return pointer[slot];
  }

  int callSiteOf(int slot) {
    return callSite[slot];
  }

  int fieldsOf(int slot) {
    return fields[slot] ^ (fields[slot] >> 31);
  }

  boolean isKmalloc(int slot) {
    return fields[slot] < 0;
  }

  /// The cache that the slot's free named, or [#NO_NAME].
  int freedAs(int slot) {
    return freedAs[slot];
  }

  int cpuOf(int slot) {
    return cpu[slot];
  }

  private void add(long at, int what, int subject) {
    if (size == events.length) {
      events = Arrays.copyOf(events, wider(size));
    }
    events[size++] = event(at, what, cpu(at), subject);
  }

  private void growSlots() {
    int width = wider(slots);
    pointer = Arrays.copyOf(pointer, width);
    callSite = Arrays.copyOf(callSite, width);
    fields = Arrays.copyOf(fields, width);
    freedAs = Arrays.copyOf(freedAs, width);
    cpu = Arrays.copyOf(cpu, width);
  }

  /// Half as much again: a trace may fill most of the heap.
  private static int wider(int size) {
    return (int) Math.min(Integer.MAX_VALUE - 8, size + (size >> 1) + 1L);
  }
}
