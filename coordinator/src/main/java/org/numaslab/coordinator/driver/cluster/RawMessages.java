package org.numaslab.coordinator.driver.cluster;

import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.Way;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol.Free;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeProtocol.TakePartial;
import org.numaslab.node.protocol.NodeReply.Granted;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.Call;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.EnvironmentFailure;

/// What messages take by themselves: the same parcels, serializer, dispatchers and connections as
/// those of members, between actors that do nothing else. What members take is held against it.
///
/// The thread that measures waits: none of an actor.
public final class RawMessages implements AutoCloseable {
  private static final int FREES = 64;
  private static final int OBJECTS = 16;

  /// Batches that are under way at once: as many as a cpu may have, so that both keep the
  /// connection as full.
  private static final int WINDOW = 128;

  /// One answer for so many of them.
  private static final int ACKNOWLEDGED = 16;

  private static final long ANSWER_SECONDS_MAX = 60;
  private static final String NAME = "raw-";

  private record Ball(ActorRef<Ball> back, int left, CompletableFuture<Long> played) {}

  private final ActorSystem<Void> system;
  private final ClusterSystem process;
  private final Incarnation me;
  private final String run;
  private final ActorRef<Object> end;
  private final List<ActorRef<?>> actors = new ArrayList<>();

  /// Is there in each process: the other end of what is measured, and this one.
  ///
  /// @param number of the run
  public RawMessages(long number, ClusterSystem process) {
    this.process = process;
    this.system = process.system();
    this.me = process.own().getFirst();
    this.run = NAME + number + "-";
    this.end = system.systemActorOf(end(), name(me), Props.empty());
    actors.add(end);
  }

  private String name(Incarnation member) {
    return run + member.node().value();
  }

  private ActorRef<Object> endOf(Incarnation member) {
    Address at =
        process
            .addressOf(member)
            .orElseThrow(() -> new IllegalStateException(member + " is not there"));
    return ActorRefResolver.get(system).resolveActorRef(at + "/system/" + name(member));
  }

  // ---- what is sent

  private Parcel ping(Incarnation to, long sequence) {
    TakePartial asked =
        new TakePartial(
            new Caller(new CpuId(0), me.life()), sequence, new CacheId(0), 0, Call.on(0));
    Frame frame = new Frame(me, to, to, new Request(sequence, sequence, new ForNode(asked)));
    return Parcel.of(new Frame[] {frame}, System.nanoTime(), Parcel.NONE).toldAt(System.nanoTime());
  }

  private Parcel pong(Parcel asked, long sequence, long taken) {
    int[] indexes = new int[OBJECTS];
    for (int i = 0; i < OBJECTS; i++) {
      indexes[i] = i;
    }
    SlabGrant grant = new SlabGrant(new SlabRef(1 << 20, 3, sequence), 3, OBJECTS, 0, indexes);
    Granted granted = new Granted(sequence, new SlabGrant[] {grant}, new int[] {0, 1});
    Frame frame =
        new Frame(me, asked.from(), me, new Answer(sequence, new FromNode(granted, OBJECTS)));
    Way there = asked.takenAt(taken);
    return Parcel.of(new Frame[] {frame}, System.nanoTime(), there.times())
        .toldAt(System.nanoTime());
  }

  private Parcel batch(Incarnation to, long sequence) {
    long[] objects = LongStream.range(0, FREES).map(i -> (sequence * FREES + i) << 6).toArray();
    FreedRun[] runs = {new FreedRun(new CacheId(0), objects, Call.on(0), true)};
    Free free = new Free(new Caller(new CpuId(0), me.life()), sequence, runs);
    Frame frame = new Frame(me, to, to, new Request(sequence, sequence, new ForNode(free)));
    return Parcel.of(new Frame[] {frame}, System.nanoTime(), Parcel.NONE).toldAt(System.nanoTime());
  }

  // ---- between processes

  /// One side of an exchange, while it is measured.
  private interface Play {
    void begin();

    void answered();
  }

  private record Begin(Play play) {}

  private Behavior<Object> end() {
    return Behaviors.setup(context -> new End().behavior());
  }

  private final class End {
    private @Nullable Play play;
    private @Nullable ActorRef<Object> other;

    Behavior<Object> behavior() {
      return Behaviors.receiveMessage(message -> {
        switch (message) {
          case Begin begin -> {
            play = begin.play;
            begin.play.begin();
          }
          case Parcel parcel -> took(parcel);
          default -> {}
        }
        return Behaviors.same();
      });
    }

