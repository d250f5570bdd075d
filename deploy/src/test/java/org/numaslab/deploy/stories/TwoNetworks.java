package org.numaslab.deploy.stories;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Two network namespaces of this host with a cable between them, which loses everything when it is
/// told to.
///
/// ```text
/// namespace a: 10.213.77.1 ---- veth ---- 10.213.77.2 : namespace b
/// ```
final class TwoNetworks implements AutoCloseable {
  static final String ADDRESS_A = "10.213.77.1";
  static final String ADDRESS_B = "10.213.77.2";

  private final String a = "numaslab-a-" + ProcessHandle.current().pid();
  private final String b = "numaslab-b-" + ProcessHandle.current().pid();

  /// Why there can be none here.
  static Optional<String> missing() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("namespaces of the network are for root");
    }
    String probe = "numaslab-probe-" + ProcessHandle.current().pid();
    try {
      run("ip", "netns", "add", probe);
      run("ip", "netns", "exec", probe, "nft", "add", "table", "inet", "probe");
      return Optional.empty();
    } catch (IllegalStateException failed) {
      return Optional.of("iproute2 or nftables cannot be used: " + failed.getMessage());
    } finally {
      tried("ip", "netns", "del", probe);
    }
  }

  TwoNetworks() {
    try {
      run("ip", "netns", "add", a);
      run("ip", "netns", "add", b);
      run(
          "ip", "-n", a, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns",
          b);
      plug(a, ADDRESS_A);
      plug(b, ADDRESS_B);
    } catch (IllegalStateException failed) {
      close();
      throw failed;
    }
  }

  private static void plug(String namespace, String address) {
    run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", "cable");
    run("ip", "-n", namespace, "link", "set", "cable", "up");
    run("ip", "-n", namespace, "link", "set", "lo", "up");
  }

  /// What a command stands behind that is to run there.
  List<String> inA() {
    return List.of("ip", "netns", "exec", a);
  }

  List<String> inB() {
    return List.of("ip", "netns", "exec", b);
  }

  /// From now on every packet is lost, both ways.
  void cut() {
    nft(
        """
        add table inet cable
        add chain inet cable in { type filter hook input priority 0 ; }
        add chain inet cable out { type filter hook output priority 0 ; }
        add rule inet cable in iifname cable drop
        add rule inet cable out oifname cable drop
        """);
  }

  void heal() {
    nft("delete table inet cable");
  }

  private void nft(String commands) {
    List<String> words = new ArrayList<>(inB());
    words.add("nft");
    words.add(commands);
    run(words.toArray(String[]::new));
  }

  private static void tried(String... words) {
    try {
      run(words);
    } catch (IllegalStateException notThere) {
      // it was not made
    }
  }

  private static void run(String... words) {
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", words) + ": " + said.strip());
      }
    } catch (IOException notThere) {
      throw new IllegalStateException(notThere.getMessage(), notThere);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    tried("ip", "netns", "del", a);
    tried("ip", "netns", "del", b);
  }
}
