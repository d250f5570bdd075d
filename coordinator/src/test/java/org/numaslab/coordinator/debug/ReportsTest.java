package org.numaslab.coordinator.debug;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.slab.SlabFlags;

/// Each kind of report and repair, provoked by hand: what the kernel's log then says.
class ReportsTest {
  private static final int FZPU = SlabFlags.DEBUG_DEFAULT;
  private static final int FP = SlabFlags.CONSISTENCY_CHECKS | SlabFlags.POISON;
  private static final int SIZE = 100;

  private final CheckedMachine machine = new CheckedMachine(2);

  @AfterEach
  void close() {
    machine.close();
  }

  private static String at(long address) {
    return ObjectAddress.print(address);
  }

  private static String range(long first, long last) {
    return at(first) + "-" + at(last);
  }

  // ---- a whole report

  @Test
  void aReportNamesTheBytesTheirTracksTheSlabAndShowsTheObject() {
    KmemCache cache = machine.cache("victim", 20, FZPU);
    long p = machine.alloc(cache);
    long start = machine.slab(p) << Memory.PAGE_SHIFT;
    int objects = SlabWord.objects(machine.word(p));
    long free = machine.objects(cache).firstFree(machine.slab(p), machine.word(p));
    machine.write(p + 20, 0x42);
    machine.write(p + 22, 0x43);

    machine.free(1, cache, p);

    assertThat(machine.log())
        .containsExactly(
            "=".repeat(77),
            "BUG victim (Not tainted): Right Redzone overwritten",
            "-".repeat(77),
            "",
            range(p + 20, p + 22)
                + " @offset="
                + (p + 20 - start)
                + ". First byte 0x42 instead of 0xcc",
            "Allocated in emulated_task age=0 cpu=0 pid=0",
            "Slab 0x"
                + Long.toHexString(0xffffea0000000000L + machine.slab(p) * 64)
                + " objects="
                + objects
                + " used=1 fp="
                + at(free)
                + " flags=0x0(slab|node=0|zone=0)",
            "Object " + at(p) + " @offset=" + (p - start) + " fp=0x0000000000000000",
            "",
            row("Redzone  ", p - 8, "cc cc cc cc cc cc cc cc                        ", "........"),
            row(
                "Object   ",
                p,
                "6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b",
                "kkkkkkkkkkkkkkkk"),
            row("Object   ", p + 16, "6b 6b 6b a5                                    ", "kkk."),
            row("Redzone  ", p + 20, "42 cc 43 cc                                    ", "B.C."),
            row("Padding  ", p + 96, "5a 5a 5a 5a 5a 5a 5a 5a                        ", "ZZZZZZZZ"),
            "FIX victim: Restoring Right Redzone " + range(p + 20, p + 22) + "=0xcc",
            "FIX victim: Object at " + at(p) + " not freed");
  }

  private static String row(String label, long address, String numbers, String text) {
    return label + at(address).substring(2) + ": " + numbers + "  " + text;
  }

  // ---- bytes

