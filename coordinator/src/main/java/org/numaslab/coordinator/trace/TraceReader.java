package org.numaslab.coordinator.trace;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;

/// Decodes a trace from a file, a gzip file (told by its first bytes, not by its name) or a stream.
///
/// A plain file is mapped, window by window; anything else goes through one direct buffer. Either
/// way the scanner sees whole lines in native memory.
public final class TraceReader {
  /// The source that stands for standard input.
  public static final String STANDARD_INPUT = "-";

  /// A file that has no event in its first so many bytes is no trace, and the rest of it (a disk
  /// image, /dev/zero) is not read.
  private static final long NO_EVENT_BYTES_MAX = 16 << 20;

  private static final long MAPPED_BYTES = 64 << 20;
  private static final int BUFFERED_BYTES = 1 << 20;
  private static final int CHUNK_BYTES = 1 << 18;

  /// Events of a stream, at first, and the least of a file.
  private static final int EVENTS_EXPECTED = 1 << 12;

  /// A line of ftrace is 150 to 190 bytes long on average.
  private static final int LINE_BYTES = 160;

  private final String source;
  private final TraceScanner scanner;
  private long bytes;

  private TraceReader(String source, TraceScanner scanner) {
    this.source = source;
    this.scanner = scanner;
  }

  /// The trace in the file named `source`, or on standard input for `-`.
  ///
  /// Throws [BadInput] where there is none: missing, a folder, empty, not a trace, a gzip file that
  /// is broken or cut.
  public static Trace read(String source, KnownCaches known, TraceFilter filter) {
    return read(source, known, filter, CallSites.DROPPED);
  }

  /// The same, with the operations' call sites and tasks if they are to be kept.
  public static Trace read(
      String source, KnownCaches known, TraceFilter filter, CallSites callSites) {
    return source.equals(STANDARD_INPUT)
        ? read("standard input", System.in, known, filter, callSites)
        : joined(
            source,
            known,
            filter,
            callSites,
            expectedEvents(source),
            reader -> reader.file(Path.of(source)));
  }

  /// Hands on each event of the trace in the file named `source`, and makes nothing of them.
  public static TextCounts decode(String source, Sink sink) {
    TraceReader reader =
        new TraceReader(source, new TraceScanner(new FieldTexts(), sink, CallSites.DROPPED));
    return reader.guarded(() -> {
      reader.file(Path.of(source));
      reader.refuseNothing();
      return reader.scanner.tally().counts();
    });
  }

  /// The trace on a stream, plain or gzip, which stays open.
  public static Trace read(String name, InputStream in, KnownCaches known, TraceFilter filter) {
    return read(name, in, known, filter, CallSites.DROPPED);
  }

  /// The same, with the operations' call sites and tasks if they are to be kept.
  public static Trace read(
      String name, InputStream in, KnownCaches known, TraceFilter filter, CallSites callSites) {
    return joined(
        name,
        known,
        filter,
        callSites,
        EVENTS_EXPECTED,
        reader -> reader.stream(new BufferedInputStream(in)));
  }

  /// So many events as a plain file of its size has, in at most a tenth of the heap.
  private static int expectedEvents(String file) {
    long bytes = new File(file).length(); // 0 where there is none: reading it says so
    long most = Runtime.getRuntime().maxMemory() / 256;
    return (int) Math.max(EVENTS_EXPECTED, Math.min(Math.min(most, 1 << 28), bytes / LINE_BYTES));
  }

  private interface Input {
    void scan(TraceReader reader) throws IOException;
  }

  /// @param expectedEvents a first guess
  private static Trace joined(
      String source,
      KnownCaches known,
      TraceFilter filter,
      CallSites callSites,
      int expectedEvents,
      Input input) {
    FieldTexts fieldTexts = new FieldTexts();
    EventLog log = new EventLog(filter, fieldTexts, callSites, expectedEvents);
    TraceScanner scanner = new TraceScanner(fieldTexts, log, callSites);
    TraceReader reader = new TraceReader(source, scanner);
    return reader.guarded(() -> {
      input.scan(reader);
      reader.refuseNothing();
      log.join();
      Tally tally = scanner.tally();
      Replayable replayable =
          new Replayable(log, fieldTexts, known, filter, tally.counts().eventsPerCpu());
      TextTable kept = callSites == CallSites.KEPT ? scanner.callSites() : null;
      return new Trace(source, tally, fieldTexts, kept, replayable);
    });
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T guarded(Reading<T> reading) {
    try {
      return reading.read();
    } catch (InvalidPathException | NoSuchFileException missing) {
      throw new BadInput(
          source + ": no such file, allowed: a trace, plain or gzip, or - for standard input",
          missing);
    } catch (EOFException | ZipException broken) {
      throw new BadInput(brokenGzip(broken), broken);
    } catch (IOException unreadable) {
      throw new BadInput(
          source
              + ": cannot be read: "
              + unreadable.getClass().getSimpleName()
              + ", allowed: a readable file",
          unreadable);
    } catch (InternalError fault) { // what a mapped file that shrinks gives
      throw new BadInput(
          source + ": got shorter while it was read, allowed: a trace that stays as it is", fault);
    } catch (OutOfMemoryError full) {
      throw new EnvironmentFailure(
          source
              + ": decoding needs more heap than "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB at line "
              + scanner.tally().line
              + ": give more (-Xmx), or cut the trace",
          full);
    }
  }

  private void file(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new BadInput(
          source + ": got a folder, allowed: a trace, plain or gzip, or - for standard input");
    }
    try (InputStream raw = Files.newInputStream(path)) {
      BufferedInputStream in = new BufferedInputStream(raw);
      if (!Files.isRegularFile(path)
          || Files.size(path) == 0
          || isGzip(in)) { // files of /sys have no size
        stream(in);
        return;
      }
    }
    mapped(path);
  }

