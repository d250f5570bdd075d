package org.numaslab.deploy.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.numaslab.coordinator.trace.Sink;
import org.numaslab.coordinator.trace.TextCounts;
import org.numaslab.coordinator.trace.TraceReader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// The text of a recording, decoded to 24 bytes for each event. Beside it each line split at its
/// blanks, and nothing made of the words.
@State(Scope.Thread)
public class Decoding {
  private final Path file = DemoTrace.unpack();
  private final Events events = new Events();

  /// Events of the recording, one a line but for its header.
  static long events() {
    return new DemoTrace().read().text().allEvents();
  }

  /// The last events: as many as stay in the processor's cache.
  static final class Events implements Sink {
    private static final int KEPT = 1 << 14;
    private static final int WORDS = 3;

    private final long[] words = new long[KEPT * WORDS];
    private int last;

    @Override
    public void alloc(
        int cpu, long nanos, boolean kmalloc, long pointer, int callSite, int fields, int pid) {
      add(cpu, nanos, pointer, callSite, kmalloc ? ~fields : fields);
    }

    @Override
    public void free(int cpu, long nanos, long pointer, int callSite, int fields, int pid) {
      add(cpu, nanos, pointer, callSite, fields);
    }

    /// Fewer than a million call sites, a million texts, 4096 CPUs.
    private void add(int cpu, long nanos, long pointer, int callSite, int fields) {
      int at = last;
      words[at] = nanos;
      words[at + 1] = pointer;
      words[at + 2] = (long) callSite << 40 | (fields & 0xfffffL) << 20 | cpu;
      last = at + WORDS == words.length ? 0 : at + WORDS;
    }
  }

  @Benchmark
  public TextCounts ours() {
    return TraceReader.decode(file.toString(), events);
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
