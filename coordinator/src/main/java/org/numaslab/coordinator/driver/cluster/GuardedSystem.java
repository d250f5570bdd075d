package org.numaslab.coordinator.driver.cluster;

import com.typesafe.config.Config;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ActorSystemImpl;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.DynamicAccess;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.ReflectiveDynamicAccess;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.cluster.ClusterActorRefProvider;
import org.apache.pekko.event.EventStream;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.artery.ArterySettings;
import org.apache.pekko.remote.artery.Decoder;
import org.apache.pekko.remote.artery.EnvelopeBuffer;
import org.apache.pekko.remote.artery.EnvelopeBufferPool;
import org.apache.pekko.remote.artery.InboundEnvelope;
import org.apache.pekko.remote.artery.OutboundContext;
import org.apache.pekko.remote.artery.OutboundHandshake.HandshakeReq;
import org.apache.pekko.remote.artery.OutboundHandshake.HandshakeRsp;
import org.apache.pekko.remote.artery.compress.InboundCompressions;
import org.apache.pekko.remote.artery.tcp.ArteryTcpTransport;
import org.apache.pekko.serialization.DisabledJavaSerializer;
import org.apache.pekko.serialization.NullSerializer;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.scaladsl.Sink;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.numaslab.coordinator.wire.BadFrame;
import scala.Option;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.util.Try;

/// An actor system of a cluster whose connections are read along by a [FrameGuard], and whose links
/// can be cut on purpose, in one direction too: Pekko has no setting for that, so this goes the way
/// on which it makes its transport.
///
/// ```text
/// GuardedSystem  makes, in the place of the cluster's own, a
/// Provider       which begins with a
/// Transport      whose streams have an
/// Inspection     of each connection, by its FrameGuard
/// ```
final class GuardedSystem extends ActorSystemImpl {
  /// Starts it.
  static ActorSystemImpl start(String name, Config config) {
    return new GuardedSystem(name, config).start();
  }

  private GuardedSystem(String name, Config config) {
    super(
        name,
        config,
        GuardedSystem.class.getClassLoader(),
        Option.empty(),
        Option.empty(),
        ActorSystemSetup.empty());
  }

  /// Pekko's own place for whoever wants another class than the configured one.
  @Override
  public DynamicAccess createDynamicAccess() {
    return new ReflectiveDynamicAccess(GuardedSystem.class.getClassLoader()) {
      @Override
      public <T> Try<T> createInstanceFor(
          String type, Seq<Tuple2<Class<?>, Object>> arguments, ClassTag<T> tag) {
        boolean isProvider = type.equals(ClusterActorRefProvider.class.getName());
        return super.createInstanceFor(
            isProvider ? Provider.class.getName() : type, arguments, tag);
      }
    };
  }

  /// Where links of a process are cut on purpose.
  static Cuts cutsOf(ActorSystem system) {
    ExtendedActorSystem extended = (ExtendedActorSystem) system;
    return ((Transport) ((RemoteActorRefProvider) extended.provider()).transport()).cuts;
  }

  /// A field that Pekko keeps to itself.
  private static Field field(Class<?> of, String name) {
    try {
      Field field = of.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new LinkageError("another Pekko: " + of.getName() + " has no " + name, e);
    }
  }

  /// Made by its name.
  static final class Provider extends ClusterActorRefProvider {
    private static final Field INTERNALS = field(RemoteActorRefProvider.class, "_internals");
    private static final Field TRANSPORT = field(INTERNALS.getType(), "transport");

    Provider(String system, Settings settings, EventStream events, DynamicAccess access) {
      super(system, settings, events, access);
    }

    /// Is called when all is there and nothing has begun.
    @Override
    public void warnIfDirectUse() {
      try {
        // In the object that whoever ends the transport has got already. The field is final: from
        // JDK 26 on that wants --enable-final-field-mutation.
        TRANSPORT.set(INTERNALS.get(this), new Transport(transport().system(), this));
      } catch (IllegalAccessException e) {
        throw new LinkageError("another Pekko: its transport is kept otherwise", e);
      }
    }
  }

  private static final class Transport extends ArteryTcpTransport {
    private static final Field INBOUND = field(ArteryTcpTransport.class, "inboundConnectionFlow");

    private final LinkCounts counts;
    private final Cuts cuts = new Cuts();

    /// Identifiers of those that are known here, in order; empty before the first message.
    private volatile int[] serializers = {};

    Transport(ExtendedActorSystem system, RemoteActorRefProvider provider) {
      super(
          system,
          provider,
          provider.remoteSettings().Artery().Transport().equals(ArterySettings.TlsTcp$.MODULE$));
      this.counts = LinkCounts.of(system);
    }

    @Override
    public Tuple2<Object, Object> bindInboundStreams() {
      guard();
      return super.bindInboundStreams();
    }

    /// Each time that they begin.
    @Override
    public void runInboundStreams(int port, int bindPort) {
      super.runInboundStreams(port, bindPort);
      guard();
    }

    @SuppressWarnings("unchecked") // the field's type
    private void guard() {
      try {
        var inbound =
            (Future<org.apache.pekko.stream.scaladsl.Flow<ByteString, ByteString, NotUsed>>)
                INBOUND.get(this);
        INBOUND.set(this, inbound.map(this::inspected, system().dispatcher()));
      } catch (IllegalAccessException e) {
        throw new LinkageError("another Pekko: its streams are kept otherwise", e);
      }
    }

