package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.swarm.ClusterSwarm;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.slab.EmulatedOops;

/// Messages between processes are meddled with, as no network would: whoever audits the run says
/// which invariant is broken, and for which object.
class PlantedErrorsTest {
  private static final long OPERATIONS = 6000;
  private static final Duration REST_MAX = Duration.ofSeconds(4);
  private static final long LATER_NANOS = 100_000_000;

  private static final int PLANTED_MAX = 30;

  private final AtomicInteger planted = new AtomicInteger();
  private volatile boolean isEnding;

  @TempDir Path folder;

  /// Between a process and the network: takes frame by frame.
  private record Meddler(BiConsumer<Frame, Way> way) implements Shim {
    @Override
    public MemberLink around(Consumer<Parcel> wire, Clock clock) {
      return parcel -> {
        for (Frame frame : parcel.frames()) {
          long[] asked = frame.body() instanceof Answer ? parcel.asked() : Parcel.NONE;
          way.accept(frame, new Way(frame, parcel.sent(), asked, wire, clock));
        }
      };
    }

    @Override
    public void begin() {}
  }

  /// What can be done with a frame.
  private record Way(
      Frame frame, long sent, long[] asked, Consumer<Parcel> wire, Shim.Clock clock) {
    void pass() {
      wire.accept(Parcel.of(new Frame[] {frame}, sent, asked).toldAt(System.nanoTime()));
    }

    void later(Frame other) {
      clock.after(LATER_NANOS, () -> now(other));
    }

    void now(Frame other) {
      long time = System.nanoTime();
      wire.accept(Parcel.of(new Frame[] {other}, time, Parcel.NONE).toldAt(time));
    }
  }

  /// A run that comes to its end.
  private ClusterSwarm run(BiConsumer<Frame, Way> way) throws InterruptedException {
    try (ThreeProcesses processes =
        new ThreeProcesses(folder, OPERATIONS, node -> new Meddler(way))) {
      processes.begin();
      assertThat(processes.awaitOperations()).isNull();
      isEnding = true;
      return processes.end(REST_MAX);
    }
  }

  private static Optional<NodeProtocol.Free> free(Frame frame) {
    return frame.body() instanceof Request request
            && request.asked() instanceof ForNode asked
            && asked.message() instanceof NodeProtocol.Free free
        ? Optional.of(free)
        : Optional.empty();
  }

  private static String name(long object) {
    return "0x" + Long.toHexString(object);
  }

  @Test
  void nothingMeddledWithIsClean() throws InterruptedException {
    ClusterSwarm run = run((frame, way) -> way.pass());

    assertThat(run.violations()).isEmpty();
  }

  @Test
  void aFreeThatNeverArrivesLeavesItsObjectsOut() throws InterruptedException {
    AtomicReference<@Nullable Frame> lost = new AtomicReference<>();
    Set<String> passed = ConcurrentHashMap.newKeySet();
    ClusterSwarm run =
        run((frame, way) -> {
          if (isEnding && free(frame).isPresent() && !passed.contains(request(frame))) {
            lost.compareAndSet(null, frame);
          }
          Frame first = lost.get();
          if (first == null || !isSameRequest(first, frame)) {
            passed.add(request(frame));
            way.pass();
          }
        });

    Frame first = Objects.requireNonNull(lost.get());
    String object = name(free(first).orElseThrow().runs()[0].objects()[0]);
    int home = first.home().node().value();
    assertThat(run.violations())
        .anySatisfy(found ->
            assertThat(found).startsWith("L2: ").contains("of nodes [" + home + "]", object))
        .anySatisfy(found -> assertThat(found).startsWith("S6: ").contains(object));
  }

  /// What a repetition of it has too: one that has passed may have had its effect.
  private static String request(Frame frame) {
    return frame.body() instanceof Request request
        ? frame.from() + "/" + frame.to() + "/" + frame.home() + "/" + request.sequence()
        : "";
  }

  private static boolean isSameRequest(Frame first, Frame frame) {
    return frame.body() instanceof Request request
        && request.sequence() == ((Request) first.body()).sequence()
        && frame.from().equals(first.from())
        && frame.to().equals(first.to())
        && frame.home().equals(first.home());
  }

  @Test
  void aFreeThatArrivesAgainAfterItsWindowHasNoEffect() throws InterruptedException {
    ClusterSwarm run =
        run((frame, way) -> {
          way.pass();
          if (free(frame).isPresent() && planted.getAndIncrement() < 20) {
            way.later(frame);
          }
        });

    assertThat(run.violations()).isEmpty();
    assertThat(run.rejections().getOrDefault(Rejection.BEHIND_WINDOW, 0L)).isPositive();
  }

