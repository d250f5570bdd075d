package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.cost.Cost;
import org.numaslab.coordinator.cost.CostParts;
import org.numaslab.coordinator.cost.CostSplit;
import org.numaslab.coordinator.cost.Part;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.buddy.Gfp;
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

/// Two processes of a cluster in one JVM, between which everything takes 20 ms longer.
class SlowWireTest {
  private static final long DELAY_MILLIS = 20;
  private static final int OBJECTS = 100;
  private static final int CYCLES = 4;
  private static final CacheId CACHE = new CacheId(0);

  private final Topology topology = Topology.uniform(2, 1, 4L << 20);
  private final Shim slow =
      new Shim() {
        @Override
        public MemberLink around(Consumer<Parcel> wire, Clock clock) {
          return parcel -> clock.after(DELAY_MILLIS * 1_000_000, () -> wire.accept(parcel));
        }

        @Override
        public void begin() {}
      };

  @Test
  void aSlowWireShowsAsTimeOnTheWireAndNowhereElse() throws Exception {
    try (ClusterSystem one = system(0, List.of())) {
      one.join(topology, "0.1.0", Duration.ofSeconds(20));
      try (ClusterSystem other = system(1, List.of(one.hostPort()))) {
        other.join(topology, "0.1.0", Duration.ofSeconds(20));
        await("members", () -> one.members().size() == 2 && other.members().size() == 2);
        try (ClusterMachine machine = machine(one);
            ClusterMachine home = machine(other)) {
          CompletableFuture<Void> finished = new CompletableFuture<>();
          var _ = machine.failure().thenAccept(finished::completeExceptionally);
          machine
              .members()
              .getFirst()
              .start(new CpuId(0), new Borrower(), () -> finished.complete(null));
          finished.get(60, TimeUnit.SECONDS);

          check(machine.costs().parts());
          assertThat(home.costs().parts().costs()).isEmpty();
          await(
              "all that was sent",
              () ->
                  one.links().messagesIn(1) == other.links().messages(0)
                      && one.links().bytesIn(1) == other.links().bytes(0));
          assertThat(one.links().bytesIn(1)).isPositive();
        }
      }
    }
  }

  private static void check(CostParts parts) {
    assertThat(parts.costs()).extracting(Cost::kind).contains("new_slab", "free");
    assertThat(parts.costs()).allMatch(cost -> cost.from() == 0 && cost.to() == 1);
    long there = DELAY_MILLIS * 2_000_000;
    parts
        .byKind()
        .forEach((kind, nanos) -> {
          for (Part part : Part.addends()) {
            Histogram of = nanos.getOrDefault(part, new Histogram(2));
            if (part == Part.WIRE) {
              assertThat(of.getMinNonZeroValue()).as(kind).isGreaterThan(there * 98 / 100);
            } else {
              // The fastest: on a busy machine others wait for their turns.
              assertThat(of.getMinValue()).as(kind + ", " + part).isLessThan(there / 4);
            }
          }
        });
    assertThat(CostSplit.of(parts, null).errorNanosP99()).isZero();
  }

  private ClusterMachine machine(ClusterSystem system) {
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
                16),
            slow,
            event -> {});
    CacheGeometry geometry =
        CacheGeometry.of(new CacheRequest("c", 1024, 0, 0, false), GeometryOptions.forCpus(2));
    KmemCache cache =
        KmemCache.created(CACHE, "c", geometry, LiveNatures.ofRegistry(3), false, null);
    machine.members().forEach(member -> member.begin(List.of(cache)));
    return machine;
  }

  private static ClusterSystem system(int node, List<String> seeds) {
    return new ClusterSystem(
        new ClusterSettings(
            "127.0.0.1",
            0,
            seeds,
            List.of(),
            ClusterSettings.Resolver.quorumOf(2),
            1,
            null,
            ClusterSettings.Timing.STANDARD),
        List.of(new Incarnation(new NodeId(node), 1)));
  }

  /// Takes objects of node 1 and frees them. There are none until its process is known.
  private static final class Borrower implements Program {
    private final List<Long> objects = new ArrayList<>();
    private int cycles = CYCLES;
    private int left = OBJECTS;

    @Override
    public Step step(Cpu cpu) {
      if (left > 0) {
        left--;
        long object = cpu.alloc(CACHE, 1, Gfp.KERNEL | Gfp.THISNODE);
        if (object == Cpu.WAIT) {
          return Step.WAITS;
        }
        take(object);
        return Step.DONE;
      }
      if (objects.isEmpty()) {
        left = OBJECTS;
        return --cycles == 0 ? Step.FINISHED : Step.DONE;
      }
      cpu.free(CACHE, objects.removeLast());
      return Step.DONE;
    }

    @Override
    public void completed(Cpu cpu) {
      take(cpu.result());
    }

    private void take(long object) {
      if (object == Cpu.NULL) {
        left++;
      } else {
        objects.add(object);
      }
    }
  }
}
