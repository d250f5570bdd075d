package org.numaslab.coordinator.audit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.audit.SmallMachine.BIG;
import static org.numaslab.coordinator.audit.SmallMachine.SMALL;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.LostDump;
import org.numaslab.node.topology.FrameRange;

/// One error at a time is planted into a machine that adds up; each is found, by invariant and
/// place.
class AuditTest {
  static final List<Arguments> errors =
      List.of(
          error(
              "a lost object",
              m -> m.live.put(BIG, without(requireNonNull(m.live.get(BIG)), 0x11400)),
              "object: 1 of 4 objects of slab frame 0x11 (big)",
              "count: big has 20 allocations and 4 frees, but tasks hold 15"),
          error(
              "an object lost from the cpu's list",
              m -> m.big.put(1, new HeldDump(BIG, 18, new int[0], new long[0])),
              "object: 1 of 4 objects of slab frame 0x12 (big)"),
          error(
              "an object free twice",
              m -> m.big.put(1, new HeldDump(BIG, 18, new int[] {0, 1}, new long[0])),
              "object: index 1 of slab frame 0x12 is free twice, in the list of cpu 1"),
          error(
              "an object twice on one list",
              m -> m.slab0(16, 0, 1, 4, false, 3, 0, 3),
              "object: index 3 of slab frame 0x10 is free twice, in the slab's own list"),
          error(
              "an object live and free",
              m -> m.live.put(BIG, with(requireNonNull(m.live.get(BIG)), 0x10000)),
              "object: object 0x10000 of big is held by a task and by another task or a free list"),
          error(
              "an object held twice",
              m -> m.live.put(BIG, with(requireNonNull(m.live.get(BIG)), 0x11000)),
              "object: object 0x11000 of big is held by a task and by another task or a free list"),
          error(
              "an object that begins in the middle of a slot",
              m -> m.live.put(SMALL, new long[] {0x22008, 0x22090}),
              "object: object 0x22090 of small begins in the middle of a slot of slab frame 0x22"),
          error(
              "an object before the first",
              m -> m.live.put(SMALL, new long[] {0x22000, 0x22088}),
              "object: object 0x22000 of small begins in the middle of a slot of slab frame 0x22"),
          error(
              "an object in another cache's slab",
              m -> m.live.put(SMALL, new long[] {0x22008, 0x10008}),
              "object: object 0x10008 of small lies in no slab of its cache"),
          error(
              "an object in no slab",
              m -> m.live.put(SMALL, new long[] {0x22008, 0x2f008}),
              "object: object 0x2f008 of small lies in no slab of its cache"),
          error(
              "objects of no cache",
              m -> m.live.put(7, new long[] {0x22008}),
              "object: tasks hold objects of cache 7, which does not exist"),
          error(
              "a slab on two cpus' lists",
              m -> m.big.put(1, new HeldDump(BIG, 18, new int[] {0}, new long[] {20})),
              "place: slab frame 0x14 of big, frozen, is on partial list of cpu 0 and partial list"
                  + " of cpu 1"),
          error(
              "a slab twice on the node's list",
              m -> m.halves0.put(BIG, new HalfDump(4, 20, new long[] {16, 16})),
              "place: slab frame 0x10 of big, partial, is on partial list of node 0 and partial"
                  + " list of node 0"),
          error(
              "a slab on a cpu's and the node's list",
              m -> m.halves0.put(BIG, new HalfDump(4, 20, new long[] {16, 20})),
              "place: slab frame 0x14 of big, frozen, is on partial list of cpu 0 and partial list"
                  + " of node 0"),
          error(
              "a slab on another node's list",
              m -> {
                m.halves0.put(BIG, new HalfDump(4, 20, new long[0]));
                m.halves1.put(BIG, new HalfDump(1, 4, new long[] {16}));
              },
              "place: slab frame 0x10 is on the partial list of node 1, which is not its own"),
          error(
              "a frozen slab nowhere",
              m -> m.big.put(0, new HeldDump(BIG, 32, new int[] {2}, new long[0])),
              "place: slab frame 0x14 of big, frozen, is on no list"),
          error(
              "a partial slab nowhere",
              m -> m.halves0.put(BIG, new HalfDump(4, 20, new long[0])),
              "place: slab frame 0x10 of big, partial, is on no list"),
          error(
              "a full slab listed",
              m -> m.halves0.put(BIG, new HalfDump(4, 20, new long[] {16, 17})),
              "place: slab frame 0x11 of big, full, is on partial list of node 0"),
          error(
              "a partial slab on the full list",
              m -> m.halves0.put(BIG, new HalfDump(4, 20, new long[0], new long[] {16})),
              "place: slab frame 0x10 of big, partial, is on full list of node 0"),
          error(
              "a slab twice on the full list",
              m -> m.halves0.put(BIG, new HalfDump(4, 20, new long[] {16}, new long[] {17, 17})),
              "place: slab frame 0x11 of big, full, is on full list of node 0 and full list of"
                  + " node 0"),
          error(
              "a current slab that is not frozen",
              m -> m.slab0(18, 0, 3, 4, false, 1),
              "place: slab frame 0x12 of big, partial, is on current slab of cpu 1"),
          error(
              "a listed slab of another cache",
              m -> m.halves0.put(SMALL, new HalfDump(0, 0, new long[] {17})),
              "place: slab frame 0x11 on the partial list of node 0 is no slab of small"),
          error(
              "a current slab that is none",
              m -> m.big.put(1, new HeldDump(BIG, 25, new int[] {0}, new long[0])),
              "place: slab frame 0x19 on the current slab of cpu 1 is no slab of big",
              "place: slab frame 0x12 of big, frozen, is on no list"),
          error(
              "a wrong nr_slabs",
              m -> m.halves0.put(BIG, new HalfDump(5, 20, new long[] {16})),
              "slabs: node 0 counts 5 slabs with 20 objects of big, the frame table has 4 with 20"),
          error(
              "a wrong number of objects",
              m -> m.halves1.put(SMALL, new HalfDump(2, 63, new long[] {36})),
              "slabs: node 1 counts 2 slabs with 63 objects of small, the frame table has 2 with"
                  + " 64"),
          error(
              "a cache that the node does not count",
              m -> m.halves1.remove(BIG),
              "slabs: node 1 counts 0 slabs with 0 objects of big, the frame table has 1 with 4"),
          error(
              "a slab of no cache",
              m -> m.slab1(36, 9, 0, 32, false, SmallMachine.range(0, 32)),
              "slabs: slab frame 0x24 is of cache 9, which is unknown"),
          error(
              "a slab with fewer objects than fit",
              m -> {
                m.slab1(36, SMALL, 0, 31, false, SmallMachine.range(0, 31));
                m.halves1.put(SMALL, new HalfDump(2, 63, new long[] {36}));
              },
              "slabs: slab frame 0x24 of small has 31 objects, order 0 has room for 32"),
          error(
              "two slabs in the same pages",
              m -> {
                m.slab0(21, 0, 0, 4, false, 0, 1, 2, 3);
                m.halves0.put(BIG, new HalfDump(5, 24, new long[] {16, 21}));
                m.free0--;
              },
              "slabs: slab frame 0x15 lies in the pages of the slab before it"),
          error(
              "a slab of two nodes",
              m -> m.slabs1.put(16L, m.slabs0.get(16L)),
              "slabs: slab frame 0x10 was found twice"),
          error(
              "a page that leaked",
              m -> m.free0--,
              "pages: node 0 manages 16, but 8 free + 1 held + 5 in slabs + 1 waiting + 0 handed out = 15"),
          error(
              "a page too many",
              m -> m.waiting0++,
              "pages: node 0 manages 16, but 9 free + 1 held + 5 in slabs + 2 waiting + 0 handed out = 17"),
          error(
              "a loan to nobody",
              m -> m.borrowers1.remove(32L),
              "loan: slab frame 0x20 of node 1 is lent to nobody, held by cpu 0 of node 0"),
          error(
              "a loan that nobody holds",
              m -> m.borrowers1.put(36L, 1),
              "loan: slab frame 0x24 of node 1 is lent to cpu 1, held by nobody"),
          error(
              "a loan held by the wrong cpu",
              m -> m.borrowers1.put(32L, 1),
              "loan: slab frame 0x20 of node 1 is lent to cpu 1, held by cpu 0 of node 0"),
          error(
              "a loan to the own node",
              m -> m.borrowers0.put(18L, 1),
              "loan: slab frame 0x12 of node 0 is lent to cpu 1, held by cpu 1 of node 0"),
          error(
              "a loan of a page that is no slab",
              m -> m.borrowers1.put(40L, 0),
              "loan: slab frame 0x28 is lent but is no slab"),
          error(
              "counts that do not match",
              m -> m.caches.set(SMALL, new CacheDump(SMALL, "small", 128, 8, 4, 1)),
              "count: small has 4 allocations and 1 frees, but tasks hold 2"),
          error(
              "a cpu that waits",
              m -> m.cpu1IsQuiet = false,
              "rest: cpu 1 waits for an answer or has frees that were not sent"),
          error(
              "a list that leaves its slab",
              m -> m.slab0(16, 0, 1, 4, false, 3, 0, 4),
              "list: the slab's own list leaves slab frame 0x10 at index 4"),
          error(
              "a cpu's list that leaves its slab",
              m -> m.big.put(1, new HeldDump(BIG, 18, new int[] {-1}, new long[0])),
              "list: the list of cpu 1 leaves slab frame 0x12 at index -1"),
          error(
              "a list without a slab",
              m -> m.small.put(0, new HeldDump(SMALL, 0, new int[] {5}, new long[0])),
              "list: cpu 0 has a list of small but no slab"),
          error(
              "a wrong inuse",
              m -> m.slab0(16, 0, 2, 4, false, 3, 0, 2),
              "list: slab frame 0x10 of 4 objects has 2 in use and 3 on its list"));

