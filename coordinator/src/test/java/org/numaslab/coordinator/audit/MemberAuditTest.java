package org.numaslab.coordinator.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.coordinator.audit.MemberAudit.Slots;

/// A member in the middle of its work, spoilt in one place at a time.
///
/// ```text
/// cache 0: 4 objects of 1024 bytes in a page; pages 16..31 are managed
/// 16 partial, 1 in use    17 full    18 current slab of cpu 0    19 lent    20 on cpu 1's partial list
/// ```
class MemberAuditTest {
  private final Map<Long, SlabDump> slabs = new HashMap<>();
  private final Map<Long, Integer> borrowers = new HashMap<>(Map.of(19L, 7));
  private final Set<Long> setAside = new HashSet<>();
  private long[] partial = {16};
  private long[] partialOfCpu1 = {20};
  private int[] freeOfCpu0 = {3};
  private long[] out = {19 << 12, (17 << 12) + 1024};
  private int counted = 5;
  private long free = 11;
  private boolean isQuiet = true;

  MemberAuditTest() {
    slab(16, 1, false, 3, 0, 2);
    slab(17, 4, false);
    slab(18, 3, true, 1);
    slab(19, 4, true);
    slab(20, 2, true, 0, 1);
  }

  private void slab(long frame, int inUse, boolean frozen, int... own) {
    slabs.put(frame, new SlabDump(frame, 0, 0, inUse, 4, frozen, own));
  }

  private List<String> audit() {
    NodeDump node =
        new NodeDump(
            0,
            16,
            free,
            0,
            0,
            0,
            new ArrayList<>(slabs.values()),
            Map.of(0, new HalfDump(counted, 4L * counted, partial)),
            borrowers,
            setAside);
    HeldDump first = new HeldDump(0, 18, freeOfCpu0, new long[0]);
    HeldDump second = new HeldDump(0, 0, new int[0], partialOfCpu1);
    return MemberAudit.of(
        node,
        List.of(
            new CpuDump(0, 0, isQuiet, List.of(first)), new CpuDump(1, 0, true, List.of(second))),
        out,
        Map.of(0, new Slots(0, 1024)));
  }

  @Test
  void whatAddsUpIsClean() {
    assertThat(audit()).isEmpty();
  }

  @Test
  void aPageThatNobodyHasIsFound() {
    free--;
    assertThat(audit()).containsExactly("pages: 16 are managed, 15 are known");
  }

  @Test
  void aSlabThatTheNodeDoesNotCountIsFound() {
    counted--;
    assertThat(audit())
        .containsExactly("slabs: cache 0 counts 4 with 16 objects, the frame table has 5 with 20");
  }

  @Test
  void anObjectThatIsNeitherInUseNorFreeIsFound() {
    slab(16, 1, false, 3, 0);
    assertThat(audit())
        .containsExactly(
            "list: slab frame 0x10 of cache 0 of 4 objects has 1 in use and 2 on its list");
  }

  @Test
  void anObjectOnTwoListsIsFound() {
    freeOfCpu0 = new int[] {1};
    assertThat(audit())
        .containsExactly(
            "list: index 1 of slab frame 0x12 of cache 0 is twice free or none, in its own list");
  }

  @Test
  void anObjectThatIsOutsideAndFreeIsFound() {
    out = new long[] {(18 << 12) + 3 * 1024};
    assertThat(audit())
        .containsExactly("out: 0x12c00 is outside, and free in slab frame 0x12 of cache 0");
  }

  @Test
  void whatIsNoObjectIsNotOutside() {
    out = new long[] {(17 << 12) + 8};
    assertThat(audit()).containsExactly("out: 0x11008 is no object of slab frame 0x11 of cache 0");
    out = new long[] {25 << 12}; // pages that are handed out as they are
    assertThat(audit()).isEmpty();
  }

  @Test
  void aSlabInTwoPlacesIsFound() {
    partial = new long[] {16, 20};
    assertThat(audit())
        .containsExactly(
            "place: slab frame 0x14 of cache 0 is at CPU and at NODE_PARTIAL",
            "place: slab frame 0x14 of cache 0, frozen, is at NODE_PARTIAL");
  }

  @Test
  void aSlabWithFreeObjectsThatNobodyHasIsFound() {
    partial = new long[0];
    assertThat(audit())
        .containsExactly("place: slab frame 0x10 of cache 0, not frozen, is at no place");
  }

  @Test
  void aFrozenSlabThatNobodyHasIsOnItsWayOnlyWhileSomebodyWaits() {
    partialOfCpu1 = new long[0];
    assertThat(audit())
        .containsExactly("place: slab frame 0x14 of cache 0, frozen, is at no place");
    isQuiet = false;
    assertThat(audit()).isEmpty();
  }

  @Test
  void aSlabThatIsLentAndHereIsFound() {
    borrowers.put(18L, 7);
    assertThat(audit())
        .containsExactly("place: slab frame 0x12 of cache 0, frozen, lent, is at CPU");
    borrowers.remove(18L);
    borrowers.put(17L, 7);
    assertThat(audit())
        .containsExactly(
            "place: slab frame 0x11 of cache 0, not frozen, nothing free, lent, is at no place");
  }

  @Test
  void ofASlabThatWasWrittenOffOnlyThePagesCount() {
    slab(16, 3, false, 2, 2);
    partial = new long[0];
    assertThat(audit()).isNotEmpty();
    setAside.add(16L);
    assertThat(audit()).isEmpty();
    free--;
    assertThat(audit()).hasSize(1);
  }
}
