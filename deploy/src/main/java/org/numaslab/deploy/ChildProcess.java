package org.numaslab.deploy;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.node.topology.EnvironmentFailure;

/// A numaslab process that this one has started.
final class ChildProcess {
  private static final Pattern LISTENING = Pattern.compile("listening on (\\S+)");
  private static final String HEAP = "-Xmx256m";
  private static final int LOOK_MILLIS = 20;
  private static final Duration STOP_MAX = Duration.ofSeconds(15);

  private final String name;
  private final Path log;
  private final Process process;
  private final CompletableFuture<String> address = new CompletableFuture<>();
  private final CompletableFuture<Void> member = new CompletableFuture<>();
  private volatile String said = "";

  /// By the monotonic clock, 0 while it lives.
  private volatile long endedAt;

  /// @param log where its standard error goes
  private ChildProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /// @param arguments of numaslab
  /// @param stays whether it goes on when this process ends: what it says then goes nowhere
  static ChildProcess start(String name, List<String> arguments, Path log, boolean stays) {
    // Ctrl-C here is not for who stays.
    return start(name, stays ? List.of("setsid", "--wait") : List.of(), arguments, log);
  }

  /// @param before words of a command that runs another one, as `setsid`
  static ChildProcess start(String name, List<String> before, List<String> arguments, Path log) {
    List<String> words = new ArrayList<>(before);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
    options.stream().filter(option -> !option.startsWith("-agentlib")).forEach(words::add);
    if (options.stream().noneMatch(option -> option.startsWith("-Xmx"))) {
      words.add(HEAP);
    }
    words.add("-Dnumaslab.stderr.terminal=false");
    words.add("-Dnumaslab.log.sbr=WARN"); // into its log: whom it has removed, and why
    words.addAll(List.of("-cp", classPath(), Numaslab.class.getName()));
    words.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      ChildProcess child = new ChildProcess(name, log, process);
      var _ = process.onExit().thenRun(() -> child.endedAt = System.nanoTime());
      Thread.ofPlatform().daemon().name(name).start(child::read);
      return child;
    } catch (IOException refused) {
      throw new EnvironmentFailure(name + ": cannot be started: " + refused.getMessage(), refused);
    }
  }

  /// The jar that this process runs from, which names all others; or what it was given.
  private static String classPath() {
    URL own = Numaslab.class.getProtectionDomain().getCodeSource().getLocation();
    return own.getPath().endsWith(".jar")
        ? Path.of(URI.create(own.toString())).toString()
        : System.getProperty("java.class.path");
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said = said + line + '\n'; // by this thread only
        Matcher listening = LISTENING.matcher(line);
        if (listening.find()) {
          address.complete(listening.group(1));
        } else if (line.endsWith("is a member")) {
          member.complete(null);
        }
      }
    } catch (IOException gone) {
      // it has ended
    }
    EnvironmentFailure ended = new EnvironmentFailure(name + " ended: " + why());
    address.completeExceptionally(ended);
    member.completeExceptionally(ended);
  }

  /// The last line of its standard error.
  String why() {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.isEmpty() ? "without a word" : lines.getLast().replace("numaslab: error: ", "");
    } catch (IOException unreadable) {
      return "see " + log;
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// When it ended, by the monotonic clock; empty while it lives.
  OptionalLong endedAt() {
    long at = endedAt;
    return at == 0 ? OptionalLong.empty() : OptionalLong.of(at);
  }

  /// Where it listens.
  String address(Duration within) {
    return await(address, within, "did not say where it listens");
  }

  void awaitMember(Duration within) {
    await(member, within, "is no member of the cluster");
  }

  private <T> T await(CompletableFuture<T> wanted, Duration within, String what) {
    try {
      return wanted.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new EnvironmentFailure(name + " " + what + " after " + within.toSeconds() + " s");
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof EnvironmentFailure known
          ? known
          : new IllegalStateException(failed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Asks it to end: TERM. Its input stays open, or it would take this process for dead.
  void terminate() {
    process.toHandle().destroy();
  }

  /// Sends a signal, as `kill` does.
  void signal(String signal) {
    signal(pid(), signal);
  }

  static void signal(long pid, String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException refused) {
      throw new EnvironmentFailure("kill: " + refused.getMessage(), refused);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits for its end, which was asked for.
  void awaitEnd() {
    try {
      if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }

  /// Ends it at once.
  void kill() {
    process.destroyForcibly();
  }

  /// What it has said on standard output.
  String said() {
    return said;
  }

  /// Waits until its standard error has a line with these words.
  void awaitLogged(String words, Duration within) throws InterruptedException {
    long until = System.nanoTime() + within.toNanos();
    while (!hasLogged(words)) {
      if (System.nanoTime() > until || !isAlive()) {
        throw new EnvironmentFailure(name + " did not say '" + words + "': " + why());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private boolean hasLogged(String words) {
    try {
      return Files.readString(log).contains(words);
    } catch (IOException notYet) {
      return false;
    }
  }

  /// Waits until it ends by itself.
  int awaitExit(Duration within) throws InterruptedException {
    if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
      throw new EnvironmentFailure(name + " did not end within " + within.toSeconds() + " s");
    }
    return process.exitValue();
  }
}
