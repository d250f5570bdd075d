package org.numaslab.cpu.cache;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.protocol.SlabGrant;

/// What a cpu does with its slabs after a failure: those that are not as they must be are
/// quarantined, the others stay where they are.
///
/// | what | must be |
/// |---|---|
/// | any slab | in no step's hand; in one place only |
/// | a slab of the own node | a slab of the cache, the one that was made then, frozen |
/// | the free list of a current slab of the own node | objects of the slab, no more than are taken off it |
/// | the free list of a current slab that is lent | indexes of the slab, each once |
///
/// Owner: the cpu.
final class Distrust {
  private final Cpu cpu;
  private final FrameTable frames;
  private final Undone undone;
  private final Quarantine quarantine;

  Distrust(Cpu cpu, Memory memory, Undone undone, Quarantine quarantine) {
    this.cpu = cpu;
    this.frames = memory.frames();
    this.undone = undone;
    this.quarantine = quarantine;
  }

  /// Puts away what cannot be trusted.
  void putAway() {
    for (Undone.Held held : undone.inHand()) {
      putAway(held.cache(), held.slab(), "a step was cut while it had it in hand");
    }
    undone.inHand().clear();
    Set<Long> twice = inTwoPlaces();
    cpu.caches()
        .forEach(c -> {
          SlabGrant current = c.slab();
          if (current != null) {
            String wrong = wrongWith(c, current, twice);
            wrong = wrong == null && !hasIntactList(c, current) ? "its list is corrupt" : wrong;
            if (wrong != null) {
              c.lent.unload();
              c.uninstall();
              putAway(c, current, wrong);
            }
          }
          for (SlabGrant slab : c.partial.drainIf(s -> wrongWith(c, s, twice) != null)) {
            putAway(c, slab, String.valueOf(wrongWith(c, slab, twice)));
          }
        });
  }

  private void putAway(KmemCacheCpu c, SlabGrant slab, String why) {
    quarantine.add(
        new Quarantine.Slab(
            c.cache.id(), slab.slab(), cpu.nodeOfSlab(slab), slab.order(), slab.objects(), why));
  }

  private Set<Long> inTwoPlaces() {
    Set<Long> seen = new HashSet<>();
    Set<Long> twice = new HashSet<>();
    cpu.caches()
        .flatMap(c -> Stream.concat(Stream.ofNullable(c.slab()), Stream.of(c.partial.toArray())))
        .mapToLong(slab -> slab.slab().frame())
        .filter(frame -> !seen.add(frame))
        .forEach(twice::add);
    return twice;
  }

  /// What is wrong with a slab in itself, null for nothing. Of a lent one its home knows.
  private @Nullable String wrongWith(KmemCacheCpu c, SlabGrant slab, Set<Long> twice) {
    long frame = slab.slab().frame();
    if (twice.contains(frame)) {
      return "it is in two places";
    }
    if (slab.slab().isLoan()) {
      return null;
    }
    if (!frames.isSlabOf(frame, c.number)) {
      return "it is no slab of its cache";
    }
    long word = frames.word(frame);
    return SlabWord.frozen(word) && SlabWord.generation(word) == slab.slab().generation()
        ? null
        : "it is not frozen for this cpu";
  }

  private boolean hasIntactList(KmemCacheCpu c, SlabGrant current) {
    return current.slab().isLoan()
        ? isEachOnce(c.lent.indexes(), current.objects())
        : isList(c, current.slab().frame(), c.firstFree());
  }

  private static boolean isEachOnce(int[] indexes, int objects) {
    return IntStream.of(indexes).allMatch(index -> index >= 0 && index < objects)
        && IntStream.of(indexes).distinct().count() == indexes.length;
  }

  /// A list in circles is longer than what is off the slab's own list.
  private boolean isList(KmemCacheCpu c, long slab, long head) {
    long word = frames.word(slab);
    int left = SlabWord.inUse(word);
    for (long object = head; object != 0; object = c.objects.next(object)) {
      if (left-- == 0 || !c.objects.isObject(slab, SlabWord.objects(word), object)) {
        return false;
      }
    }
    return true;
  }
}
