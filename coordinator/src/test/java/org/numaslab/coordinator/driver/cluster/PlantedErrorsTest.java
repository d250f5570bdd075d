package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.driver.cluster.Meddler.One;
import org.numaslab.coordinator.driver.cluster.Meddler.Renumbered;
import org.numaslab.coordinator.driver.cluster.Meddler.Way;
import org.numaslab.coordinator.swarm.ClusterSwarm;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeProtocol.Deactivate;
import org.numaslab.node.protocol.NodeProtocol.Free;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeProtocol.TakePartial;
import org.numaslab.node.protocol.NodeProtocol.Unfreeze;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.EmulatedOops;

/// Messages between processes are meddled with, as no network would: whoever audits the run says
/// which invariant is broken, and for which object.
class PlantedErrorsTest {
  private static final long OPERATIONS = 6000;
  private static final Duration REST_MAX = Duration.ofSeconds(30);

  /// Of a run in which somebody waits in vain.
  private static final Duration VAIN_MAX = Duration.ofSeconds(4);

  private static final long LATER_NANOS = 100_000_000;
  private static final Pattern NAME = Pattern.compile("0x([0-9a-f]+)");

  private static final int PLANTED_MAX = 30;

  /// Whether what is freed twice is handed out while somebody has it is chance: in two runs of
  /// three it is.
  private static final int RUNS_MAX = 10;

  /// So many objects are named in one line.
  private static final int NAMED_MAX = 32;

  private final List<CacheGeometry> caches = ThreeProcesses.plan(OPERATIONS).caches();
  private final AtomicInteger planted = new AtomicInteger();
  private volatile boolean isEnding;

  @TempDir Path folder;

  private ThreeProcesses processes(BiConsumer<Frame, Way> way) {
    return new ThreeProcesses(folder, OPERATIONS, node -> new Meddler(way));
  }

  /// A run that comes to its end.
  private ClusterSwarm run(BiConsumer<Frame, Way> way) throws InterruptedException {
    return run(REST_MAX, way);
  }

  private ClusterSwarm run(Duration rest, BiConsumer<Frame, Way> way) throws InterruptedException {
    try (ThreeProcesses processes = processes(way)) {
      processes.begin();
      assertThat(processes.awaitOperations()).isNull();
      isEnding = true;
      return processes.end(rest);
    }
  }

  private static boolean isFree(Frame frame) {
    return Meddler.asked(frame, Free.class).isPresent();
  }

  private static long[] objects(Free free) {
    return Arrays.stream(free.runs()).flatMapToLong(run -> LongStream.of(run.objects())).toArray();
  }

  private long[] objects(Deactivate back) {
    CacheGeometry cache = caches.get(back.cache().value());
    long begin = (back.slab().frame() << Memory.PAGE_SHIFT) + cache.redLeftPad();
    return Arrays.stream(back.indexes())
        .mapToLong(index -> begin + (long) index * cache.size())
        .toArray();
  }

  private static String[] names(long... objects) {
    return LongStream.of(objects)
        .mapToObj(object -> "0x" + Long.toHexString(object))
        .toArray(String[]::new);
  }

  /// All that a line names.
  private static Set<Long> named(String violation) {
    return NAME.matcher(violation)
        .results()
        .map(name -> Long.parseLong(name.group(1), 16))
        .collect(Collectors.toSet());
  }

  @Test
  void nothingMeddledWithIsClean() throws InterruptedException {
    ClusterSwarm run = run((frame, way) -> way.pass());

    assertThat(run.violations()).isEmpty();
  }

  // ---- what never arrives

  @Test
  void aFreeThatNeverArrivesLeavesItsObjectsOut() throws InterruptedException {
    One lost = new One(frame -> isEnding && isFree(frame));
    ClusterSwarm run = runWithout(lost);

    Free free = Meddler.asked(lost.frame(), Free.class).orElseThrow();
    areOut(run, lost.frame(), objects(free));
  }

  @Test
  void aReturnThatNeverArrivesLeavesItsObjectsOutAndItsSlabLent() throws InterruptedException {
    One lost = new One(frame -> isEnding && isReturn(frame));
    ClusterSwarm run = runWithout(lost);

    Deactivate back = Meddler.asked(lost.frame(), Deactivate.class).orElseThrow();
    areOut(run, lost.frame(), objects(back));
    isStillLent(run, lost.frame(), back.slab());
  }

