package org.numaslab.coordinator.debug;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SlabFlags;

/// Bytes that change under a cache with consistency checks, red zones and poison: each change is
/// reported by the free of the object, by the next allocation, or by the next validation. And
/// nothing is reported where nobody writes where he should not.
///
/// `-Dnumaslab.seed=N` repeats one machine of the corruptions, or the clean run;
/// `-Dnumaslab.clean.operations=N` makes the clean run longer than its million operations.
@Tag("long")
class RandomCorruptionTest {
  private static final int CORRUPTIONS = 100_000;
  private static final int CORRUPTIONS_PER_MACHINE = 250;
  private static final long CLEAN_OPERATIONS = Long.getLong("numaslab.clean.operations", 1_000_000);
  private static final long SEED = Long.getLong("numaslab.seed", -1);

  private static final int FZP =
      SlabFlags.CONSISTENCY_CHECKS | SlabFlags.RED_ZONE | SlabFlags.POISON;
  private static final int[] SIZES = {1, 8, 13, 24, 64, 100, 200, 333, 700, 1024, 2000, 4096};
  private static final int[] ALIGNMENTS = {0, 8, 16, 64, 256};

  /// Where a byte is changed.
  private enum Where {
    LEFT_ZONE,
    RIGHT_ZONE,
    FREE_PAYLOAD,
    WHOLE_FREE_OBJECT,
    FREE_POINTER,
    SLOT_PADDING,
    SLAB_PADDING
  }

  private static KmemCache cache(CheckedMachine machine, SplittableRandom random, int number) {
    int flags = FZP | (random.nextBoolean() ? SlabFlags.STORE_USER : 0);
    return machine.cache(
        "cache" + number,
        SIZES[random.nextInt(SIZES.length)],
        ALIGNMENTS[random.nextInt(ALIGNMENTS.length)],
        flags,
        null);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void everyCorruptionIsDetected() {
    int machines = CORRUPTIONS / CORRUPTIONS_PER_MACHINE;
    AtomicIntegerArray byPlace = new AtomicIntegerArray(Where.values().length);
    (SEED >= 0 ? LongStream.of(SEED) : LongStream.rangeClosed(1, machines))
        .parallel()
        .forEach(seed -> {
          try (CheckedMachine machine = new CheckedMachine(seed)) {
            new Vandal(machine, new SplittableRandom(seed), byPlace).run();
          } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("repeat with -Dnumaslab.seed=" + seed, failure);
          }
        });
    if (SEED < 0) {
      int[] counts = IntStream.range(0, byPlace.length()).map(byPlace::get).toArray();
      assertThat(Arrays.stream(counts).sum()).isEqualTo(CORRUPTIONS);
      assertThat(Arrays.stream(counts).boxed()).allMatch(count -> count > CORRUPTIONS / 50);
    }
  }

  /// Corrupts caches of one machine, each time a new one: what is found costs slabs and objects.
  private static final class Vandal {
    private static final int LIVE_MAX = 40;

    private final CheckedMachine machine;
    private final SplittableRandom random;
    private final AtomicIntegerArray byPlace;
    private final List<Long> live = new ArrayList<>();
    private final List<Long> free = new ArrayList<>();

    Vandal(CheckedMachine machine, SplittableRandom random, AtomicIntegerArray byPlace) {
      this.machine = machine;
      this.random = random;
      this.byPlace = byPlace;
    }

    void run() {
      KmemCache cache = null;
      for (int i = 0; i < CORRUPTIONS_PER_MACHINE; i++) {
        if (cache == null || !isIntact(cache)) {
          if (cache != null) {
            giveUp(cache);
          }
          cache = cache(machine, random, i);
          fill(cache);
        }
        corrupt(cache);
      }
    }

    private boolean isIntact(KmemCache cache) {
      live.removeIf(object -> SlabWord.frozen(machine.word(object))); // of slabs written off
      if (live.isEmpty() || free.isEmpty() || random.nextInt(8) == 0) {
        return false;
      }
      machine.validate(cache);
      return machine.log().isEmpty();
    }

