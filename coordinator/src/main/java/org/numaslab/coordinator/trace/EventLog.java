package org.numaslab.coordinator.trace;

import java.util.Arrays;

/// The second step: allocations and frees in the order of the trace, joined by pointer.
///
/// An event is one long; an allocation also has a slot, where what it and its free say is kept
/// until its cache can be named.
///
/// ```text
/// event   63      56 55   48 47      32 31                                  0
///         +---------+-------+----------+-------------------------------------+
///         | outside | what  | cpu      | slot, or the name of an unmatched   |
///         +---------+-------+----------+ free's cache (-1: none) ------------+
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

  private final TraceFilter filter;
  private final FieldTexts fieldTexts;
  private final PointerTable pointers = new PointerTable();

  private long[] events = new long[1 << 12];
  private int size;

  private int slots;
  private long[] pointer = new long[1 << 12];
  private int[] callSite = new int[1 << 12];
  private int[] fields = new int[1 << 12]; // sign bit: by kmalloc
  private int[] freedAs = new int[1 << 12];
  private short[] cpu = new short[1 << 12];

  EventLog(TraceFilter filter, FieldTexts fieldTexts) {
    this.filter = filter;
    this.fieldTexts = fieldTexts;
  }

  @Override
  public void alloc(int onCpu, long nanos, boolean kmalloc, long at, int site, int text) {
    if (at == 0) {
      add(FAILED, onCpu, nanos, fieldTexts.name(text));
      return;
    }
    int slot = slots;
    int before = pointers.put(at, slot);
    if (before >= 0) {
      add(UNSEEN_FREE, onCpu, nanos, before);
    }
    if (slot == pointer.length) {
      growSlots();
    }
    slots++;
    pointer[slot] = at;
    callSite[slot] = site;
    fields[slot] = kmalloc ? ~text : text;
    freedAs[slot] = NO_NAME;
    cpu[slot] = (short) onCpu;
    add(ALLOC, onCpu, nanos, slot);
  }

  @Override
  public void free(int onCpu, long nanos, long at, int text) {
    int name = fieldTexts.name(text);
    if (at == 0) {
      add(NULL, onCpu, nanos, name);
      return;
    }
    int slot = pointers.free(at);
    if (slot >= 0) {
      freedAs[slot] = name;
      add(FREE, onCpu, nanos, slot);
    } else {
      add(slot == PointerTable.FREED ? FREED_ALREADY : NEVER_SEEN, onCpu, nanos, name);
    }
  }

  /// Events, UNSEEN_FREE among them.
  int size() {
    return size;
  }

  int what(int event) {
    return (int) (events[event] >>> 48) & 0xff;
  }

  int cpu(int event) {
    return (int) (events[event] >>> 32) & 0xffff;
  }

  int slot(int event) {
    return (int) events[event];
  }

  int name(int event) {
    return (int) events[event];
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

  private void add(int what, int onCpu, long nanos, int subject) {
    if (size == events.length) {
      events = Arrays.copyOf(events, wider(size));
    }
    boolean inside = filter.coversTime(nanos) && filter.coversCpu(onCpu);
    events[size++] =
        (inside ? 0 : 1L << 56) | (long) what << 48 | (long) onCpu << 32 | (subject & 0xffffffffL);
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