  private ClusterSwarm runWithout(One lost) throws InterruptedException {
    return run(
        VAIN_MAX,
        (frame, way) -> {
          if (!lost.is(frame)) {
            way.pass();
          }
        });
  }

  private static boolean isReturn(Frame frame) {
    return Meddler.asked(frame, Deactivate.class)
        .filter(back -> back.indexes().length > 0 && back.indexes().length <= NAMED_MAX)
        .isPresent();
  }

  /// Its home misses them, and so does who waits for an answer.
  private static void areOut(ClusterSwarm run, Frame lost, long[] objects) {
    assertThat(run.violations())
        .anySatisfy(found ->
            assertThat(found)
                .startsWith("L2: ")
                .contains("of nodes [" + lost.home().node().value() + "]")
                .contains(names(objects)))
        .anySatisfy(found ->
            assertThat(found)
                .startsWith("S6: ")
                .contains("in nodes [" + lost.from().node().value() + "]")
                .contains(names(objects)));
  }

  private static void isStillLent(ClusterSwarm run, Frame lost, SlabRef slab) {
    int cpu = Meddler.asked(lost).orElseThrow().from().cpu().value();
    assertThat(run.violations())
        .contains(
            "rest: loan: slab frame 0x%x of node %d is lent to cpu %d, held by nobody"
                .formatted(slab.frame(), lost.home().node().value(), cpu));
  }

  @Test
  void aReturnThatIsAnsweredButNotDoneLeavesItsObjectsOutAndItsSlabLent()
      throws InterruptedException {
    One lost = new One(PlantedErrorsTest::isReturn);
    ClusterSwarm run = runWithNothingInPlaceOf(lost);

    Deactivate back = Meddler.asked(lost.frame(), Deactivate.class).orElseThrow();
    long[] out = LongStream.of(objects(back)).sorted().toArray();
    int home = lost.frame().home().node().value();
    assertThat(run.violations())
        .contains(
            "L2: %d objects of nodes [%d] are out: %s"
                .formatted(out.length, home, String.join(", ", names(out))));
    isStillLent(run, lost.frame(), back.slab());
  }

  /// Of a slab of a cpu partial list the borrower has none of the free objects.
  @Test
  void aSlabWhoseReturnIsAnsweredButNotDoneIsStillLent() throws InterruptedException {
    One lost =
        new One(frame ->
            Meddler.asked(frame, Unfreeze.class).filter(b -> b.slabs().length > 0).isPresent());
    ClusterSwarm run = runWithNothingInPlaceOf(lost);

    for (SlabRef slab : Meddler.asked(lost.frame(), Unfreeze.class).orElseThrow().slabs()) {
      isStillLent(run, lost.frame(), slab);
    }
  }

  private ClusterSwarm runWithNothingInPlaceOf(One lost) throws InterruptedException {
    return run((frame, way) -> {
      if (lost.is(frame)) {
        way.passAs(Meddler.asking(frame, nothing(Meddler.asked(frame).orElseThrow())));
      } else {
        way.pass();
      }
    });
  }

  /// No slabs come back.
  private static Unfreeze nothing(NodeProtocol.FromCpu other) {
    CacheId cache = other instanceof Deactivate one ? one.cache() : ((Unfreeze) other).cache();
    return new Unfreeze(other.from(), other.request(), cache, new SlabRef[0]);
  }

  // ---- what arrives again

  @Test
  void aFreeThatArrivesAgainAfterItsWindowHasNoEffect() throws InterruptedException {
    ClusterSwarm run =
        run((frame, way) -> {
          way.pass();
          if (isFree(frame) && planted.getAndIncrement() < 20) {
            way.later(LATER_NANOS, () -> way.now(frame));
          }
        });

    assertThat(run.violations()).isEmpty();
    assertThat(run.rejections().getOrDefault(Rejection.BEHIND_WINDOW, 0L)).isPositive();
  }

  private record Sent(Frame frame, Way way) {}

