package org.numaslab.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.topology.EnvironmentFailure;

/// One process for each node of a machine, on this host. They end with this process, also in the
/// middle of their start; or they stay, once [#stay] was called.
final class NodeProcesses implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration LISTENS_MAX = Duration.ofSeconds(1);

  /// By node. It is its own lock: what has begun to start is in it, or does not start any more.
  private final List<ChildProcess> children = new ArrayList<>();

  private boolean isEnding;
  private final List<String> machine;
  private final int threads;
  private final Path logs;
  private final boolean stays;
  private final Thread hook = new Thread(this::killAll);
  private String seed = "";

  /// @param machine its options, as `--topology=4x2`
  /// @param nodes of it
  /// @param logs folder for what they say on standard error
  NodeProcesses(List<String> machine, int nodes, Path logs) {
    this(machine, nodes, logs, false);
  }

  /// Processes that can stay when this one ends.
  static NodeProcesses standing(List<String> machine, int nodes, Path logs) {
    return new NodeProcesses(machine, nodes, logs, true);
  }

  private NodeProcesses(List<String> machine, int nodes, Path logs, boolean stays) {
    this.stays = stays;
    this.machine = machine;
    this.logs = logs;
    this.threads = Math.max(1, Runtime.getRuntime().availableProcessors() / nodes);
    try {
      Files.createDirectories(logs);
    } catch (IOException refused) {
      throw new EnvironmentFailure(logs + ": cannot be made: " + refused.getMessage(), refused);
    }
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      seed = start(0, "127.0.0.1:0", "").address(START_MAX);
      for (int node = 1; node < nodes; node++) {
        start(node, "127.0.0.1:0", seed);
      }
      children().forEach(child -> child.awaitMember(START_MAX));
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  /// @param joins where it finds the others; empty: it is the first
  private ChildProcess start(int node, String bind, String joins) {
    List<String> arguments = new ArrayList<>(List.of("node", "--id=" + node));
    arguments.addAll(machine);
    arguments.addAll(List.of("--bind=" + bind, "--threads=" + threads));
    if (!stays) {
      arguments.add("--with-parent");
    }
    if (!joins.isEmpty()) {
      arguments.add("--seed-nodes=" + joins);
    }
    synchronized (children) {
      if (isEnding) {
        throw new EnvironmentFailure("node " + node + " is not started: all are being ended");
      }
      ChildProcess child =
          ChildProcess.start("node " + node, arguments, logs.resolve(log(node)), stays);
      if (node < children.size()) {
        children.set(node, child);
      } else {
        children.add(child);
      }
      return child;
    }
  }

  /// From here on they go on without this process.
  void stay() {
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  /// The file that a node's standard error goes to.
  static String log(int node) {
    return "node-" + node + ".log";
  }

  /// How another process of this host joins them.
  MemberOptions toJoin() {
    MemberOptions member = new MemberOptions();
    member.seeds = List.of(seed);
    member.threads = 1;
    return member;
  }

  /// Where each of them is.
  List<String> addresses() {
    return children().stream().map(child -> child.address(LISTENS_MAX)).toList();
  }

  /// Where others find the cluster.
  String seed() {
    return seed;
  }

  List<ChildProcess> children() {
    synchronized (children) {
      return List.copyOf(children);
    }
  }

  /// Starts a node again that has ended, where it was.
  void restart(int node, Duration within) {
    ChildProcess before = children().get(node);
    start(node, before.address(LISTENS_MAX), seedWithout(before)).awaitMember(within);
  }

  /// Another one that lives: with none but itself for a seed, a node would form a cluster of its
  /// own.
  private String seedWithout(ChildProcess one) {
    return children().stream()
        .filter(child -> child != one && child.isAlive())
        .findFirst()
        .map(child -> child.address(LISTENS_MAX))
        .orElse(seed);
  }

  /// @throws EnvironmentFailure when one has ended that should not
  void requireAlive() {
    for (ChildProcess child : children()) {
      if (!child.isAlive()) {
        throw new EnvironmentFailure(child.name() + " ended: " + child.why());
      }
    }
  }

  private void killAll() {
    ending().forEach(ChildProcess::kill);
  }

  private List<ChildProcess> ending() {
    synchronized (children) {
      isEnding = true;
      return List.copyOf(children);
    }
  }

  @Override
  public void close() {
    List<ChildProcess> all = ending();
    all.forEach(ChildProcess::terminate);
    all.forEach(ChildProcess::awaitEnd);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // the hook does it
    }
  }
}