  @Test
  void aBatchWithAnObjectThatIsFreeAlreadyIsRefusedAsAWhole() throws InterruptedException {
    Map<String, NodeProtocol.FreedRun> before = new ConcurrentHashMap<>();
    ClusterSwarm run =
        run((frame, way) -> {
          Optional<NodeProtocol.Free> freeing = free(frame);
          if (freeing.isPresent()) {
            NodeProtocol.Free free = freeing.get();
            NodeProtocol.FreedRun earlier = before.put(between(frame), free.runs()[0]);
            if (earlier != null && planted.getAndIncrement() < PLANTED_MAX) {
              way.now(asking(frame, again(free, earlier)));
              return;
            }
          }
          way.pass();
        });

    assertThat(run.violations())
        .anySatisfy(found -> assertThat(found).startsWith("S6: ").contains("NOT_OUT"))
        .anySatisfy(found -> assertThat(found).startsWith("L2: ").contains("are out: 0x"));
  }

  /// With one run more than it has.
  private static NodeProtocol.Free again(NodeProtocol.Free free, NodeProtocol.FreedRun earlier) {
    NodeProtocol.FreedRun[] runs = Arrays.copyOf(free.runs(), free.runs().length + 1);
    runs[free.runs().length] = earlier;
    return new NodeProtocol.Free(free.from(), free.request(), runs);
  }

  /// As if the borrower had given it back, which goes on with it.
  @Test
  void aLoanThatItsHomeForgetsIsHandedOutAgain() throws InterruptedException {
    Map<String, NodeProtocol.FromCpu> asked = new ConcurrentHashMap<>();
    Map<String, NodeProtocol.Deactivate> loans = new ConcurrentHashMap<>();
    BiConsumer<Frame, Way> forgets =
        (frame, way) -> {
          if (frame.body() instanceof Request request && request.asked() instanceof ForNode one) {
            asked.put(between(frame) + request.sequence(), one.message());
            NodeProtocol.Deactivate back =
                one.message() instanceof NodeProtocol.Free ? loans.remove(between(frame)) : null;
            if (back != null && planted.getAndIncrement() < PLANTED_MAX) {
              way.now(asking(frame, inPlaceOf(one.message(), back)));
              return;
            }
          } else if (frame.body() instanceof Answer answer
              && answer.told() instanceof FromNode told
              && told.reply() instanceof NodeReply.Granted granted) {
            String asks = frame.to() + "/" + frame.from();
            NodeProtocol.Deactivate back =
                back(asked.get(asks + answer.sequence()), granted.slabs()[0]);
            if (back != null) {
              loans.put(asks, back);
            }
          }
          way.pass();
        };
    try (ThreeProcesses processes =
        new ThreeProcesses(folder, OPERATIONS, node -> new Meddler(forgets))) {
      processes.begin();
      Throwable failed = processes.awaitOperations();

      assertThat(processes.history().violations())
          .anySatisfy(found -> assertThat(found).startsWith("S1 ").contains("object 0x"));
      if (failed != null) {
        assertThat(failed).isInstanceOf(EmulatedOops.class); // its home has met it first
      }
    }
  }

  private static NodeProtocol.Deactivate inPlaceOf(
      NodeProtocol.FromCpu other, NodeProtocol.Deactivate back) {
    return new NodeProtocol.Deactivate(
        other.from(), other.request(), back.cache(), back.slab(), 0, back.indexes());
  }

  private static NodeProtocol.@Nullable Deactivate back(
      NodeProtocol.@Nullable FromCpu asked, SlabGrant slab) {
    return asked instanceof NodeProtocol.TakePartial take && slab.indexes().length > 0
        ? new NodeProtocol.Deactivate(
            take.from(), take.request(), take.cache(), slab.slab(), 0, slab.indexes())
        : null;
  }

  private static String between(Frame frame) {
    return frame.from() + "/" + frame.to();
  }

  /// The same request, with something else to do.
  private static Frame asking(Frame frame, NodeProtocol.FromCpu other) {
    Request request = (Request) frame.body();
    return new Frame(
        frame.from(),
        frame.to(),
        frame.home(),
        new Request(request.sequence(), request.oldestOpen(), new ForNode(other)));
  }
}
