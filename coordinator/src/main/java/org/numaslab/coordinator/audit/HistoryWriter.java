package org.numaslab.coordinator.audit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.topology.EnvironmentFailure;

/// Writes a history to a [HistoryFile] while it happens.
///
/// Only [#end] makes the file whole: one that is closed before stays without its last line, and is
/// refused when it is read. Owner: one thread.
public final class HistoryWriter implements History, AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final Path file;
  private final OutputStream out;
  private final EventLimits limits;
  private final HistoryHash hash = new HistoryHash();
  private final EventText text = new EventText();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;
  private long lastTime;
  private boolean isClosed;

  private HistoryWriter(Path file, OutputStream out, EventLimits limits) {
    this.file = file;
    this.out = out;
    this.limits = limits;
  }

  static HistoryWriter create(Path file, HistoryHeader header) {
    try {
      OutputStream raw = Files.newOutputStream(file);
      OutputStream out = HistoryFile.isPacked(file) ? new FastGzip(raw) : raw;
      HistoryWriter writer = new HistoryWriter(file, out, EventLimits.of(header));
      out.write(firstLine(header).getBytes(StandardCharsets.US_ASCII));
      return writer;
    } catch (IOException refused) {
      throw unwritable(file, refused);
    }
  }

  private static String firstLine(HistoryHeader header) {
    return "%s%s seed=%d version=%s nodes=%d cpus=%s\n"
        .formatted(
            HistoryFile.FORMAT,
            HistoryFile.FORMAT_VERSION,
            header.seed(),
            header.version(),
            header.nodes(),
            header.nodeOfCpu().stream().map(String::valueOf).collect(Collectors.joining(",")));
  }

  /// @throws IllegalArgumentException for an event that could not be read again
  @Override
  public void add(Event event) {
    EventLimits.Wrong wrong = limits.check(event);
    if (wrong != null || event.time() < lastTime || hash.events() >= HistoryFile.EVENTS_MAX) {
      throw new IllegalArgumentException(refusal(event, wrong));
    }
    lastTime = event.time();
    hash.add(event);
    if (filled > BUFFER_BYTES - EventText.LINE_BYTES_MAX) {
      flush();
    }
    filled = text.write(event, buffer, filled);
  }

  private String refusal(Event event, EventLimits.@Nullable Wrong wrong) {
    String why =
        wrong != null
            ? wrong.column().word(event.kind()) + ", allowed: " + wrong.allowed()
            : event.time() < lastTime
                ? "time goes back from " + lastTime + " ns"
                : "more than " + HistoryFile.EVENTS_MAX + " events";
    return "no event of a history: " + event + ": " + why;
  }

  private void flush() {
    try {
      out.write(buffer, 0, filled);
      filled = 0;
    } catch (IOException refused) {
      throw unwritable(file, refused);
    }
  }

  /// Writes the last line and closes the file.
  public void end() {
    flush();
    try {
      String line = "end events=" + hash.events() + " hash=" + hash + "\n";
      out.write(line.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException refused) {
      throw unwritable(file, refused);
    }
    close();
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try (out) {
      out.write(buffer, 0, filled);
    } catch (IOException refused) {
      throw unwritable(file, refused);
    }
  }

  private static EnvironmentFailure unwritable(Path file, IOException refused) {
    return new EnvironmentFailure(
        file
            + ": cannot be written: "
            + refused.getClass().getSimpleName()
            + " "
            + refused.getMessage(),
        refused);
  }

  /// Events are much alike: the fastest level already makes them small, and keeps up with them.
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, BUFFER_BYTES);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
