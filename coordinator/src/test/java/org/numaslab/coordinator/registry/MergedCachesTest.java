package org.numaslab.coordinator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.protocol.RegistryReply.ShutDown;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// Creators whose objects fit into an older cache get that one, on a whole machine.
class MergedCachesTest {
  private static final GeometryOptions MERGING = GeometryOptions.forCpus(2);
  private static final Topology TOPOLOGY = Topology.uniform(2, 1, 256 * 4096);
  private static final long TOUCHED_BYTES_MAX = 1 << 22;
  private static final CpuId CPU = new CpuId(0);
  private static final int ANY_NODE = -1;

  private final SimulatedMachine machine =
      SimulatedMachine.instant(
          TOPOLOGY,
          memory -> new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.WON),
          TOUCHED_BYTES_MAX);

  @AfterEach
  void close() {
    machine.close();
  }

  private static CacheRequest request(String name, int size) {
    return new CacheRequest(name, size, 0, SlabFlags.HWCACHE_ALIGN, false);
  }

  private KmemCache create(String name, int size) {
    return machine.create(request(name, size), MERGING, false, null);
  }

  private List<ShutDown> destroy(CacheId cache) {
    List<ShutDown> answers = new ArrayList<>();
    machine.registry().destroy(cache, answers::addAll);
    machine.drain();
    return answers;
  }

  private SharedCache shared(KmemCache cache) {
    return machine.registry().shared(cache.id());
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void anAliasIsTheOlderCacheOnEveryMachine(Driver driver) {
    try (Machine either =
        driver == Driver.SIMULATE
            ? SimulatedMachine.instant(
                TOPOLOGY,
                memory -> new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.WON),
                TOUCHED_BYTES_MAX)
            : EmbeddedMachine.start(
                TOPOLOGY,
                memory -> new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.WON),
                TOUCHED_BYTES_MAX,
                16)) {
      KmemCache older = either.create(request("older", 100), MERGING, false, null);
      KmemCache alias = either.create(request("alias", 120), MERGING, false, null);
      KmemCache other = either.create(request("other", 200), MERGING, false, null);

      assertThat(alias.id()).isEqualTo(older.id());
      assertThat(alias.name()).isEqualTo("older");
      assertThat(other.id()).isNotEqualTo(older.id());
      SharedCache shared = either.state().registry().shared(older.id());
      assertThat(shared.refcount()).isEqualTo(2);
      assertThat(shared.directory()).isEqualTo(":0000128");
      assertThat(shared.links()).containsExactly("older", "alias");
    }
  }

  @Test
  void anObjectIsClearedUpToTheLargestOfThoseWhoJoined() {
    KmemCache older = create("older", 72);
    long object = machine.alloc(CPU, older.id(), ANY_NODE, Gfp.KERNEL);
    assertThat(older.geometry().size()).isEqualTo(128);
    create("alias", 128);

    for (int i = 0; i < 128; i++) {
      machine.state().memory().storeByte(object + i, (byte) 0x41);
    }
    machine.free(CPU, older.id(), object);
    long again = machine.alloc(CPU, older.id(), ANY_NODE, Gfp.KERNEL | Gfp.ZERO);

    assertThat(again).isEqualTo(object);
    for (int i = 0; i < 128; i++) {
      assertThat(machine.state().memory().loadByte(again + i)).as("byte %d", i).isZero();
    }
  }

  @Test
  void destroyingAnAliasTakesOneNameAwayAndNothingElse() {
    KmemCache cache = create("older", 128);
    create("alias", 128);
    long object = machine.alloc(CPU, cache.id(), ANY_NODE, Gfp.KERNEL);

    assertThat(destroy(cache.id())).isEmpty();
    assertThat(machine.registry().isDestroyed(cache.id())).isFalse();
    assertThat(shared(cache).refcount()).isEqualTo(1);

    machine.free(CPU, cache.id(), object);
    assertThat(destroy(cache.id())).hasSize(2);
    assertThat(machine.registry().isDestroyed(cache.id())).isTrue();
    assertThat(machine.kernelLog().take()).isEmpty();
    assertThat(create("younger", 128).id()).isNotEqualTo(cache.id());
  }

  @Test
  void theLastOneWhoDestroysItIsToldOfWhatIsLeft() {
    KmemCache cache = create("older", 128);
    create("alias", 128);
    machine.alloc(CPU, cache.id(), ANY_NODE, Gfp.KERNEL);
    destroy(cache.id());
    destroy(cache.id());

    assertThat(machine.kernelLog().take())
        .contains(
            "kmem_cache_destroy older: Slab cache still has objects when called from"
                + " kmem_cache_destroy");
  }

  @Test
  void debuggingKeepsThemApart() {
    GeometryOptions boot = MERGING.withDebug(SlubDebug.parse("Z,watched*"));
    KmemCache first = machine.create(request("watched-1", 128), boot, false, null);
    KmemCache second = machine.create(request("watched-2", 128), boot, false, null);
    KmemCache plain = machine.create(request("plain-1", 128), boot, false, null);

    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(first.isDebug()).isTrue();
    assertThat(machine.create(request("plain-2", 128), boot, false, null).id())
        .isEqualTo(plain.id());
  }

  @Test
  void aCacheMadeWithItsGeometryIsNeverJoined() {
    KmemCache made = machine.create("made", create("older", 128).geometry(), false, null);

    assertThat(shared(made).mergeable()).isFalse();
    assertThat(create("alias", 128).name()).isEqualTo("older");
  }
}
