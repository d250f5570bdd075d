package org.numaslab.coordinator.driver.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.membership.RunMessage;

/// How a process is part of a cluster.
///
/// What a stranger who reaches the port can do to it, without [Tls]:
///
/// | sends | becomes of it | harm |
/// |---|---|---|
/// | what does not begin with [#MAGIC] | [FrameGuard] hangs up, and counts it | none |
/// | after it a stream, a length or a version that cannot be | the same | none |
/// | a frame that is cut off | is counted when the connection ends | none |
/// | a frame of garbage, what no serializer here can read, a handshake for another process or in this one's own name | [GuardedSystem] drops it, and counts it | none |
/// | anything of all this in the microseconds in which Pekko's streams begin, at the start | the guard is not there yet | as Pekko 1.7 alone |
/// | many connections, and on each a frame that does not end | is kept, up to the longest frame each | memory |
/// | all that members say to each other, Pekko's own and of runs | is believed as far as it can be true | members are removed, runs end |
///
/// With TLS nobody without a key gets as far.
///
/// @param host to which it binds, and by which the others reach it
/// @param port the same; 0 for any that is free
/// @param seeds of the cluster as `host:port`, the same list for every process; the first one that
///   is there forms it
/// @param roles of this process
/// @param resolver which side goes on when the cluster falls apart
/// @param threads that move everything: one where cores are few, since each more is one more to
///   hand over to
/// @param tls with what processes prove who they are to each other; null: they do not
public record ClusterSettings(
    String host,
    int port,
    List<String> seeds,
    List<String> roles,
    Resolver resolver,
    int threads,
    @Nullable Tls tls,
    Timing timing) {
  /// The name of every cluster: others are refused by their first message.
  public static final String NAME = "numaslab";

  /// With what every connection begins: whatever begins otherwise is hung up on before it is
  /// parsed.
  static final String MAGIC = "NUMA";

  /// So many times the time without changes that removals wait for: then all end.
  private static final int UNSTABLE = 10;

  /// The role of processes that have nodes: only they count for the resolver.
  public static final String NODE_ROLE = "node";

  /// The split-brain resolver's strategy.
  ///
  /// @param quorum nodes that a side must have to go on; 0: it must have the majority
  public record Resolver(int quorum) {
    public static final Resolver MAJORITY = new Resolver(0);

    /// More than half of so many nodes.
    public static Resolver quorumOf(int nodes) {
      return new Resolver(nodes / 2 + 1);
    }

    private String text() {
      return quorum == 0
          ? "active-strategy = keep-majority, keep-majority.role = \"node\""
          : "active-strategy = static-quorum, static-quorum { quorum-size = %d, role = \"node\" }"
              .formatted(quorum);
    }
  }

  /// How fast a lost process is noticed.
  ///
  /// @param heartbeat from one heartbeat to the next
  /// @param pause without heartbeats after which a process is unreachable
  /// @param stable without changes after which the unreachable ones are removed
  public record Timing(Duration heartbeat, Duration pause, Duration stable) {
    public static final Timing STANDARD =
        new Timing(Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(2));

    /// How long it takes until a lost process is removed, at most.
    public Duration detection() {
      return pause.plus(stable).plus(heartbeat.multipliedBy(5));
    }
  }

  /// The same where it listens at another port.
  public ClusterSettings withPort(int other) {
    return new ClusterSettings(host, other, seeds, roles, resolver, threads, tls, timing);
  }

  ClusterSettings withRoles(List<String> others) {
    return new ClusterSettings(host, port, seeds, others, resolver, threads, tls, timing);
  }

  @SuppressWarnings("InlineFormatString")
  private static final String TEXT =
      """
      pekko {
        loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
        logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
        loglevel = WARNING
        log-dead-letters = off
        jvm-exit-on-fatal-error = off
        scheduler.tick-duration = 1 ms
        actor {
          provider = cluster
          allow-java-serialization = off
          serializers { numaslab = "%1$s", numaslab-control = "%12$s" }
          serialization-bindings {
            "%2$s" = numaslab
            "%13$s" = numaslab-control
            "%14$s" = numaslab-control
          }
          default-dispatcher {
            type = Dispatcher
            executor = fork-join-executor
            fork-join-executor { parallelism-min = %3$d, parallelism-max = %3$d }
            # What is to be sent does not wait until all that has come is taken.
            throughput = 2
          }
          # Of the cluster's own actors: heartbeats do not wait for a turn.
          internal-dispatcher {
            type = Dispatcher
            executor = fork-join-executor
            fork-join-executor { parallelism-min = 1, parallelism-max = 1 }
          }
        }
        io.tcp {
          worker-dispatcher = pekko.actor.default-dispatcher
          management-dispatcher = pekko.actor.default-dispatcher
        }
        remote {
          warn-about-direct-use = off
          artery {
            transport = tcp
            canonical { hostname = "%4$s", port = %5$d }
            bind { hostname = "%4$s" }
            log-aeron-counters = off
            advanced {
              inbound-lanes = 1
              outbound-lanes = 1
              # After a process came back under its address, what is sent to it by a table is dropped
              # as soon as it has advertised one: after a minute.
              compression { actor-refs.max = off, manifests.max = off }
              use-dispatcher = pekko.actor.default-dispatcher
              use-control-stream-dispatcher = pekko.actor.default-dispatcher
              maximum-frame-size = 512 KiB
              buffer-pool-size = 64
              outbound-message-queue-size = 16384
              tcp.connection-timeout = 2 s
              outbound-restart-backoff = 200 ms
              tcp-magic = ["%15$s"]
              # The default ends the process with the sixth within 5 s, which a stranger can bring about.
              inbound-max-restarts = 2147483647
            }
          }
        }
        cluster {
          roles = [%6$s]
          min-nr-of-members = 1
          log-info = off
          jmx.enabled = off
          seed-node-timeout = 2 s
          retry-unsuccessful-join-after = 2 s
          gossip-interval = 200 ms
          leader-actions-interval = 200 ms
          unreachable-nodes-reaper-interval = 200 ms
          periodic-tasks-initial-delay = 100 ms
          publish-stats-interval = off
          failure-detector {
            heartbeat-interval = %7$d ms
            acceptable-heartbeat-pause = %8$d ms
            expected-response-after = 500 ms
          }
          downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
          split-brain-resolver {
            stable-after = %9$d ms
            down-all-when-unstable = %10$d ms
            %11$s
          }
          run-coordinated-shutdown-when-down = off
          # Who comes hears soon where the actors are that were there before it.
          typed.receptionist.distributed-data {
            gossip-interval = 200 ms
            notify-subscribers-interval = 100 ms
          }
        }
        coordinated-shutdown {
          exit-jvm = off
          run-by-jvm-shutdown-hook = off
          terminate-actor-system = on
        }
      }
      """;

  /// What the actor system is started with.
  public Config config() {
    String text =
        TEXT.formatted(
            ParcelSerializer.class.getName(),
            Parcel.class.getName(),
            threads,
            host,
            port,
            roles.stream().map(ClusterSettings::quoted).collect(Collectors.joining(", ")),
            timing.heartbeat().toMillis(),
            timing.pause().toMillis(),
            timing.stable().toMillis(),
            UNSTABLE * timing.stable().toMillis(),
            resolver.text(),
            ControlSerializer.class.getName(),
            RunMessage.class.getName(),
            Door.Message.class.getName(),
            MAGIC);
    Tls secret = tls;
    return ConfigFactory.parseString(secret == null ? text : text + secret.text())
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }
}