  private static Arguments error(String name, Consumer<SmallMachine> plant, String... findings) {
    return Arguments.of(name, plant, findings);
  }

  private static long[] without(long[] addresses, long one) {
    return LongStream.of(addresses).filter(address -> address != one).toArray();
  }

  private static long[] with(long[] addresses, long one) {
    long[] more = Arrays.copyOf(addresses, addresses.length + 1);
    more[addresses.length] = one;
    return more;
  }

  @Test
  void aMachineThatAddsUpIsClean() {
    Audit audit = Audit.of(new SmallMachine().dump());
    assertThat(audit.findings()).isEmpty();
    assertThat(audit.isClean()).isTrue();
    assertThat(audit.checkedSlabs()).isEqualTo(7);
    assertThat(audit.checkedObjects()).isEqualTo(20 + 4 + 64);
    assertThat(audit.checkedPages()).isEqualTo(32);
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("errors")
  void isFoundAndNamed(String name, Consumer<SmallMachine> plant, String[] expected) {
    SmallMachine machine = new SmallMachine();
    plant.accept(machine);
    Audit audit = Audit.of(machine.dump());
    assertThat(audit.isClean()).as(name).isFalse();
    for (String finding : expected) {
      assertThat(audit.findings()).anyMatch(found -> found.startsWith(finding));
    }
  }

  @Test
  void nodesThatSayNothingWhileTasksHoldObjectsAreNotAccepted() {
    SmallMachine machine = new SmallMachine();
    MachineDump full = machine.dump();
    assertThat(
            Audit.of(new MachineDump(full.caches(), List.of(), List.of(), full.live())).findings())
        .anyMatch(found -> found.startsWith("object: object 0x10400 of big lies in no slab"))
        .anyMatch(found -> found.startsWith("whole: "));
  }

  @Test
  void tasksThatSayNothingOfWhatTheyHoldAreNotAccepted() {
    MachineDump full = new SmallMachine().dump();
    assertThat(
            Audit.of(new MachineDump(full.caches(), full.nodes(), full.cpus(), Map.of()))
                .findings())
        .contains(
            "count: big has 20 allocations and 4 frees, but tasks hold 0",
            "count: small has 3 allocations and 1 frees, but tasks hold 0");
  }

  @Test
  void anEmptyDumpProvesNothing() {
    assertThat(Audit.of(new MachineDump(List.of(), List.of(), List.of(), Map.of())).isClean())
        .isFalse();
  }

  /// Node 1 is gone with all that was on it: three objects of big, two of small.
  private static MachineDump survivors(SmallMachine machine) {
    MachineDump full = machine.dump();
    return new MachineDump(
            List.of(moved(full.caches().getFirst(), -3), moved(full.caches().getLast(), -2)),
            full.nodes().subList(0, 1),
            full.cpus().subList(0, 2),
            full.live())
        .without(List.of(new LostDump(1, List.of(new FrameRange(32, 16)))));
  }

  private static CacheDump moved(CacheDump cache, long moved) {
    return new CacheDump(
        cache.id(),
        cache.name(),
        cache.slotBytes(),
        cache.firstBytes(),
        cache.allocations(),
        cache.frees(),
        moved);
  }

  private static SmallMachine withoutNode1() {
    SmallMachine machine = new SmallMachine();
    machine.big.put(0, new HeldDump(BIG, 0, new int[0], new long[] {20}));
    machine.small.clear();
    machine.live.computeIfPresent(
        BIG, (c, live) -> LongStream.of(live).filter(a -> a < 0x20000).toArray());
    machine.live.put(SMALL, new long[0]);
    return machine;
  }

  @Test
  void ofAMachineThatLostANodeTheRestAddsUp() {
    Audit audit = Audit.of(survivors(withoutNode1()));
    assertThat(audit.findings()).isEmpty();
    assertThat(audit.leftOut())
        .containsExactly("pages, slabs and cpus of node 1, and what its tasks held and counted");
    assertThat(Audit.of(new SmallMachine().dump()).leftOut()).isEmpty();
  }

  @Test
  void anObjectThatLayInLostMemoryIsLeftOutAndSaid() {
    SmallMachine machine = withoutNode1();
    machine.live.computeIfPresent(BIG, (c, live) -> with(live, 0x20400));
    MachineDump dump = survivors(machine);
    Audit audit =
        Audit.of(
            new MachineDump(
                List.of(moved(dump.caches().getFirst(), -2), dump.caches().getLast()),
                dump.nodes(),
                dump.cpus(),
                dump.live(),
                dump.lost()));
    assertThat(audit.findings()).isEmpty();
    assertThat(audit.leftOut()).contains("objects that tasks hold and that lay in that memory: 1");
  }

  @Test
  void aSurvivorThatStillHasASlabOfALostNodeIsFound() {
    SmallMachine machine = withoutNode1();
    machine.small.put(1, new HeldDump(SMALL, 0, new int[0], new long[] {34}));
    assertThat(Audit.of(survivors(machine)).findings())
        .containsExactly("place: slab frame 0x22 on the partial list of cpu 1 is no slab of small");
  }

  @Test
  void aSurvivorsObjectThatNobodyHasIsFoundThoughANodeIsLost() {
    SmallMachine machine = withoutNode1();
    machine.live.computeIfPresent(BIG, (c, live) -> without(live, 0x10400));
    assertThat(Audit.of(survivors(machine)).findings())
        .anyMatch(found -> found.startsWith("object: 1 of 4 objects of slab frame 0x10"))
        .contains(
            "count: big has 20 allocations and 4 frees, -3 came from others, but tasks hold 12");
  }
}