    private void took(Parcel parcel) {
      long taken = System.nanoTime();
      Play mine = play;
      if (parcel.frames()[0].body() instanceof Request request) {
        boolean isBatch = request.asked() instanceof ForNode(Free free);
        if (!isBatch || request.sequence() % ACKNOWLEDGED == 0) {
          ActorRef<Object> to = other;
          if (to == null) {
            to = endOf(parcel.from());
            other = to;
          }
          to.tell(pong(parcel, request.sequence(), taken));
        }
      } else if (mine != null) {
        mine.answered();
      }
    }
  }

  /// Round trips of one message after another.
  ///
  /// @param nanos gets each of them
  public void ask(Incarnation other, int count, Histogram nanos) {
    ActorRef<Object> to = endOf(other);
    CompletableFuture<Void> all = new CompletableFuture<>();
    end.tell(
        new Begin(
            new Play() {
              private long sequence;
              private long since;

              @Override
              public void begin() {
                since = System.nanoTime();
                to.tell(ping(other, ++sequence));
              }

              @Override
              public void answered() {
                nanos.recordValue(System.nanoTime() - since);
                if (sequence < count) {
                  begin();
                } else {
                  all.complete(null);
                }
              }
            }));
    answered(all);
  }

  /// Longs in a second that go one way, 64 in each message.
  ///
  /// @param longs in all, in steps of what one answer confirms
  public double longsPerSecond(Incarnation other, int longs) {
    ActorRef<Object> to = endOf(other);
    CompletableFuture<Long> all = new CompletableFuture<>();
    int count = Math.max(1, longs / (FREES * ACKNOWLEDGED)) * ACKNOWLEDGED;
    long began = System.nanoTime();
    end.tell(
        new Begin(
            new Play() {
              private long sent;
              private long confirmed;

              @Override
              public void begin() {
                while (sent < count && sent < confirmed + WINDOW) {
                  to.tell(batch(other, ++sent));
                }
              }

              @Override
              public void answered() {
                confirmed += ACKNOWLEDGED;
                if (confirmed == count) {
                  all.complete(System.nanoTime());
                }
                begin();
              }
            }));
    return 1e9 * count * FREES / (answered(all) - began);
  }

  /// Nobody repeats what is lost here.
  private static <T> T answered(CompletableFuture<T> all) {
    try {
      return all.orTimeout(ANSWER_SECONDS_MAX, TimeUnit.SECONDS).join();
    } catch (CompletionException late) {
      throw new EnvironmentFailure(
          "raw messages were not answered within %d s".formatted(ANSWER_SECONDS_MAX), late);
    }
  }

  // ---- within this one

  /// A round trip between two actors of this process, on average.
  public double tellNanos(int count) {
    CompletableFuture<Long> played = new CompletableFuture<>();
    ActorRef<Ball> one = player("one");
    ActorRef<Ball> two = player("two");
    long began = System.nanoTime();
    one.tell(new Ball(two, 2 * count, played));
    double nanos = (double) (played.join() - began) / count;
    actors.add(one);
    actors.add(two);
    return nanos;
  }

  private ActorRef<Ball> player(String name) {
    Behavior<Ball> behavior =
        Behaviors.setup(context ->
            Behaviors.receiveMessage(ball -> {
              if (ball.left == 0) {
                ball.played.complete(System.nanoTime());
              } else {
                ball.back.tell(new Ball(context.getSelf(), ball.left - 1, ball.played));
              }
              return Behaviors.same();
            }));
    return system.systemActorOf(behavior, run + name + "-" + actors.size(), Props.empty());
  }

  /// Encoding and decoding a request for a slab and its answer: per parcel, on average.
  public double serializeNanos(int count) {
    ParcelSerializer serializer = new ParcelSerializer(new LinkCounts());
    ByteBuffer buffer = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);
    Parcel ping = ping(me, 1);
    Parcel pong = pong(ping, 1, System.nanoTime());
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      Parcel parcel = i % 2 == 0 ? ping : pong;
      buffer.clear();
      serializer.toBinary(parcel, buffer);
      buffer.flip();
      try {
        serializer.fromBinary(buffer, serializer.manifest(parcel));
      } catch (NotSerializableException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    return (double) (System.nanoTime() - began) / count;
  }

  @Override
  public void close() {
    actors.forEach(actor -> Adapter.toClassic(system).stop(Adapter.toClassic(actor)));
  }
}