    private org.apache.pekko.stream.scaladsl.Flow<ByteString, ByteString, NotUsed> inspected(
        org.apache.pekko.stream.scaladsl.Flow<ByteString, ByteString, NotUsed> inbound) {
      return Flow.fromGraph(new Inspection(settings().Advanced().MaximumFrameSize(), counts))
          .via(inbound)
          .asScala();
    }

    /// Whose garbage is counted.
    @Override
    public org.apache.pekko.stream.scaladsl.Flow<
            EnvelopeBuffer, InboundEnvelope, Decoder.InboundCompressionAccess>
        createDecoder(ArterySettings settings, InboundCompressions compressions) {
      return DropWatch.around(
              super.createDecoder(settings, compressions),
              EnvelopeBuffer.class,
              () -> counts.refused(new BadFrame("frame", "one without a header", "one of Artery")))
          .asScala();
    }

    /// Without what no serializer here can read, and without handshakes that are meant for another
    /// process, or said in this one's own name: then all streams would begin anew.
    @Override
    public org.apache.pekko.stream.scaladsl.Flow<InboundEnvelope, InboundEnvelope, NotUsed>
        createDeserializer(EnvelopeBufferPool pool) {
      return Flow.of(InboundEnvelope.class)
          .filter(this::isReadable)
          .via(
              DropWatch.around(
                  super.createDeserializer(pool),
                  InboundEnvelope.class,
                  () ->
                      counts.refused(
                          new BadFrame(
                              "message", "one that its serializer refuses", "another one"))))
          .filter(this::isHeard)
          .filter(envelope -> isForThis(envelope.message()))
          .asScala();
    }

    /// Without what a cut link loses: all frames, Artery's own and heartbeats too.
    @Override
    public Sink<EnvelopeBuffer, Future<Done>> outboundTransportSink(
        OutboundContext to, int stream, EnvelopeBufferPool pool) {
      Address at = to.remoteAddress();
      return Flow.of(EnvelopeBuffer.class)
          .filter(frame -> {
            boolean isLost = cuts.isCutTo(at);
            if (isLost) {
              pool.release(frame);
            }
            return !isLost;
          })
          .toMat(super.outboundTransportSink(to, stream, pool).asJava(), Keep.right())
          .asScala();
    }

    private boolean isHeard(InboundEnvelope envelope) {
      OutboundContext from = envelope.association();
      if (from != null) {
        return !cuts.isCutFrom(from.remoteAddress());
      }
      return switch (envelope.message()) { // of somebody new
        case HandshakeReq asks -> !cuts.isCutFrom(asks.from().address());
        case HandshakeRsp answers -> !cuts.isCutFrom(answers.from().address());
        default -> true;
      };
    }

    private boolean isReadable(InboundEnvelope envelope) {
      int[] ids = serializers;
      if (ids.length == 0) {
        ids = serializers();
        serializers = ids;
      }
      if (Arrays.binarySearch(ids, envelope.serializer()) >= 0) {
        return true;
      }
      counts.refused(new BadFrame("serializer", envelope.serializer(), "one that is known here"));
      return false;
    }

    /// But Java's own, which is off, and that of null, which is no message.
    private int[] serializers() {
      return CollectionConverters.asJava(
              SerializationExtension.get(system()).serializerByIdentity())
          .values()
          .stream()
          .filter(serializer ->
              !(serializer instanceof DisabledJavaSerializer
                  || serializer instanceof NullSerializer))
          .mapToInt(Serializer::identifier)
          .sorted()
          .toArray();
    }

    private boolean isForThis(Object message) {
      return switch (message) {
        case HandshakeReq asks -> isMeant(asks.to()) && isOther(asks.from().address());
        case HandshakeRsp answers -> isOther(answers.from().address());
        default -> true;
      };
    }

    private boolean isMeant(Address to) {
      Address me = localAddress().address();
      if (to.equals(me)) {
        return true;
      }
      counts.refused(new BadFrame("handshake", "one for " + to, me.toString()));
      return false;
    }

    private boolean isOther(Address from) {
      if (!from.equals(localAddress().address())) {
        return true;
      }
      counts.refused(new BadFrame("handshake", "this process's own name", "another one's"));
      return false;
    }
  }

  /// Passes on what comes, until it cannot be a stream of ours: then it hangs up.
  private static final class Inspection extends GraphStage<FlowShape<ByteString, ByteString>> {
    private final Inlet<ByteString> in = Inlet.create("inspected");
    private final Outlet<ByteString> out = Outlet.create("sound");
    private final int longest;
    private final LinkCounts counts;

    Inspection(int longest, LinkCounts counts) {
      this.longest = longest;
      this.counts = counts;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
      return FlowShape.of(in, out);
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
      return new GraphStageLogic(shape()) {
        private final FrameGuard guard = new FrameGuard(longest);

        {
          setHandler(
              in,
              new AbstractInHandler() {
                @Override
                public void onPush() {
                  inspect(grab(in));
                }

                @Override
                public void onUpstreamFinish() {
                  if (guard.isInFrame()) {
                    counts.cutOff();
                  }
                  completeStage();
                }
              });
          setHandler(
              out,
              new AbstractOutHandler() {
                @Override
                public void onPull() {
                  pull(in);
                }
              });
        }

        private void inspect(ByteString bytes) {
          try {
            for (ByteBuffer each : bytes.getByteBuffers()) {
              guard.read(each);
            }
            push(out, bytes);
          } catch (BadFrame bad) {
            counts.refused(bad);
            failStage(bad);
          }
        }
      };
    }
  }
}
