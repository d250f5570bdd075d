package org.numaslab.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.numaslab.coordinator.trace.TextCounts;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceReader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// The text of a recording, made ready for replay: its frees are joined to their allocations, its
/// caches have names, each cpu has its operations. Beside it the decoding that this begins with.
@State(Scope.Thread)
public class Preparing {
  private final DemoTrace demo = new DemoTrace();
  private final Path file = DemoTrace.unpack();
  private final Decoding.Events events = new Decoding.Events();

  @Benchmark
  public Trace ours() {
    return demo.read(file);
  }

  @Benchmark
  public TextCounts limit() {
    return TraceReader.decode(file.toString(), events);
  }

  @TearDown
  public void close() throws IOException {
    Files.delete(file);
  }
}
