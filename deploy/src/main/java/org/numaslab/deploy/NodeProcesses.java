package org.numaslab.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.topology.EnvironmentFailure;

/// One process for each node of a machine, on this host. They end with this process.
final class NodeProcesses implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration LISTENS_MAX = Duration.ofSeconds(1);

  private final List<ChildProcess> children = new ArrayList<>();
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

  /// Processes that stay when this one ends.
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
      children.add(start(0, "127.0.0.1:0", ""));
      seed = children.getFirst().address(START_MAX);
      for (int node = 1; node < nodes; node++) {
        children.add(start(node, "127.0.0.1:0", seed));
      }
      children.forEach(child -> child.awaitMember(START_MAX));
      if (stays) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
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
    return ChildProcess.start("node " + node, arguments, logs.resolve(log(node)), stays);
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
    return children.stream().map(child -> child.address(LISTENS_MAX)).toList();
  }

  /// Where others find the cluster.
  String seed() {
    return seed;
  }

  List<ChildProcess> children() {
    return children;
  }

  /// Starts a node again that has ended, where it was.
  void restart(int node, Duration within) {
    String before = children.get(node).address(LISTENS_MAX);
    ChildProcess again = start(node, before, seedFor(node));
    children.set(node, again);
    again.awaitMember(within);
  }

  /// Another one that lives: with none but itself for a seed, a node would form a cluster of its
  /// own.
  private String seedFor(int node) {
    return children.stream()
        .filter(child -> child != children.get(node) && child.isAlive())
        .findFirst()
        .map(child -> child.address(LISTENS_MAX))
        .orElse(seed);
  }

  /// @throws EnvironmentFailure when one has ended that should not
  void requireAlive() {
    for (ChildProcess child : children) {
      if (!child.isAlive()) {
        throw new EnvironmentFailure(child.name() + " ended: " + child.why());
      }
    }
  }

  private void killAll() {
    children.forEach(ChildProcess::kill);
  }

  @Override
  public void close() {
    children.forEach(ChildProcess::terminate);
    children.forEach(ChildProcess::awaitEnd);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // the hook does it
    }
  }
}
