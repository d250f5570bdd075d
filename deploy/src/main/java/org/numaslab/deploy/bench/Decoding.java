package org.numaslab.deploy.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.numaslab.coordinator.trace.Trace;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// The text of a recording, decoded until it can be replayed. Beside it each line split at its
/// blanks, and nothing made of the words.
@State(Scope.Thread)
public class Decoding {
  private final DemoTrace demo = new DemoTrace();
  private final Path file = DemoTrace.unpack();

  /// Events of the recording, one a line but for its header.
  static long events() {
    return new DemoTrace().read().text().allEvents();
  }

  @Benchmark
  public Trace ours() {
    return demo.read(file);
  }

  @Benchmark
  public long limit() throws IOException {
    long words = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        words += line.split(" ").length;
      }
    }
    return words;
  }

  @TearDown
  public void close() throws IOException {
    Files.delete(file);
  }
}