  /// By a member that is wrong: as a new request, when nothing is out any more.
  @Test
  void aFreeThatIsAskedForAgainIsNamedByItsObjects() throws InterruptedException {
    AtomicReference<@Nullable Sent> last = new AtomicReference<>();
    Renumbered numbers = new Renumbered();
    try (ThreeProcesses processes =
        processes((frame, way) -> {
          passRenumbered(numbers, frame, way);
          if (isFree(frame)) {
            last.set(new Sent(frame, way));
          }
        })) {
      processes.begin();
      assertThat(processes.awaitOperations()).isNull();
      assertThat(processes.end(REST_MAX).violations()).isEmpty();
      Sent sent = Objects.requireNonNull(last.get());
      Frame frame = sent.frame();
      sent.way().now(numbers.again(frame));
      processes.awaitRejected(Rejection.NOT_OUT, 1);
      ClusterSwarm run = processes.end(REST_MAX);

      long[] objects = objects(Meddler.asked(frame, Free.class).orElseThrow());
      assertThat(run.violations())
          .singleElement()
          .asString()
          .startsWith("S6: 1 times NOT_OUT at nodes [" + frame.home().node().value() + "], ")
          .endsWith(": " + String.join(", ", names(objects)));
    }
  }

  /// By a home that has forgotten what it has done: the object is somebody else's by now.
  @Test
  void aFreeThatTakesEffectAgainIsFoundWhenItsObjectIsHandedOutTwice()
      throws InterruptedException, IOException {
    boolean isFound = false;
    for (int run = 0; run < RUNS_MAX && !isFound; run++) {
      isFound = findsFreeThatTakesEffectAgain(Files.createDirectory(folder.resolve("run-" + run)));
    }

    assertThat(isFound).isTrue();
  }

  private boolean findsFreeThatTakesEffectAgain(Path histories) throws InterruptedException {
    Map<Long, Runnable> freed = new ConcurrentHashMap<>();
    Set<Long> twice = ConcurrentHashMap.newKeySet();
    Renumbered numbers = new Renumbered();
    Grants grants = new Grants();
    BiConsumer<Frame, Way> repeats =
        (frame, way) -> {
          Deactivate granted = grants.takenBackBy(frame);
          passRenumbered(numbers, frame, way);
          Meddler.asked(frame, Free.class)
              .ifPresent(free -> {
                for (Free one : oneByOne(free)) {
                  Frame again = Meddler.asking(frame, one);
                  freed.put(objects(one)[0], () -> way.now(numbers.again(again)));
                }
              });
          if (granted != null) {
            long handedOut = objects(granted)[0]; // to the task that waits
            Runnable again = freed.remove(handedOut);
            if (again != null) {
              twice.add(handedOut);
              again.run();
            }
          }
        };
    try (ThreeProcesses processes =
        new ThreeProcesses(histories, OPERATIONS, node -> new Meddler(repeats))) {
      processes.begin();
      isNoneOrOops(processes.awaitOperations());
      return processes.history().violations().stream().anyMatch(v -> handsOutTwice(v, twice));
    }
  }

  private static List<Free> oneByOne(Free free) {
    return Arrays.stream(free.runs())
        .flatMap(run ->
            LongStream.of(run.objects())
                .mapToObj(
                    object -> new FreedRun(run.cache(), new long[] {object}, run.call(), true)))
        .map(run -> new Free(free.from(), free.request(), new FreedRun[] {run}))
        .toList();
  }

  private static void passRenumbered(Renumbered numbers, Frame frame, Way way) {
    Frame other = numbers.of(frame);
    if (other != null) {
      way.passAs(other);
    }
  }

  /// What is free and in use at once may be written to: its home meets that too.
  private static void isNoneOrOops(@Nullable Throwable failed) {
    if (failed != null) {
      assertThat(failed).isInstanceOf(EmulatedOops.class);
    }
  }

  /// Whether an object of these is handed out while somebody has it.
  private static boolean handsOutTwice(String found, Set<Long> objects) {
    return found.startsWith("S1 ")
        && found.contains(" is handed out to ")
        && found.contains(" while it is ")
        && objects.containsAll(named(found));
  }

