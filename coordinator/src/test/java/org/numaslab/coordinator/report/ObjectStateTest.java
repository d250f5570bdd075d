package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.node.topology.BadInput;

/// Which object an address lies in, and who has it.
///
/// ```text
/// slab 16  current of cpu 0: objects 0 2 allocated, 3 then 1 on the cpu's list
/// slab 17  partial list of the node: 1 allocated, 0 then 2 then 3 in the slab
/// slab 18  full
/// ```
class ObjectStateTest {
  private static final long PAGE = 4096;

  private final MachineDump machine =
      new MachineDump(
          List.of(new CacheDump(0, "dentry", 1000, 8, 9, 2)),
          List.of(
              new NodeDump(
                  0,
                  64,
                  61,
                  0,
                  0,
                  0,
                  List.of(
                      new SlabDump(16, 0, 0, 4, 4, true, new int[0]),
                      new SlabDump(17, 0, 0, 1, 4, false, new int[] {0, 2, 3}),
                      new SlabDump(18, 0, 0, 4, 4, false, new int[0])),
                  Map.of(0, new HalfDump(3, 12, new long[] {17})),
                  Map.of())),
          List.of(
              new CpuDump(0, 0, true, List.of(new HeldDump(0, 16, new int[] {3, 1}, new long[0])))),
          Map.of());

  @Test
  void anObjectOfATaskIsAllocated() {
    assertThat(ObjectState.at(machine, 16 * PAGE + 2500))
        .isEqualTo(
            new ObjectState("dentry", 0, "0x10", "cpu 0", 2, "0xffff8880000107d8", "allocated"));
  }

  @Test
  void aFreeObjectSaysOnWhichListItIs() {
    assertThat(ObjectState.at(machine, 16 * PAGE + 1008).state())
        .isEqualTo("free, next 1 on cpu 0");
    assertThat(ObjectState.at(machine, 17 * PAGE + 8).state())
        .isEqualTo("free, next 0 in its slab");
    assertThat(ObjectState.at(machine, 17 * PAGE + 8).line())
        .isEqualTo(
            "0xffff888000011008 of dentry: free, next 0 in its slab; index 0 of slab 0x11 of node"
                + " 0, which is node partial 0\n");
  }

  @Test
  void allocatedObjectsAreThoseOnNoList() {
    assertThat(ObjectState.allocated(machine, "dentry"))
        .containsExactly(
            16 * PAGE + 8,
            16 * PAGE + 2008,
            17 * PAGE + 1008,
            18 * PAGE + 8,
            18 * PAGE + 1008,
            18 * PAGE + 2008,
            18 * PAGE + 3008);
  }

  @Test
  void whatIsNoObjectIsBadInput() {
    assertThatThrownBy(() -> ObjectState.at(machine, 40 * PAGE))
        .isInstanceOf(BadInput.class)
        .hasMessage("address: got 0xffff888000028000, allowed: one in a slab of this machine");
    assertThatThrownBy(() -> ObjectState.at(machine, 16 * PAGE + 4050))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("behind the last object of slab 0x10");
    assertThatThrownBy(() -> ObjectState.allocated(machine, "inode").toArray())
        .isInstanceOf(BadInput.class);
  }
}