    /// Returns what can be returned; the pages of the rest stay lost.
    private void giveUp(KmemCache cache) {
      live.forEach(object -> machine.free(cache, object));
      machine.shrink(cache);
      machine.log();
      live.clear();
      free.clear();
    }

    private void fill(KmemCache cache) {
      int count = 3 + random.nextInt(LIVE_MAX);
      for (int i = 0; i < count; i++) {
        long object = machine.alloc(random.nextInt(3), cache);
        if (object != 0) {
          live.add(object);
        }
      }
      for (int i = random.nextInt(1, live.size()); i > 0; i--) {
        long object = live.remove(random.nextInt(live.size()));
        machine.free(random.nextInt(3), cache, object);
        free.add(object);
      }
      free.removeIf(object -> !isFree(cache, object));
      assertThat(machine.log()).isEmpty();
    }

    /// Whether the object is still free in a slab, which may have gone back.
    private boolean isFree(KmemCache cache, long object) {
      long slab = machine.slab(object);
      long head = machine.objects(cache).firstFree(slab, machine.word(object));
      return Arrays.stream(partialOf(cache)).anyMatch(s -> s == slab)
          && Arrays.stream(machine.objects(cache).intactIndexes(slab, head))
              .anyMatch(i -> machine.objects(cache).objectAt(slab, i) == object);
    }

    private long[] partialOf(KmemCache cache) {
      long[] near = machine.partial(0, cache);
      long[] far = machine.partial(1, cache);
      long[] all = Arrays.copyOf(near, near.length + far.length);
      System.arraycopy(far, 0, all, near.length, far.length);
      return all;
    }

    private void corrupt(KmemCache cache) {
      free.removeIf(object -> !isFree(cache, object));
      CacheGeometry geometry = cache.geometry();
      while (true) {
        Where where = Where.values()[random.nextInt(Where.values().length)];
        boolean onFree =
            switch (where) {
              case FREE_PAYLOAD, WHOLE_FREE_OBJECT, FREE_POINTER -> true;
              case LEFT_ZONE, RIGHT_ZONE, SLOT_PADDING, SLAB_PADDING -> random.nextBoolean();
            };
        List<Long> objects = onFree ? free : live;
        if (objects.isEmpty()) {
          continue;
        }
        long object = objects.get(random.nextInt(objects.size()));
        int slotEnd = geometry.size() - geometry.redLeftPad();
        int padding =
            geometry.has(SlabFlags.STORE_USER)
                ? geometry.askedSizeOffset()
                : geometry.tracksOffset();
        long slab = machine.slab(object);
        long slabEnd =
            (slab << Memory.PAGE_SHIFT) + ((long) Memory.PAGE_BYTES << machine.frames.order(slab));
        long lastSlotEnd =
            (slab << Memory.PAGE_SHIFT)
                + (long) SlabWord.objects(machine.word(object)) * geometry.size();
        boolean done =
            switch (where) {
              case LEFT_ZONE -> change(object - geometry.redLeftPad(), geometry.redLeftPad());
              case RIGHT_ZONE ->
                  change(object + geometry.objectSize(), geometry.inUse() - geometry.objectSize());
              case FREE_PAYLOAD -> change(object, geometry.objectSize());
              case WHOLE_FREE_OBJECT -> changeAll(object, geometry.objectSize());
              case FREE_POINTER -> change(object + geometry.offset(), Long.BYTES);
              case SLOT_PADDING -> change(object + padding, slotEnd - padding);
              case SLAB_PADDING -> change(lastSlotEnd, (int) (slabEnd - lastSlotEnd));
            };
        if (done) {
          byPlace.incrementAndGet(where.ordinal());
          detect(cache, object, onFree, where);
          return;
        }
      }
    }