  @Test
  void aBatchWithAnObjectThatIsFreeAlreadyIsRefusedAsAWhole() throws InterruptedException {
    Map<String, FreedRun> before = new ConcurrentHashMap<>();
    Set<Long> already = ConcurrentHashMap.newKeySet();
    Set<Long> refused = ConcurrentHashMap.newKeySet();
    ClusterSwarm run =
        run((frame, way) -> {
          Free free = Meddler.asked(frame, Free.class).orElse(null);
          if (free != null) {
            // What is refused is out still: only what went as it was is free already.
            FreedRun earlier = before.remove(Meddler.between(frame));
            if (earlier == null) {
              before.put(Meddler.between(frame), free.runs()[0]);
            } else if (planted.getAndIncrement() < PLANTED_MAX) {
              LongStream.of(earlier.objects()).forEach(already::add);
              LongStream.of(objects(free)).forEach(refused::add);
              way.now(Meddler.asking(frame, again(free, earlier)));
              return;
            }
          }
          way.pass();
        });

    assertThat(run.violations())
        .anySatisfy(found -> {
          assertThat(found).startsWith("S6: ").contains("NOT_OUT");
          assertThat(named(found)).isNotEmpty().isSubsetOf(already);
        })
        .anySatisfy(found -> {
          assertThat(found).startsWith("L2: ").contains("are out: ");
          assertThat(named(found)).containsAnyElementsOf(refused);
        });
  }

  /// With one run more than it has.
  private static Free again(Free free, FreedRun earlier) {
    FreedRun[] runs = Arrays.copyOf(free.runs(), free.runs().length + 1);
    runs[free.runs().length] = earlier;
    return new Free(free.from(), free.request(), runs);
  }

  // ---- what is forgotten

  /// As if the borrower had given it back, which goes on with it.
  @Test
  void aLoanThatItsHomeForgetsIsHandedOutAgain() throws InterruptedException {
    Grants grants = new Grants();
    Map<String, Deactivate> loans = new ConcurrentHashMap<>();
    Set<Long> forgotten = ConcurrentHashMap.newKeySet();
    BiConsumer<Frame, Way> forgets =
        (frame, way) -> {
          Deactivate granted = grants.takenBackBy(frame);
          if (granted != null) {
            loans.put(frame.to() + "/" + frame.from(), granted);
          }
          Free free = Meddler.asked(frame, Free.class).orElse(null);
          Deactivate back = free == null ? null : loans.remove(Meddler.between(frame));
          if (free == null || back == null || planted.getAndIncrement() >= PLANTED_MAX) {
            way.pass();
            return;
          }
          LongStream.of(objects(back)).forEach(forgotten::add);
          way.now(Meddler.asking(frame, inPlaceOf(free, back)));
        };
    try (ThreeProcesses processes = processes(forgets)) {
      processes.begin();
      Throwable failed = processes.awaitOperations();

      assertThat(processes.history().violations())
          .anyMatch(found -> handsOutTwice(found, forgotten));
      isNoneOrOops(failed);
    }
  }

  private static Deactivate inPlaceOf(Free other, Deactivate back) {
    return new Deactivate(
        other.from(), other.request(), back.cache(), back.slab(), 0, back.indexes());
  }

  /// What homes have granted.
  private static final class Grants {
    private final Map<String, TakePartial> asked = new ConcurrentHashMap<>();

    /// What would give back the slab that a frame grants, null when it grants none with objects.
    @Nullable Deactivate takenBackBy(Frame frame) {
      Meddler.asked(frame, TakePartial.class)
          .ifPresent(take ->
              asked.put(Meddler.between(frame) + ((Request) frame.body()).sequence(), take));
      if (!(frame.body() instanceof Answer answer
          && answer.told() instanceof FromNode told
          && told.reply() instanceof NodeReply.Granted granted)) {
        return null;
      }
      TakePartial take = asked.get(frame.to() + "/" + frame.from() + answer.sequence());
      SlabGrant slab = granted.slabs()[0];
      return take == null || slab.indexes().length == 0
          ? null
          : new Deactivate(
              take.from(), take.request(), take.cache(), slab.slab(), 0, slab.indexes());
    }
  }
}
