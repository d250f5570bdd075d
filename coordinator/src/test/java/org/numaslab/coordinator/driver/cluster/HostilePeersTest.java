package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.driver.cluster.Intruder.AsControl;
import org.numaslab.coordinator.driver.cluster.Intruder.AsNobodys;
import org.numaslab.coordinator.driver.cluster.Intruder.AsParcel;
import org.numaslab.coordinator.swarm.ClusterSwarm;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.HandOff;
import org.numaslab.node.loan.Frame.Renew;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.Call;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Whoever is no member sends what it likes: it is refused and counted, and changes nothing.
class HostilePeersTest {
  private static final long OPERATIONS = 3000;
  private static final int OFTEN = 20;
  private static final Duration REST_MAX = Duration.ofSeconds(20);
  private static final Incarnation HOME = ThreeProcesses.member(0);
  private static final Incarnation BORROWER = ThreeProcesses.member(1);
  private static final CpuId BORROWER_CPU = new CpuId(1);

  /// Of a node that the machine does not have.
  private static final Incarnation NOBODY = new Incarnation(new NodeId(900), 1);

  private static final String CLUSTER = ClusterSettings.NAME;

  @TempDir Path folder;

  /// The last request that was sent between two members.
  private final Map<String, Long> last = new ConcurrentHashMap<>();

  private ThreeProcesses processes() {
    return new ThreeProcesses(folder, OPERATIONS, node -> new Watching(last));
  }

  private record Watching(Map<String, Long> last) implements Shim {
    @Override
    public MemberLink around(Consumer<Parcel> wire, Clock clock) {
      return parcel -> {
        for (Frame frame : parcel.frames()) {
          if (frame.body() instanceof Request request && frame.home().equals(frame.to())) {
            last.merge(frame.from() + "/" + frame.to(), request.sequence(), Math::max);
          }
        }
        wire.accept(parcel);
      };
    }

    @Override
    public void begin() {}
  }

  // ---- bytes

  @Test
  void whatDoesNotBeginAsOursIsNotRead() throws IOException, InterruptedException {
    areRefused(
        Intruder.garbage(4096),
        Intruder.text("GET / HTTP/1.1\r\nHost: numaslab\r\n\r\n"),
        Stranger.framed("AKKA", Stranger.MESSAGES, 64, Intruder.garbage(17)),
        Stranger.framed("PEKK", Stranger.MESSAGES, -5, Intruder.garbage(1024)),
        Stranger.framed(Stranger.NOBODYS, 1024, Intruder.garbage(1024)));
  }

  @Test
  void framesOfImpossibleLengthsAreNotAwaited() throws IOException, InterruptedException {
    int[] lengths = {
      Integer.MIN_VALUE, -5, -4, -1, 0, 27, 512 * 1024 + 1, 1 << 30, Integer.MAX_VALUE
    };
    areRefused(
        Arrays.stream(lengths)
            .mapToObj(each -> Stranger.framed(Stranger.MESSAGES, each, new byte[1024]))
            .toArray(byte[][]::new));
  }

  @Test
  void handshakesInTheProcesssOwnNameAndWhatNobodyCanReadAreRefused()
      throws IOException, InterruptedException {
    try (ThreeProcesses processes = processes()) {
      processes.begin();
      byte[] asks = Stranger.asksInItsName(processes.system(0));
      byte[] answers = Stranger.answersInItsName(processes.system(0));
      endsCleanWhenHearingOften(processes, asks, answers, Stranger.nobodysMessage());
      await("refusals", () -> processes.system(0).links().refused() == 3 * OFTEN);
    }
  }

  private void areRefused(byte[]... shouts) throws IOException, InterruptedException {
    try (ThreeProcesses processes = processes()) {
      processes.begin();
      endsCleanWhenHearingOften(processes, shouts);
      await(
          "refusals", () -> processes.system(0).links().refused() == (long) shouts.length * OFTEN);
    }
  }

  @Test
  void framesThatAreCutOffOrOfGarbageAreRefused() throws IOException, InterruptedException {
    try (ThreeProcesses processes = processes()) {
      processes.begin();
      endsCleanWhenHearingOften(
          processes,
          Stranger.framed(Stranger.MESSAGES, 64, Intruder.garbage(17)), // cut off
          Stranger.framed(Stranger.MESSAGES, 1024, Intruder.garbage(1024)),
          Stranger.framed(Stranger.MESSAGES, 1024, unversioned(Intruder.garbage(1024))),
          Stranger.framed(Stranger.MESSAGES, 1024, new byte[1024]),
          Stranger.framed(Stranger.CONTROL, 1024, Intruder.garbage(1024)),
          Stranger.framed(Stranger.CONTROL, 1024, new byte[1024]));
      await("refusals", () -> processes.system(0).links().refused() == 6 * OFTEN);
    }
  }

