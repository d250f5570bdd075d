package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.HalfDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.node.topology.BadInput;

class CacheViewTest {
  private static final int[] NONE = {};

  private static SlabDump slab(long frame, int inUse, boolean frozen, int... free) {
    return new SlabDump(frame, 1, 0, inUse, 4, frozen, free);
  }

  /// Each place that a slab can be in: node 0 with cpu 0, node 1 with cpu 1.
  static MachineDump machine() {
    List<SlabDump> first =
        List.of(
            slab(16, 4, true),
            slab(18, 3, true, 2),
            slab(20, 2, false, 3, 0),
            slab(22, 3, false, 1),
            slab(24, 4, false),
            slab(26, 3, true, 0));
    NodeDump node0 =
        new NodeDump(
            0,
            100,
            88,
            0,
            0,
            0,
            first,
            Map.of(0, new HalfDump(6, 24, new long[] {22, 20})),
            Map.of(26L, 1));
    NodeDump node1 =
        new NodeDump(
            1, 100, 100, 0, 0, 0, List.of(), Map.of(0, new HalfDump(0, 0, new long[0])), Map.of());
    CpuDump cpu0 =
        new CpuDump(0, 0, true, List.of(new HeldDump(0, 16, new int[] {3, 1}, new long[] {18})));
    CpuDump cpu1 =
        new CpuDump(1, 1, true, List.of(new HeldDump(0, 26, new int[] {2}, new long[0])));
    List<CacheDump> caches =
        List.of(new CacheDump(0, "dentry", 2048, 0, 20, 6), new CacheDump(1, "filp", 256, 0, 0, 0));
    return new MachineDump(caches, List.of(node0, node1), List.of(cpu0, cpu1), Map.of());
  }

  private static String text(MachineDump machine, String cache) {
    return CacheView.of(CacheState.of(machine, cache), false);
  }

  @Test
  void eachSlabIsOneLineThatSaysWhereItIsAndWhatIsFree() {
    assertThat(text(machine(), "dentry"))
        .isEqualTo(
            """
            dentry: 24 objects of 2048 bytes in 6 slabs; 20 allocations - 6 frees = 14 live
            inuse as the kernel counts: free objects on a cpu's own list are in it

            node 0: 6 slabs
              frame      order   inuse/all  where                     free indexes, next first
              0x10           1         4/4  cpu 0                     on the cpu: 3 1
              0x12           1         3/4  cpu 0 partial 0           2
              0x1a           1         3/4  lent to cpu 1             on the cpu: 2; on the slab: 0
              0x16           1         3/4  node partial 0            1
              0x14           1         2/4  node partial 1            3 0
              0x18           1         4/4  full

            node 1: 0 slabs
            """);
  }

  @Test
  void aLentPartialSlabSaysBoth() {
    MachineDump machine = machine();
    CpuDump cpu1 = new CpuDump(1, 1, true, List.of(new HeldDump(0, 0, NONE, new long[] {26})));
    MachineDump changed =
        new MachineDump(
            machine.caches(), machine.nodes(), List.of(machine.cpus().getFirst(), cpu1), Map.of());

    assertThat(text(changed, "dentry")).contains(" lent to cpu 1, partial 0 ");
  }

  @Test
  void aSlabOfAFullListSaysSo() {
    MachineDump machine = machine();
    NodeDump node0 = machine.nodes().getFirst();
    Map<Integer, HalfDump> halves =
        Map.of(0, new HalfDump(6, 24, new long[] {22, 20}, new long[] {24}));
    NodeDump changed = new NodeDump(0, 100, 88, 0, 0, 0, node0.slabs(), halves, node0.borrowers());
    MachineDump debug =
        new MachineDump(
            machine.caches(),
            List.of(changed, machine.nodes().getLast()),
            machine.cpus(),
            Map.of());

    assertThat(text(debug, "dentry")).contains("0x18           1         4/4  node full 0\n");
  }

  @Test
  void aLongFreeListIsFoldedUnlessItIsAskedForWhole() {
    int[] free = IntStream.range(0, 40).toArray();
    SlabDump slab = new SlabDump(16, 0, 0, 0, 40, false, free);
    NodeDump node =
        new NodeDump(
            0,
            100,
            99,
            0,
            0,
            0,
            List.of(slab),
            Map.of(0, new HalfDump(1, 40, new long[] {16})),
            Map.of());
    MachineDump machine =
        new MachineDump(
            List.of(new CacheDump(0, "dentry", 100, 0, 0, 0)), List.of(node), List.of(), Map.of());
    CacheState state = CacheState.of(machine, "dentry");

    assertThat(CacheView.of(state, false))
        .contains("0 1 2 3 4 5 6 7 8 9 10 11 and 28 more\n")
        .contains("1 slab;");
    assertThat(CacheView.of(state, true)).contains("0 1 2 3").contains("38 39\n");
  }

  @Test
  void theSameAsJsonHasTheWholeLists() {
    assertThat(Json.of(CacheState.of(machine(), "dentry")))
        .contains("\"cache\" : \"dentry\"")
        .contains("\"where\" : \"lent to cpu 1\"")
        .contains("\"free_on_cpu\" : [ 3, 1 ]");
  }

  @Test
  void aCacheWithoutSlabsIsSaidToHaveNone() {
    assertThat(text(machine(), "filp"))
        .startsWith("filp: 0 objects of 256 bytes in 0 slabs; 0 allocations - 0 frees = 0 live");
  }

  @Test
  void anUnknownCacheIsAnsweredWithTheNearest() {
    assertThatThrownBy(() -> CacheState.of(machine(), "dentrys"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("got dentrys")
        .hasMessageContaining("did you mean dentry?");
    assertThatThrownBy(() -> CacheState.of(machine(), "tcp_sock"))
        .hasMessageNotContaining("did you mean");
  }
}
