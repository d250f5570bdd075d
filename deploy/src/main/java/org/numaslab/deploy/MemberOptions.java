package org.numaslab.deploy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.driver.cluster.ClusterSettings.Resolver;
import org.numaslab.coordinator.driver.cluster.Tls;
import org.numaslab.node.topology.BadInput;
import picocli.CommandLine.Option;

/// How a process is part of a cluster.
final class MemberOptions {
  /// A day.
  private static final int WAIT_SECONDS_MAX = 86_400;

  @Option(
      names = "--bind",
      paramLabel = "HOST:PORT",
      order = 40,
      description =
          "Where it listens, and how the others reach it; port 0 for any that is free"
              + " (127.0.0.1:0).")
  String bind = "127.0.0.1:0";

  @Option(
      names = "--seed-nodes",
      paramLabel = "HOST:PORT",
      split = ",",
      order = 41,
      description =
          "Nodes by which it finds the cluster, the same list for all; the first of them forms it"
              + " where nobody is. Without any, the process forms a cluster of its own.")
  List<String> seeds = new ArrayList<>();

  @Option(
      names = "--quorum",
      paramLabel = "N",
      order = 42,
      description =
          "When the cluster falls apart, a side goes on that has N processes with nodes (more than"
              + " half of the machine's nodes); 0: the one with the majority of those that were there."
              + " The same for all processes.")
  @Nullable Integer quorum;

  @Option(
      names = "--threads",
      paramLabel = "N",
      order = 43,
      description = "Threads that move everything (the processors of this host).")
  @Nullable Integer threads;

  @Option(
      names = "--tls",
      paramLabel = "DIR",
      order = 44,
      description =
          "Processes prove who they are: DIR has key.p12, trust.p12 and password; the certificate's"
              + " name is the host's.")
  @Nullable Path tls;

  @Option(
      names = "--insecure",
      order = 44,
      description =
          "Listen on an address that others can reach without --tls: anybody there can do anything"
              + " to the cluster.")
  boolean insecure;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      order = 46,
      description =
          "So long it waits for a seed node that answers; a coordinator also for nodes that are not"
              + " there yet (60).")
  int waitSeconds = 60;

  /// How long it waits for others.
  Duration patience() {
    if (waitSeconds < 1 || waitSeconds > WAIT_SECONDS_MAX) {
      throw new BadInput("--wait: got " + waitSeconds + ", allowed: 1.." + WAIT_SECONDS_MAX);
    }
    return Duration.ofSeconds(waitSeconds);
  }

  /// Before anything is begun.
  ///
  /// @param nodes of the machine
  /// @throws BadInput when they are no options of a member
  void check(int nodes) {
    patience();
    var _ = settings(nodes, List.of());
  }

  /// @param nodes of the machine
  ClusterSettings settings(int nodes, List<String> roles) {
    HostPort at = HostPort.parse("--bind", bind, 0).resolved("--bind");
    Path secret = tls;
    if (!at.isLoopback("--bind") && secret == null && !insecure) {
      throw new BadInput(
          "--bind: got %s, which others can reach, allowed: a loopback address, --tls DIR, or --insecure"
              .formatted(at));
    }
    if (at.isWildcard("--bind")) {
      throw new BadInput(
          "--bind: got %s, by which nobody can reach it, allowed: an address of this host"
              .formatted(at));
    }
    List<String> others = new ArrayList<>();
    for (String seed : seeds) {
      others.add(HostPort.parse("--seed-nodes", seed, 1).resolved("--seed-nodes").toString());
    }
    Integer asked = quorum;
    if (asked != null && (asked < 0 || asked > nodes)) {
      throw new BadInput("--quorum: got " + asked + ", allowed: 0.." + nodes);
    }
    Integer given = threads;
    int processors = Runtime.getRuntime().availableProcessors();
    if (given != null && (given < 1 || given > 1024)) {
      throw new BadInput("--threads: got " + given + ", allowed: 1..1024");
    }
    return new ClusterSettings(
        at.host(),
        at.port(),
        others,
        roles,
        asked == null
            ? Resolver.quorumOf(nodes)
            : asked == 0 ? Resolver.MAJORITY : new Resolver(asked),
        given == null ? processors : given,
        secret == null ? null : Tls.in("--tls", secret),
        ClusterSettings.Timing.STANDARD);
  }
}