  /// Begins as a frame does.
  private static byte[] unversioned(byte[] garbage) {
    garbage[0] = 0;
    return garbage;
  }

  private static void endsCleanWhenHearingOften(ThreeProcesses processes, byte[]... shouts)
      throws IOException, InterruptedException {
    for (int i = 0; i < OFTEN; i++) {
      for (byte[] each : shouts) {
        Stranger.shout(processes.system(0), each);
      }
    }
    comesToACleanEnd(processes);
  }

  private static void comesToACleanEnd(ThreeProcesses processes) throws InterruptedException {
    assertThat(processes.awaitOperations()).isNull();
    assertThat(processes.end(REST_MAX).violations()).isEmpty();
    assertThat(processes.system(0).members()).hasSize(ThreeProcesses.NODES);
    assertThat(processes.system(0).ended()).isNotDone();
  }

  // ---- messages

  @Test
  void whatIsNoMessageIsCountedAndDropped() throws InterruptedException {
    try (ThreeProcesses processes = processes();
        Intruder intruder = new Intruder("intruder")) {
      processes.begin();
      ClusterSystem process = processes.system(0);
      String mailbox = Intruder.mailbox(HOME);
      byte[] parcel = parcel(forged(1, 1, 1));
      Object[] refused = {
        new AsParcel("p", new byte[0]),
        new AsParcel("p", Intruder.garbage(200)),
        new AsParcel("p", Intruder.garbage(300_000)),
        new AsParcel("p", Arrays.copyOf(parcel, parcel.length / 2)),
        new AsParcel("nonsense", parcel),
        new AsControl("r", Intruder.garbage(100)),
        new AsControl("c", new byte[0]),
        new AsControl("h", Intruder.garbage(5000)),
        new AsControl("x", Intruder.garbage(10))
      };
      for (Object each : refused) {
        intruder.send(CLUSTER, process, mailbox, each);
      }
      intruder.send(CLUSTER, process, mailbox, new AsNobodys("?", Intruder.garbage(10)));
      intruder.send(CLUSTER, process, "follower", new AsNobodys("?", Intruder.garbage(10)));

      int all = refused.length + 2;
      await("refusals", () -> process.links().refused() == all);
      assertThat(processes.awaitOperations()).isNull();
      assertThat(processes.end(REST_MAX).violations()).isEmpty();
      assertThat(process.links().refused()).isEqualTo(all);
      assertThat(process.members()).hasSize(ThreeProcesses.NODES);
    }
  }

  @Test
  void whoBelievesThatThisIsAnotherClusterIsNotHeard() throws InterruptedException {
    try (ThreeProcesses processes = processes();
        Intruder intruder = new Intruder("intruder")) {
      processes.begin();
      for (int i = 0; i < 20; i++) {
        intruder.send(
            "intruder",
            processes.system(0),
            Intruder.mailbox(HOME),
            new AsParcel("p", Intruder.garbage(100)));
      }
      await("refusals", () -> processes.system(0).links().refused() > 0);

      assertThat(processes.awaitOperations()).isNull();
      assertThat(processes.end(REST_MAX).violations()).isEmpty();
    }
  }

  // ---- frames

  @Test
  void framesOfAnOldLifeAreRejected() throws InterruptedException {
    try (ThreeProcesses processes = processes();
        Intruder intruder = new Intruder("intruder")) {
      processes.begin();
      Incarnation old = new Incarnation(new NodeId(1), 0);
      Incarnation other = new Incarnation(new NodeId(0), 0);
      byte[] fromOld = parcel(new Frame(old, HOME, HOME, new Renew(1, 0)));
      byte[] toOld = parcel(new Frame(BORROWER, other, other, new Renew(1, 0)));
      for (int i = 0; i < 10; i++) {
        intruder.send(
            CLUSTER, processes.system(0), Intruder.mailbox(HOME), new AsParcel("p", fromOld));
        intruder.send(
            CLUSTER, processes.system(0), Intruder.mailbox(HOME), new AsParcel("p", toOld));
      }
      processes.awaitRejected(Rejection.OTHER_DESTINATION, 10);

      assertThat(processes.awaitOperations()).isNull();
      ClusterSwarm run = processes.end(REST_MAX);
      assertThat(run.violations()).isEmpty();
      assertThat(run.rejections())
          .containsEntry(Rejection.REMOVED_SENDER, 10L)
          .containsEntry(Rejection.OTHER_DESTINATION, 10L);
    }
  }

