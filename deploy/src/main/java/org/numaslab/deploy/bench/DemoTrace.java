package org.numaslab.deploy.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.trace.KnownCaches;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceFilter;
import org.numaslab.coordinator.trace.TraceReader;
import org.slf4j.LoggerFactory;

/// The recording that `numaslab run` replays when none is named.
final class DemoTrace {
  private static final Path FOLDER =
      Path.of(System.getProperty("numaslab.home", "deploy")).resolve("recordings/demo");
  private static final Path TEXT = FOLDER.resolve("trace.txt.gz");

  static {
    // As for every machine of actors.
    LoggerFactory.getILoggerFactory();
  }

  private final KernelDirectory kernel = KernelDirectory.read(FOLDER.resolve("kernel"));

  KernelDirectory kernel() {
    return kernel;
  }

  Trace read() {
    return read(TEXT);
  }

  Trace read(Path file) {
    return TraceReader.read(file.toString(), KnownCaches.of(kernel), TraceFilter.ALL);
  }

  /// Its text in a new file.
  static Path unpack() {
    try (InputStream packed = new GZIPInputStream(Files.newInputStream(TEXT))) {
      Path file = Files.createTempFile("numaslab-bench", ".txt");
      file.toFile().deleteOnExit();
      Files.write(file, packed.readAllBytes());
      return file;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
