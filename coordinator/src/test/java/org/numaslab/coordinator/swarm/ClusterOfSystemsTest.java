package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.HistoryAudit;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.cluster.ClusterMachine;
import org.numaslab.coordinator.driver.cluster.ClusterMember;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.MemberSettings;
import org.numaslab.coordinator.driver.cluster.NearSystems;
import org.numaslab.coordinator.driver.cluster.Shim;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Three processes of a cluster in one JVM: between them is Artery, as between real ones.
class ClusterOfSystemsTest {
  private static final int NODES = 3;
  private static final long OPERATIONS = 20_000;

  private final Topology topology = Topology.uniform(NODES, 2, 1L << 20);
  private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
  private final List<ClusterSystem> systems = new ArrayList<>();
  private final List<ClusterMachine> machines = new ArrayList<>();

  @Test
  void objectsGoRoundAndComeBack() {
    try {
      int port = 0;
      for (int node = 0; node < NODES; node++) {
        systems.add(system(node, port));
        port = port == 0 ? systems.getFirst().address().getPort().orElseThrow() : port;
      }
      NearSystems.join(systems, topology, "0.1.0");
      await("members", () -> systems.stream().allMatch(s -> s.members().size() == NODES));
      List<KmemCache> caches = caches();
      SplittableRandom random = new SplittableRandom(7);
      List<Progress> progress = new ArrayList<>();
      Set<CpuId> ended = ConcurrentHashMap.newKeySet();
      for (ClusterSystem system : systems) {
        ClusterMachine machine =
            new ClusterMachine(
                1,
                system,
                new MemberSettings(
                    topology,
                    List.of(),
                    LoanTimes.ofLease(2_000_000_000L),
                    5,
                    RemoteDraw.SEEDED,
                    Faults.none(),
                    64L << 20,
                    1),
                Shim.NONE,
                events::add);
        machines.add(machine);
        machine.members().forEach(member -> member.begin(caches));
      }
      Load load = new Load(OPERATIONS, 0, 32, 20, 10, 5, 5, 1, 10, 0, 0);
      for (ClusterMachine machine : machines) {
        for (ClusterMember member : machine.members()) {
          for (CpuId cpu : topology.cpusOf(member.me().node())) {
            Progress own = new Progress();
            progress.add(own);
            member.start(
                cpu,
                new SwarmTask(member.host(), cpu, load, random.split(), own),
                () -> ended.add(cpu));
          }
        }
      }
      await("operations", () -> progress.stream().allMatch(p -> p.operations >= OPERATIONS));
      machines.forEach(m -> m.members().forEach(ClusterMember::leaves));
      await(
          "ends",
          () ->
              ended.size() == topology.cpuCount()
                  && machines.stream()
                      .flatMap(m -> m.members().stream())
                      .allMatch(ClusterMember::isQuiet));
      long remote = progress.stream().mapToLong(p -> p.remote).sum();
      assertThat(remote).isPositive();
      assertThat(systems).allMatch(system -> system.links().refused() == 0);
      HistoryAudit audit = new HistoryAudit(new int[] {0, 0, 1, 1, 2, 2});
      events.stream().sorted(Comparator.comparingLong(Event::time)).forEach(audit::add);
      audit.end(System.nanoTime());
      assertThat(audit.violations()).isEmpty();
    } finally {
      machines.forEach(ClusterMachine::close);
      NearSystems.end(systems);
    }
  }

  private ClusterSystem system(int node, int port) {
    return new ClusterSystem(
        new ClusterSettings(
            "127.0.0.1",
            0,
            port == 0 ? List.of() : List.of("127.0.0.1:" + port),
            List.of(),
            ClusterSettings.Resolver.quorumOf(NODES),
            1,
            null,
            ClusterSettings.Timing.STANDARD),
        List.of(new Incarnation(new NodeId(node), 1)));
  }

  private List<KmemCache> caches() {
    CacheGeometry geometry =
        CacheGeometry.of(new CacheRequest("c", 192, 0, 0, false), GeometryOptions.forCpus(6));
    List<KmemCache> caches = new ArrayList<>();
    caches.add(
        KmemCache.created(new CacheId(0), "c", geometry, LiveNatures.ofRegistry(3), false, null));
    return caches;
  }
}
