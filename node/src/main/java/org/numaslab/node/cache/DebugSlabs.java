package org.numaslab.node.cache;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.slab.ObjectChecks;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.SlabObjects;
import org.numaslab.node.slab.SlabReport;

/// One node's half of a cache with debug flags: no cpu slabs, each object taken and given back at
/// its node, checked each time.
///
/// | slab | on list | leaves when |
/// |---|---|---|
/// | PARTIAL | partial | its last free object is taken -> FULL; its last object is freed and the list is long enough -> given back; a check fails -> none, for good |
/// | FULL | full, with STORE_USER; else none | an object is freed -> tail of PARTIAL |
///
/// Owner: the node; no cpu touches a word of such a slab. Models `alloc_single_from_partial`,
/// `alloc_single_from_new_slab`, `free_to_partial_list` and `validate_slab_node` of mm/slub.c,
/// v6.1.
public final class DebugSlabs {
  /// No object: nothing listed, or the check of the only one failed.
  public static final long NONE = 0;

  private final KmemCacheNode half;
  private final FrameTable frames;
  private final SlabObjects objects;
  private final ObjectChecks checks;
  private final SlabList full;
  private final boolean keepsFull;
  private final List<Long> writtenOff = new ArrayList<>(0);

  DebugSlabs(KmemCacheNode half, Memory memory, SlabReport report, KernelMessages messages) {
    KmemCache cache = half.cache();
    this.half = half;
    this.frames = memory.frames();
    this.objects = half.objects();
    this.checks =
        new ObjectChecks(cache.name(), cache.geometry(), memory, objects, report, messages);
    this.full = new SlabList(frames);
    this.keepsFull = cache.geometry().has(SlabFlags.STORE_USER);
  }

  ObjectChecks checks() {
    return checks;
  }

  /// Takes the first free object of the partial list that passes its check. A slab with one that
  /// does not is written off.
  ///
  /// @return the object, or [#NONE]
  public long allocFromPartial(Call call) {
    for (long slab : half.partialSlabs()) {
      if (!SlabWord.hasFree(frames.word(slab))) {
        continue; // what corrupted the list has cut it right at its head
      }
      long object = take(slab);
      if (!checks.allocated(slab, object, call)) {
        half.removePartial(slab);
        writtenOff.add(slab);
        continue;
      }
      if (isFull(slab)) {
        half.removePartial(slab);
        addFull(slab);
      }
      return object;
    }
    return NONE;
  }

  /// Takes the first object of a slab just made; the rest goes to the head of the partial list.
  ///
  /// @param list the new slab's list
  public long allocFromNew(Call call, long slab, long list) {
    long word = frames.word(slab);
    frames.setWord(slab, SlabWord.with(word, objects.headIndex(slab, list), 0, false));
    long object = take(slab);
    if (!checks.allocated(slab, object, call)) {
      writtenOff.add(slab);
      return NONE;
    }
    if (isFull(slab)) {
      addFull(slab);
    } else {
      half.addPartial(slab, false);
    }
    return object;
  }

  /// A pointer that leads out of the slab ends the list: the check that follows will see it.
  /// Without checks the kernel reads through it.
  private long take(long slab) {
    long word = frames.word(slab);
    long object = objects.firstFree(slab, word);
    boolean valid = objects.hasValidNext(slab, object);
    if (!valid && !half.cache().geometry().has(SlabFlags.CONSISTENCY_CHECKS)) {
      throw EmulatedOops.corruptList(slab, object);
    }
    int rest = valid ? objects.headIndex(slab, objects.next(object)) : SlabWord.NO_OBJECT;
    frames.setWord(slab, SlabWord.with(word, rest, SlabWord.inUse(word) + 1, false));
    return object;
  }

  private boolean isFull(long slab) {
    long word = frames.word(slab);
    return SlabWord.inUse(word) == SlabWord.objects(word);
  }

  private void addFull(long slab) {
    if (keepsFull) {
      full.addHead(slab);
    }
  }

  /// Frees objects of one slab, if they pass their checks.
  ///
  /// @param run in the order in which the list shall have them
  public void free(Call call, long slab, long[] run, Tally tally) {
    // The kernel links what is freed before it looks at it (slab_free_freelist_hook): a second free
    // of an object cuts the list behind it.
    long end = (slab << Memory.PAGE_SHIFT) + ((long) Memory.PAGE_BYTES << frames.order(slab));
    for (int i = 0; i < run.length; i++) {
      if (run[i] + half.cache().geometry().offset() + Long.BYTES > end) {
        continue; // no object, and its free pointer would be somebody else's
      }
      objects.setNext(run[i], i + 1 < run.length ? run[i + 1] : 0);
    }
    boolean wasListed = SlabWord.hasFree(frames.word(slab));
    int freed = checks.freed(slab, run, call);
    if (freed == 0) {
      leavePartialIfCleared(slab, wasListed);
      return;
    }
    long word = frames.word(slab);
    objects.setNext(run[run.length - 1], objects.firstFree(slab, word));
    int inUse = SlabWord.inUse(word) - freed;
    frames.setWord(slab, SlabWord.with(word, objects.headIndex(slab, run[0]), inUse, false));
    boolean goes = inUse == 0 && half.nrPartial() >= half.cache().minPartial();
    if (!SlabWord.hasFree(word)) {
      if (keepsFull) {
        full.remove(slab);
      }
      if (!goes) {
        half.addPartial(slab, true);
        tally.add(Stat.FREE_ADD_PARTIAL);
      }
    } else if (goes) {
      half.removePartial(slab);
      tally.add(Stat.FREE_REMOVE_PARTIAL);
    }
    if (goes) {
      half.discard(slab, tally);
    }
  }

  /// Checks every slab of the lists (a write of 1 to `validate`).
  public void validate() {
    long[] fullBefore = full.toArray();
    for (long slab : half.partialSlabs()) {
      checks.validate(slab);
      leavePartialIfCleared(slab, true);
    }
    for (long slab : fullBefore) {
      checks.validate(slab);
    }
  }

  /// A repair that clears a list makes its slab a full one.
  private void leavePartialIfCleared(long slab, boolean wasPartial) {
    if (wasPartial && !SlabWord.hasFree(frames.word(slab)) && isFull(slab)) {
      half.removePartial(slab);
      addFull(slab);
    }
  }

  /// The slabs that were written off: what was free in them is never handed out again.
  public List<Long> writtenOff() {
    return List.copyOf(writtenOff);
  }

  /// The full list, first to last; empty without STORE_USER.
  public long[] fullSlabs() {
    return full.toArray();
  }
}
