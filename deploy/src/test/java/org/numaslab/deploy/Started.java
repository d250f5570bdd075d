package org.numaslab.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Processes of numaslab that a test has started, each with its command line. None outlives it.
public final class Started implements AutoCloseable {
  /// A process that starts on a busy machine.
  private static final Duration START_MAX = Duration.ofSeconds(60);

  private static final int LOOK_MILLIS = 50;

  /// One of them.
  public static final class One {
    private final ChildProcess process;
    private final Path log;

    private One(ChildProcess process, Path log) {
      this.process = process;
      this.log = log;
    }

    public long pid() {
      return process.pid();
    }

    /// Where it listens.
    public String address() {
      return process.address(START_MAX);
    }

    public One isMember() {
      process.awaitMember(START_MAX);
      return this;
    }

    /// Waits until its standard error has these words.
    public void awaitSaid(String words) throws InterruptedException {
      process.awaitLogged(words, START_MAX);
    }

    /// Waits until its standard output has these words so often.
    public void awaitOut(String words, int times) throws InterruptedException {
      long until = System.nanoTime() + START_MAX.toNanos();
      while (process.said().split(words, -1).length <= times) {
        if (System.nanoTime() > until || !isAlive()) {
          throw new AssertionError("no '" + words + "' in: " + out() + err());
        }
        Thread.sleep(LOOK_MILLIS);
      }
    }

    public void signal(String signal) {
      process.signal(signal);
    }

    public boolean isAlive() {
      return process.isAlive();
    }

    /// Its exit code, when it has ended by itself.
    public int awaitExit(Duration within) throws InterruptedException {
      return process.awaitExit(within);
    }

    public String out() {
      return process.said();
    }

    public String err() {
      try {
        return Files.readString(log);
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
  }

  private final Path logs;
  private final List<ChildProcess> all = new ArrayList<>();

  /// @param logs folder for what they say on standard error
  public Started(Path logs) {
    this.logs = logs;
  }

  public One numaslab(String name, String... arguments) {
    return numaslab(name, List.of(), arguments);
  }

  /// @param before words of a command that runs another one, as `ip netns exec`
  public One numaslab(String name, List<String> before, String... arguments) {
    Path log = logs.resolve(name + "." + all.size() + ".log");
    ChildProcess process = ChildProcess.start(name, before, List.of(arguments), log);
    all.add(process);
    return new One(process, log);
  }

  @Override
  public void close() {
    all.forEach(ChildProcess::kill);
    all.forEach(ChildProcess::awaitEnd);
  }
}