  /// In the name of a member, which could do it by mistake only.
  @Test
  void aLoanThatIsNotOpenAndAnObjectThatIsNotOutComeBackInVain() throws InterruptedException {
    try (ThreeProcesses processes = processes();
        Intruder intruder = new Intruder("intruder")) {
      processes.begin();
      assertThat(processes.awaitOperations()).isNull();
      assertThat(processes.end(REST_MAX).violations()).isEmpty();

      long next = last.getOrDefault(BORROWER + "/" + HOME, 0L) + 1;
      byte[] notOut = parcel(forged(next, 123_456_789, 1));
      byte[] noLoan = parcel(forged(next + 1, 123_456_789, 0));
      byte[] foreign = parcel(forged(next + 2, 123_456_789, 0, 2));
      byte[] noCpu = parcel(forged(next + 3, 123_456_789, 0, 8000));
      byte[] farAhead = parcel(forged(1L << 40, 123_456_789, 0));
      HandOff toNobodyHere = new HandOff(new CpuId(2), CacheId.NONE, new long[1], new long[1]);
      byte[] astray =
          parcel(
              new Frame(BORROWER, HOME, ThreeProcesses.member(2), new Request(1, 1, toNobodyHere)));
      byte[] noCache = parcel(forged(next + 4, 123_456_789, 1, 1, 4000));
      byte[] noCaches = parcel(asks(next + 5, freed(0, 4000)));
      byte[] noNode = parcel(new Frame(NOBODY, HOME, HOME, new Renew(1, 0)));
      byte[] noHome = parcel(new Frame(BORROWER, HOME, NOBODY, new Renew(1, 0)));
      for (byte[] each :
          new byte[][] {
            notOut, noLoan, foreign, noCpu, farAhead, astray, noCache, noCaches, noNode, noHome
          }) {
        intruder.send(
            CLUSTER, processes.system(0), Intruder.mailbox(HOME), new AsParcel("p", each));
      }
      processes.awaitRejected(Rejection.NO_SUCH_NODE, 2); // the last of them
      assertThat(processes.awaitOperations()).isNull();
      ClusterSwarm run = processes.end(REST_MAX);
      assertThat(run.violations())
          .hasSize(5)
          .allMatch(found -> found.matches("S6: [123] times .*") && found.contains("at nodes [0]"));
      assertThat(run.rejections())
          .containsEntry(Rejection.NOT_OUT, 1L)
          .containsEntry(Rejection.NO_SUCH_LOAN, 1L)
          .containsEntry(Rejection.FOREIGN_CPU, 3L)
          .containsEntry(Rejection.NO_SUCH_NODE, 2L)
          .containsEntry(Rejection.NEVER_ANSWERED, 1L);
    }
  }

  private static Frame forged(long sequence, long loan, int objects) {
    return forged(sequence, loan, objects, BORROWER.node().value());
  }

  private static Frame forged(long sequence, long loan, int objects, int cpu) {
    return forged(sequence, loan, objects, cpu, 0);
  }

  private static Frame forged(long sequence, long loan, int objects, int cpu, int cache) {
    int[] indexes = new int[objects];
    NodeProtocol.Deactivate back =
        new NodeProtocol.Deactivate(
            new Caller(new CpuId(cpu), 1),
            1,
            new CacheId(cache),
            new SlabRef(16, 1, loan),
            0,
            indexes);
    return asks(sequence, back);
  }

  private static Frame asks(long sequence, NodeProtocol.FromCpu message) {
    return new Frame(BORROWER, HOME, HOME, new Request(sequence, sequence, new ForNode(message)));
  }

  /// A free of an object of each of these caches.
  private static NodeProtocol.Free freed(int... caches) {
    NodeProtocol.FreedRun[] runs =
        Arrays.stream(caches)
            .mapToObj(cache ->
                new NodeProtocol.FreedRun(
                    new CacheId(cache), new long[] {16 << 12}, Call.on(0), false))
            .toArray(NodeProtocol.FreedRun[]::new);
    return new NodeProtocol.Free(new Caller(BORROWER_CPU, 1), 1, runs);
  }

  /// As [ParcelSerializer] has it.
  private static byte[] parcel(Frame frame) {
    return new ParcelSerializer(new LinkCounts())
        .toBinary(Parcel.of(new Frame[] {frame}, 0, Parcel.NONE));
  }
}
