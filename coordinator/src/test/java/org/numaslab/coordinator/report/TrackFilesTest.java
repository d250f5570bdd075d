package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.Track;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// alloc_traces and free_traces, on two nodes with two cpus each.
class TrackFilesTest {
  private static final int CPUS = 4;
  private static final long NOW = 1000;
  private static final List<String> SYMBOLS = List.of("alloc_inode+0x4a/0xb0", "d_alloc+0x20/0x90");

  private SimulatedMachine machine;

  @BeforeEach
  void start() {
    Topology topology = Topology.uniform(2, CPUS / 2, 1 << 22);
    machine =
        SimulatedMachine.instant(
            topology, memory -> new LiveNatures(topology, memory, 1, RemoteDraw.LOST), 1 << 22);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private KmemCache cache(int flags) {
    CacheRequest request = new CacheRequest("objects", 64, 8, flags, false);
    CacheGeometry geometry = CacheGeometry.of(request, GeometryOptions.forCpus(CPUS));
    return machine.create("objects", geometry, false, null);
  }

  private long alloc(KmemCache cache, int cpu, int site, int pid, long when, int bytes) {
    machine.cpu(new CpuId(cpu)).serves(new Call(Track.of(site, cpu, pid, when), bytes));
    return machine.alloc(new CpuId(cpu), cache.id(), NodeId.NONE, Gfp.KERNEL);
  }

  private void free(KmemCache cache, long object, int cpu, int site, int pid, long when) {
    machine.cpu(new CpuId(cpu)).serves(new Call(Track.of(site, cpu, pid, when), 0));
    machine.free(new CpuId(cpu), cache.id(), object);
  }

  private static CachePart part(MachineState state, KmemCache cache) {
    TrackPart tracks = TrackPart.of(state, cache, NOW, SYMBOLS::get);
    return CachePart.of(state, cache, Map.of(), tracks);
  }

  private static Map<String, String> files(MachineState state, KmemCache cache) {
    return TrackFiles.of(state.topology(), part(state, cache));
  }

  /// What a process has that has but one of the nodes.
  private MachineState only(int node) {
    MachineState all = machine.state();
    return new MachineState(
        all.topology(), all.memory(), List.of(all.nodes().get(node)), all.cpus(), all.registry());
  }

  private String traces(KmemCache cache, String file) {
    Map<String, String> files = files(machine.state(), cache);
    assertThat(files).containsOnlyKeys("alloc_traces", "free_traces");
    return files.get(file) + "";
  }

  @Test
  void aCacheWithoutUserTrackingHasNoSuchFiles() {
    KmemCache cache = cache(SlabFlags.RED_ZONE | SlabFlags.POISON | SlabFlags.CONSISTENCY_CHECKS);

    assertThat(files(machine.state(), cache)).isEmpty();
  }

  @Test
  void withoutLiveObjectsThereIsNoData() {
    KmemCache cache = cache(SlabFlags.DEBUG_DEFAULT);
    free(cache, alloc(cache, 0, 0, 7, 1, 0), 0, 0, 7, 2);

    assertThat(traces(cache, "alloc_traces")).isEqualTo("No data\n");
    assertThat(traces(cache, "free_traces")).isEqualTo("No data\n");
  }

  @Test
  void placesAreListedByHowManyObjectsTheyHave() {
    KmemCache cache = cache(SlabFlags.DEBUG_DEFAULT);
    alloc(cache, 3, 0, 12, 900, 0);
    alloc(cache, 0, 1, 40, 990, 0);
    alloc(cache, 1, 1, 7, 500, 0);
    alloc(cache, 3, 1, 9, 700, 0);

    assertThat(traces(cache, "alloc_traces"))
        .isEqualTo(
            """
                  3 d_alloc+0x20/0x90 age=10/270/500 pid=7-40 cpus=0-1,3 nodes=0-1
                  1 alloc_inode+0x4a/0xb0 age=100 pid=12 cpus=3 nodes=1
            """);
  }

  /// The memory of these objects was never freed: the first is counted with all of time as its age.
  @Test
  void whatWasNeverFreedHasNoCaller() {
    KmemCache cache = cache(SlabFlags.STORE_USER);
    alloc(cache, 2, 0, 12, 900, 0);
    alloc(cache, 2, 0, 12, 900, 0);

    assertThat(traces(cache, "free_traces"))
        .isEqualTo("      2 <not-available> age=1000 pid=0 cpus=0 nodes=1\n");
  }

  @Test
  void aLiveObjectKnowsWhoFreedItsMemoryBefore() {
    KmemCache cache = cache(SlabFlags.STORE_USER);
    free(cache, alloc(cache, 0, 0, 12, 100, 0), 2, 1, 33, 600);
    alloc(cache, 0, 0, 12, 700, 0);

    assertThat(traces(cache, "free_traces"))
        .isEqualTo("      1 d_alloc+0x20/0x90 age=400 pid=33 cpus=2 nodes=0\n");
    assertThat(traces(cache, "alloc_traces")).contains("age=300 pid=12 cpus=0 nodes=0");
  }

  @Test
  void kmallocTellsWhatItWasNotAskedFor() {
    KmemCache cache = cache(SlabFlags.DEBUG_DEFAULT | SlabFlags.KMALLOC);
    alloc(cache, 0, 0, 1, 900, 50);
    alloc(cache, 0, 0, 1, 900, 50);
    alloc(cache, 0, 0, 1, 900, 64);

    assertThat(traces(cache, "alloc_traces"))
        .isEqualTo(
            """
                  2 alloc_inode+0x4a/0xb0 waste=28/14 age=100/100/100 pid=1 cpus=0 nodes=0
                  1 alloc_inode+0x4a/0xb0 age=100 pid=1 cpus=0 nodes=0
            """);
  }

  @Test
  void fullSlabsAreLookedAtToo() {
    KmemCache cache = cache(SlabFlags.DEBUG_DEFAULT);
    int objects = 3 * cache.geometry().ooObjects();
    for (int i = 0; i < objects; i++) {
      alloc(cache, 0, 0, 5, 900, 0);
    }

    assertThat(traces(cache, "alloc_traces").strip()).startsWith(objects + " alloc_inode");
  }

  @Test
  void aCallerThatNoSymbolCoversIsAnAddress() {
    KmemCache cache = cache(SlabFlags.STORE_USER);
    alloc(cache, 1, -1, 0, 1000, 0);

    assertThat(traces(cache, "alloc_traces"))
        .isEqualTo("      1 0xffffffff81000000 age=0 pid=0 cpus=1 nodes=0\n");
  }

  @Test
  void theNodesOfSeveralProcessesGiveWhatThoseOfOneGive() {
    KmemCache cache = cache(SlabFlags.DEBUG_DEFAULT | SlabFlags.KMALLOC);
    free(cache, alloc(cache, 0, 0, 12, 100, 50), 2, 1, 33, 600);
    free(cache, alloc(cache, 3, 0, 12, 100, 50), 3, 1, 9, 650);
    for (int i = 0; i < 40; i++) {
      alloc(cache, i % CPUS, i % 2, i, 700 + i, 50 + i % 3);
    }
    MachineState whole = machine.state();

    CachePart merged = part(only(0), cache).plus(part(only(1), cache));

    assertThat(TrackFiles.of(whole.topology(), merged)).isEqualTo(files(whole, cache));
    assertThat(traces(cache, "alloc_traces")).contains("nodes=0-1");
    assertThat(traces(cache, "free_traces"))
        .contains("2 d_alloc+0x20/0x90 age=350/375/400 pid=9-33 cpus=2-3 nodes=0-1")
        .contains("38 <not-available> age=1000 pid=0 cpus=0 nodes=0-1");
  }
}