  private void mapped(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      long window = NO_EVENT_BYTES_MAX;
      while (bytes < size) {
        long length = Math.min(size - bytes, window);
        MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, bytes, length);
        mapped.load(); // one call for all pages: a third of what a fault for each costs
        MemorySegment text = MemorySegment.ofBuffer(mapped);
        long taken = scanner.scan(text, 0, length);
        if (bytes + length == size) {
          scanner.finish(text, taken, length);
          taken = length;
        } else if (taken == 0) {
          throw notATrace("a line of " + length + " bytes");
        }
        bytes += taken;
        refuseForeign();
        window = MAPPED_BYTES;
      }
    }
  }

  private void stream(BufferedInputStream in) throws IOException {
    InputStream inflated = isGzip(in) ? new GZIPInputStream(in, CHUNK_BYTES) : in;
    MemorySegment text = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(BUFFERED_BYTES));
    byte[] chunk = new byte[CHUNK_BYTES];
    MemorySegment chunkText = MemorySegment.ofArray(chunk);
    long filled = 0;
    boolean inOverlong = false;
    for (int got; (got = inflated.read(chunk)) >= 0; ) {
      bytes += got;
      int from = 0;
      if (inOverlong) {
        from = afterNewline(chunk, got);
        inOverlong = from == 0;
        if (inOverlong) {
          refuseForeign();
          continue;
        }
      }
      MemorySegment.copy(chunkText, from, text, filled, got - from);
      filled += got - from;
      long taken = scanner.scan(text, 0, filled);
      filled -= taken;
      if (filled > TraceScanner.LINE_MAX) {
        scanner.overlong(text, taken);
        inOverlong = true;
        filled = 0;
      }
      MemorySegment.copy(text, taken, text, 0, filled);
      refuseForeign();
    }
    scanner.finish(text, 0, filled);
  }

  /// The position after the first newline; 0: there is none.
  private static int afterNewline(byte[] chunk, int length) {
    for (int i = 0; i < length; i++) {
      if (chunk[i] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  private static boolean isGzip(BufferedInputStream in) throws IOException {
    in.mark(2);
    int first = in.read();
    int second = in.read();
    in.reset();
    return first == 0x1f && second == 0x8b;
  }

  private void refuseForeign() {
    if (bytes >= NO_EVENT_BYTES_MAX && !scanner.tally().hasEvents()) {
      throw notATrace("no event in " + bytes + " bytes");
    }
  }

  private void refuseNothing() {
    if (bytes == 0) {
      throw new BadInput(
          source + ": got an empty file, allowed: a trace of kmem events, plain or gzip");
    }
    Tally tally = scanner.tally();
    if (!tally.hasEvents()) {
      throw notATrace(
          tally.firstUnreadableText().isEmpty()
              ? "no event"
              : "\"" + tally.firstUnreadableText() + "\"");
    }
    if (!tally.hasKmemEvents()) {
      throw new BadInput(
          source
              + ": got events, but none of kmem, allowed: a trace of kmem events (kmem_cache_alloc, kmalloc, kfree, ..)");
    }
  }

  private BadInput notATrace(String got) {
    return new BadInput(
        source
            + ": not a trace: got "
            + got
            + ", allowed: text of kmem events (ftrace, trace-cmd report, perf script)");
  }

  private String brokenGzip(IOException broken) {
    String how = broken instanceof EOFException ? "that ends in the middle" : "that is broken";
    return source
        + ": got gzip data "
        + how
        + ", after "
        + bytes
        + " bytes of text (line "
        + (scanner.tally().line + 1)
        + "), allowed: a whole file";
  }
}
