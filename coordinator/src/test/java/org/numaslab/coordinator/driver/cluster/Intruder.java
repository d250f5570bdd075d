package org.numaslab.coordinator.driver.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.numaslab.node.loan.Incarnation;

/// A process that has no business here: no member of the cluster, and with another name. It can
/// send what it wants, under the numbers of our serializers and under one that we do not have.
final class Intruder implements AutoCloseable {
  /// Bytes under the number of [ParcelSerializer], of [ControlSerializer] and of nobody.
  sealed interface Bytes {
    String manifest();

    byte[] bytes();
  }

  record AsParcel(String manifest, byte[] bytes) implements Bytes {}

  record AsControl(String manifest, byte[] bytes) implements Bytes {}

  record AsNobodys(String manifest, byte[] bytes) implements Bytes {}

  private static final String BINDINGS = "pekko.actor.serialization-bindings";

  private final ActorSystem system;

  /// @param name of its cluster
  Intruder(String name) {
    this.system =
        ActorSystem.create(
            name,
            ConfigFactory.parseString(serializers(Intruder.class.getName()))
                .withFallback(withoutOurs(ThreeProcesses.settings(List.of()).config())));
  }

  private static String serializers(String of) {
    return """
    pekko.actor {
      serializers { a = "%1$s$Parcels", b = "%1$s$Controls", c = "%1$s$Nobodys" }
      serialization-bindings {
        "%1$s$AsParcel" = a
        "%1$s$AsControl" = b
        "%1$s$AsNobodys" = c
      }
    }
    """
        .formatted(of);
  }

  /// Two serializers cannot have one number.
  private static Config withoutOurs(Config config) {
    Config left =
        config
            .withoutPath("pekko.actor.serializers.numaslab")
            .withoutPath("pekko.actor.serializers.numaslab-control");
    for (String bound : config.getObject(BINDINGS).keySet()) {
      if (bound.startsWith("org.numaslab")) {
        left =
            left.withoutPath(
                ConfigUtil.joinPath("pekko", "actor", "serialization-bindings", bound));
      }
    }
    return left;
  }

  /// Sends it to an actor of a process.
  ///
  /// @param cluster the name of that process's cluster, as the intruder believes
  void send(String cluster, ClusterSystem process, String actor, Object message) {
    system
        .actorSelection("pekko://" + cluster + "@" + process.hostPort() + "/system/" + actor)
        .tell(message, ActorRef.noSender());
  }

  /// The actor of a member in the only run.
  static String mailbox(Incarnation member) {
    return "machine-1-node-" + member.node().value();
  }

  static byte[] garbage(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 37 + 11);
    }
    return bytes;
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      throw new IllegalStateException(late);
    }
  }

  /// One-way: what comes back is nothing for it.
  abstract static class OneWay extends SerializerWithStringManifest {
    private final int number;

    OneWay(int number) {
      this.number = number;
    }

    @Override
    public int identifier() {
      return number;
    }

    @Override
    public String manifest(Object message) {
      return ((Bytes) message).manifest();
    }

    @Override
    public byte[] toBinary(Object message) {
      return ((Bytes) message).bytes();
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
      throw new NotSerializableException(manifest);
    }
  }

  /// Bound by [#serializers].
  public static final class Parcels extends OneWay {
    public Parcels() {
      super(2_025_061);
    }
  }

  /// Bound by [#serializers].
  public static final class Controls extends OneWay {
    public Controls() {
      super(2_025_062);
    }
  }

  /// Bound by [#serializers].
  public static final class Nobodys extends OneWay {
    public Nobodys() {
      super(666_666);
    }
  }
}