    /// Changes a bit, a byte or eight bytes of a range.
    private boolean change(long from, int length) {
      int width = random.nextInt(3);
      if (length < (width == 2 ? Long.BYTES : 1)) {
        return false;
      }
      if (width == 2) {
        long at = from + random.nextInt(length - Long.BYTES + 1);
        long before = machine.memory.load(at);
        long value = random.nextLong();
        machine.memory.store(at, value == before ? ~value : value);
        return true;
      }
      long at = from + random.nextInt(length);
      int flip = width == 0 ? 1 << random.nextInt(8) : 1 + random.nextInt(255);
      machine.write(at, machine.read(at) ^ flip);
      return true;
    }

    private boolean changeAll(long from, int length) {
      int value = random.nextInt(256);
      boolean differs = false;
      for (int i = 0; i < length; i++) {
        differs |= machine.read(from + i) != value;
        machine.write(from + i, value);
      }
      return differs;
    }

    /// The object is freed where it is live; else somebody allocates; what they do not come across,
    /// validation does.
    private void detect(KmemCache cache, long object, boolean onFree, Where where) {
      boolean full = !SlabWord.hasFree(machine.word(object));
      boolean isListed = !full || cache.geometry().has(SlabFlags.STORE_USER);
      if (!onFree && (!isListed || random.nextBoolean())) {
        machine.free(random.nextInt(3), cache, object);
        live.remove(object);
        assertThat(machine.log()).as("%s, by free, %s", where, cache.geometry()).isNotEmpty();
        return;
      }
      if (onFree && random.nextBoolean()) {
        long taken = machine.alloc(random.nextInt(3), cache);
        if (taken != 0) {
          live.add(taken);
          free.remove(taken);
        }
        if (!machine.log().isEmpty()) {
          return;
        }
      }
      machine.validate(cache);
      assertThat(machine.log()).as("%s, by validation, %s", where, cache.geometry()).isNotEmpty();
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void cleanOperationsRaiseNoAlarm() {
    SplittableRandom random = new SplittableRandom(SEED >= 0 ? SEED : 1);
    long left = CLEAN_OPERATIONS;
    for (int round = 0; left > 0; round++) {
      try (CheckedMachine machine = new CheckedMachine(random.nextLong())) {
        KmemCache[] caches = new KmemCache[6];
        for (int i = 0; i < caches.length; i++) {
          caches[i] = cache(machine, random, i);
        }
        left -= runClean(machine, random, caches, (int) Math.min(left, 100_000));
        assertThat(machine.log()).as("round %d", round).isEmpty();
      }
    }
  }

  private static int runClean(
      CheckedMachine machine, SplittableRandom random, KmemCache[] caches, int operations) {
    List<List<Long>> live = new ArrayList<>();
    for (int i = 0; i < caches.length; i++) {
      live.add(new ArrayList<>());
    }
    for (int i = 0; i < operations; i++) {
      int which = random.nextInt(caches.length);
      KmemCache cache = caches[which];
      List<Long> objects = live.get(which);
      int cpu = random.nextInt(3);
      int kind = random.nextInt(2000);
      if (kind == 0) {
        machine.validate(cache);
      } else if (kind == 1) {
        machine.shrink(cache);
      } else if (kind < 1000 || objects.isEmpty()) {
        long object = machine.alloc(cpu, cache);
        if (object != 0) {
          // All that its owner may write.
          machine.memory.fill(object, cache.geometry().objectSize(), (byte) random.nextInt());
          objects.add(object);
        }
      } else if (kind < 1020) {
        int count = Math.min(objects.size(), 1 + random.nextInt(16));
        long[] run = new long[count];
        for (int o = 0; o < count; o++) {
          run[o] = objects.remove(random.nextInt(objects.size()));
        }
        machine.freeBulk(cache, run);
      } else {
        int victim = random.nextInt(objects.size());
        long object = objects.set(victim, objects.getLast());
        objects.removeLast();
        machine.free(cpu, cache, object);
      }
    }
    for (int c = 0; c < caches.length; c++) {
      KmemCache cache = caches[c];
      machine.validate(cache);
      live.get(c).forEach(object -> machine.free(cache, object));
      machine.destroy(cache);
      assertThat(machine.slabs(cache.id())).isZero();
    }
    return operations;
  }
}