  @Test
  void leftRedzone() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.write(p - 3, 0x42);
    machine.free(cache, p);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Left Redzone overwritten",
            "FIX Restoring Left Redzone " + range(p - 3, p - 3) + "=0xcc",
            "FIX Object at " + at(p) + " not freed");
    machine.free(cache, p);
    assertThat(machine.errors()).isEmpty();
  }

  @Test
  void redzoneOfAFreeObject() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.write(p + SIZE, 0xcc);
    long other = machine.alloc(cache);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Right Redzone overwritten",
            "FIX Restoring Right Redzone " + range(p + SIZE, p + SIZE) + "=0xbb",
            "FIX Marking all objects used");
    assertThat(machine.slab(other)).isNotEqualTo(machine.slab(p));
  }

  @Test
  void alignmentPadding() {
    KmemCache cache = machine.cache("victim", SIZE, FP);
    long p = machine.alloc(cache);
    machine.write(p + SIZE + 1, 0);
    machine.free(cache, p);
    // Found and repaired: the object is freed nevertheless.
    assertThat(machine.errors())
        .containsExactly(
            "BUG Alignment padding overwritten",
            "FIX Restoring Alignment padding " + range(p + SIZE + 1, p + SIZE + 1) + "=0x5a");
    assertThat(SlabWord.inUse(machine.word(p))).isZero();
  }

  @Test
  void poison() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.write(p, 0x6a);
    machine.write(p + 98, 0);
    machine.alloc(cache);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Poison overwritten",
            "FIX Restoring Poison " + range(p, p + 98) + "=0x6b",
            "FIX Marking all objects used");
  }

  @Test
  void endPoison() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.write(p + 99, 0x6b);
    machine.validate(cache);
    assertThat(machine.errors())
        .containsExactly(
            "BUG End Poison overwritten",
            "FIX Restoring End Poison " + range(p + 99, p + 99) + "=0xa5");
  }

  @Test
  void objectPadding() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    long last = p + cache.geometry().size() - cache.geometry().redLeftPad() - 1;
    machine.write(last, 1);
    machine.free(cache, p);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Object padding overwritten",
            "FIX Restoring Object padding " + range(last, last) + "=0x5a");
    assertThat(SlabWord.inUse(machine.word(p))).isZero();
  }

  @Test
  void slabPadding() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    long start = machine.slab(p) << Memory.PAGE_SHIFT;
    long tail = start + (long) cache.geometry().size() * cache.geometry().ooObjects();
    machine.write(tail + 5, 0);
    machine.write(tail + 7, 0);
    machine.free(cache, p);
    assertThat(machine.log())
        .contains(
            "BUG victim (Not tainted): Padding overwritten. "
                + range(tail + 5, tail + 7)
                + " @offset="
                + (tail + 5 - start),
            row(
                "Padding  ".substring(0, 8),
                tail,
                "5a 5a 5a 5a 5a 00 5a 00 5a 5a 5a 5a 5a 5a 5a 5a",
                "ZZZZZ.Z.ZZZZZZZZ"),
            "FIX victim: Restoring slab padding " + range(tail + 5, tail + 7) + "=0x5a");
    assertThat(SlabWord.inUse(machine.word(p))).isZero();
  }

  // ---- pointers and lists

  @Test
  void freepointerOfALiveObjectIsSeenByValidate() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.link(cache, p, p + 8);
    machine.validate(cache);
    assertThat(machine.errors()).containsExactly("BUG Freepointer corrupt");
    machine.validate(cache);
    assertThat(machine.errors()).isEmpty();
  }

  @Test
  void freepointerOfTheNextObjectCostsTheWholeSlab() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.link(cache, p, 0x123456789L);
    long other = machine.alloc(cache);
    assertThat(machine.errors())
        .containsExactly("BUG Freepointer corrupt", "FIX Marking all objects used");
    assertThat(machine.slab(other)).isNotEqualTo(machine.slab(p));
    assertThat(machine.partial(0, cache)).containsExactly(machine.slab(other));
    assertThat(machine.full(0, cache)).isEmpty();
  }

  @Test
  void freechainInTheMiddle() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long[] p = machine.alloc(cache, 3);
    machine.free(cache, p[1]);
    machine.free(cache, p[0]);
    machine.link(cache, p[1], -8);
    machine.validate(cache);
    int objects = cache.geometry().ooObjects();
    assertThat(machine.errors())
        .startsWith(
            "BUG Freechain corrupt",
            "BUG Wrong object count. Counter is 1 but counted were " + (objects - 2),
            "FIX Object count adjusted");
  }

  @Test
  void aListHeadThatIsNoObjectClearsTheList() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    long slab = machine.slab(p);
    machine.frames.setWord(slab, SlabWord.with(machine.word(p), 5000, 1, false));
    machine.validate(cache);
    assertThat(machine.errors()).containsExactly("BUG Freepointer corrupt", "FIX Freelist cleared");
    assertThat(machine.partial(0, cache)).isEmpty();
    assertThat(machine.full(0, cache)).containsExactly(slab);
    machine.free(cache, p);
    assertThat(machine.errors()).isEmpty();
    assertThat(machine.partial(0, cache)).containsExactly(slab);
    assertThat(machine.full(0, cache)).isEmpty();
  }

  @Test
  void aListInCirclesIsCleared() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long[] p = machine.alloc(cache, 3);
    machine.free(cache, p[1]);
    machine.free(cache, p[0]);
    machine.link(cache, p[1], p[0]);
    machine.validate(cache);
    assertThat(machine.errors())
        .containsExactly("BUG Freelist cycle detected", "FIX Freelist cleared");
    machine.free(cache, p[2]);
    assertThat(machine.errors()).isEmpty();
    assertThat(machine.alloc(cache)).isEqualTo(p[2]);
  }

  @Test
  void wrongObjectCount() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.frames.setWord(
        machine.slab(p),
        SlabWord.with(machine.word(p), SlabWord.firstFree(machine.word(p)), 3, false));
    machine.validate(cache);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Wrong object count. Counter is 3 but counted were 1", "FIX Object count adjusted");
  }

  @Test
  void wrongNumberOfObjects() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    int objects = cache.geometry().ooObjects();
    int first = SlabWord.firstFree(machine.word(p));
    long last = machine.objects(cache).objectAt(machine.slab(p), first);
    machine.link(cache, last, 0);
    machine.frames.setWord(
        machine.slab(p),
        SlabWord.of(1, first, objects - 2, Math.max(first + 1, objects - 1), false));
    machine.validate(cache);
    List<String> errors = machine.errors();
    if (first < objects - 1) {
      assertThat(errors)
          .startsWith(
              "BUG Wrong number of objects. Found " + (objects - 1) + " but should be " + objects,
              "FIX Number of objects adjusted",
              "BUG Wrong object count. Counter is "
                  + (objects - 2)
                  + " but counted were "
                  + (objects - 1),
              "FIX Object count adjusted");
    }
  }

  @Test
  void moreObjectsThanFitAndMoreInUseThanThereAre() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    long right = machine.word(p);
    int objects = SlabWord.objects(right);
    machine.frames.setWord(
        machine.slab(p), SlabWord.of(1, SlabWord.firstFree(right), 1, objects + 1, false));
    machine.free(cache, p);
    assertThat(machine.errors())
        .containsExactly(
            "BUG objects " + (objects + 1) + " > max " + objects,
            "FIX Object at " + at(p) + " not freed");
    machine.frames.setWord(
        machine.slab(p), SlabWord.of(1, SlabWord.firstFree(right), objects + 2, objects, false));
    machine.free(cache, p);
    assertThat(machine.errors())
        .containsExactly(
            "BUG inuse " + (objects + 2) + " > max " + objects,
            "FIX Object at " + at(p) + " not freed");
  }

  @Test
  void aListHeadWithinTheSlabThatIsNoFreeObjectFailsTheCheckOfTheNextAllocation() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long[] p = machine.alloc(cache, 2);
    machine.free(cache, p[0]);
    machine.link(cache, p[0], p[1]);
    assertThat(machine.alloc(cache)).isEqualTo(p[0]);
    assertThat(machine.errors()).isEmpty();
    assertThat(machine.slab(machine.alloc(cache))).isNotEqualTo(machine.slab(p[0]));
    assertThat(machine.errors())
        .startsWith("BUG Left Redzone overwritten")
        .endsWith("FIX Marking all objects used");
  }

  // ---- frees

  @Test
  void objectAlreadyFree() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long[] p = machine.alloc(cache, 2);
    machine.free(cache, p[0]);
    machine.free(cache, p[0]);
    assertThat(machine.errors())
        .containsExactly("BUG Object already free", "FIX Object at " + at(p[0]) + " not freed");
    assertThat(SlabWord.inUse(machine.word(p[0]))).isOne();
  }

  @Test
  void theLastObjectFreedTwiceIsMoreThanTheSlabHas() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.free(cache, p);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Slab has 0 allocated objects but 1 are to be freed",
            "FIX Object at " + at(p) + " not freed");
  }

  @Test
  void moreFreedAtOnceThanAllocated() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long[] p = machine.alloc(cache, 3);
    machine.free(cache, p[0]);
    machine.freeBulk(cache, p);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Slab has 2 allocated objects but 3 are to be freed",
            "FIX Object at " + at(p[2]) + " not freed");
  }

  @Test
  void bulkWithAnObjectTwice() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long[] p = machine.alloc(cache, 3);
    machine.freeBulk(cache, p[0], p[1], p[0]);
    assertThat(machine.errors()).containsExactly("BUG Bulk free expected 3 objects but found 1");
    assertThat(SlabWord.inUse(machine.word(p[0]))).isEqualTo(2);
  }

  @Test
  void invalidObjectPointer() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long p = machine.alloc(cache);
    machine.free(cache, p + 8);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Invalid object pointer " + at(p + 8), "FIX Object at " + at(p + 8) + " not freed");
  }

  @Test
  void aFreeIntoAWrittenOffSlab() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long[] p = machine.alloc(cache, 2);
    machine.free(cache, p[0]);
    machine.write(p[0] + 50, 1);
    machine.alloc(cache);
    machine.errors();
    machine.free(cache, p[1]);
    assertThat(machine.errors())
        .containsExactly(
            "BUG Slab disabled since SLUB metadata consistency check failed",
            "FIX Object at " + at(p[1]) + " not freed");
    assertThat(machine.partial(0, cache)).doesNotContain(machine.slab(p[1]));
    assertThat(machine.full(0, cache)).doesNotContain(machine.slab(p[1]));
  }

  @Test
  void anObjectOfAnotherCacheGoesWhereItBelongs() {
    KmemCache owner = machine.cache("owner", SIZE, FZPU);
    KmemCache other = machine.cache("other", SIZE, FZPU);
    long p = machine.alloc(owner);
    machine.free(other, p);
    assertThat(machine.log())
        .containsExactly(
            "cache_from_obj: Wrong slab cache. other but object is from owner",
            "Allocated in emulated_task age=0 cpu=0 pid=0");
    assertThat(SlabWord.inUse(machine.word(p))).isZero();
  }

  @Test
  void whatIsNoSlabIsToldAndLeftAlone() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    machine.alloc(cache);
    machine.free(cache, 200L << Memory.PAGE_SHIFT);
    assertThat(machine.log()).containsExactly("virt_to_cache: Object is not a Slab page!");
  }

  // ---- trace

  @Test
  void tracedCachesPrintEachAllocationAndFree() {
    KmemCache cache = machine.cache("traced", SIZE, SlabFlags.TRACE);
    long p = machine.alloc(cache);
    long rest = machine.objects(cache).firstFree(machine.slab(p), machine.word(p));
    machine.write(p, 0x41);
    machine.free(cache, p);
    List<String> log = machine.log();
    assertThat(log.subList(0, 2))
        .containsExactly(
            "TRACE traced alloc " + at(p) + " inuse=1 fp=" + at(rest),
            "TRACE traced free " + at(p) + " inuse=1 fp=" + at(rest));
    assertThat(log.subList(2, log.size()))
        .hasSize(Math.ceilDiv(SIZE, 16))
        .allMatch(line -> line.startsWith("Object ffff"))
        .first(InstanceOfAssertFactories.STRING)
        .startsWith("Object " + at(p).substring(2) + ": 41 ");
  }

  // ---- the end of a cache

  @Test
  void objectsRemaining() {
    KmemCache cache = machine.cache("victim", SIZE, FZPU);
    long[] p = machine.alloc(cache, 2);
    machine.free(cache, p[1]);
    machine.destroy(cache);
    long start = machine.slab(p[0]) << Memory.PAGE_SHIFT;
    assertThat(machine.log())
        .contains(
            "BUG victim (Not tainted): Objects remaining in victim on __kmem_cache_shutdown()")
        .endsWith(
            "Object " + at(p[0]) + " @offset=" + (p[0] - start),
            "Allocated in emulated_task age=0 cpu=0 pid=0",
            "kmem_cache_destroy victim: Slab cache still has objects when called from"
                + " kmem_cache_destroy");
  }
}
