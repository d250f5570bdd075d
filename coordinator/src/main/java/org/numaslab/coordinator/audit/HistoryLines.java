package org.numaslab.coordinator.audit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.numaslab.node.topology.BadInput;

/// The lines of a file one after another, in one buffer, and how to complain about each.
///
/// Owner: one reader. Allocates nothing from line to line.
final class HistoryLines implements AutoCloseable {
  /// Twice the longest line: it is moved to the front before more is read.
  private static final int BUFFER_BYTES = 2 * HistoryFile.HEADER_BYTES_MAX;

  private static final String ALLOWED_FILE = "a history as a run wrote it";

  /// A text is shown up to here: enough to recognise it, and an error stays one line.
  private static final int SHOWN_MAX = 60;

  private final Path file;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int begin;
  private int end = -1;
  private int filled;
  private long number;
  private boolean isAtEnd;

  private HistoryLines(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  static HistoryLines open(Path file) {
    if (Files.isDirectory(file)) {
      throw new BadInput(file + ": got a folder, allowed: " + ALLOWED_FILE);
    }
    try {
      InputStream raw = Files.newInputStream(file);
      return new HistoryLines(file, HistoryFile.isPacked(file) ? unpacked(raw) : raw);
    } catch (IOException unreadable) {
      throw unreadable(file, 1, unreadable);
    }
  }

  private static InputStream unpacked(InputStream raw) throws IOException {
    try {
      return new GZIPInputStream(raw, BUFFER_BYTES);
    } catch (IOException broken) {
      raw.close();
      throw broken;
    }
  }

  /// Goes to the next line.
  ///
  /// @param bytesMax that it may have
  /// @return whether there is one
  boolean next(int bytesMax) {
    begin = end + 1;
    number++;
    end = begin;
    while (true) {
      int limit = Math.min(filled, begin + bytesMax + 1);
      for (; end < limit; end++) {
        if (buffer[end] == '\n') {
          return true;
        }
      }
      if (end > begin + bytesMax) {
        refuseBinary();
        throw bad("line", "more than " + bytesMax + " bytes", "up to that");
      }
      if (isAtEnd) {
        break;
      }
      fill();
    }
    if (begin < end) {
      refuseBinary();
      throw bad("line", text(), "a line end behind it; the file was cut");
    }
    return false;
  }

  /// Moves what is left to the front and reads on.
  private void fill() {
    System.arraycopy(buffer, begin, buffer, 0, filled - begin);
    filled -= begin;
    end -= begin;
    begin = 0;
    try {
      int read = in.read(buffer, filled, buffer.length - filled);
      isAtEnd = read < 0;
      filled += Math.max(0, read);
    } catch (IOException unreadable) {
      throw unreadable(file, number, unreadable);
    }
  }

  /// Holds the line from [#begin] to before [#end]; only to be read, until the next line.
  byte[] buffer() {
    return buffer;
  }

  int begin() {
    return begin;
  }

  int end() {
    return end;
  }

  String text() {
    return text(begin, end);
  }

  String text(int from, int to) {
    return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /// Refuses a line that has a byte that is no text.
  void refuseBinary() {
    for (int i = begin; i < end; i++) {
      boolean isText = (buffer[i] >= ' ' && buffer[i] < 0x7f) || buffer[i] == '\t';
      if (!isText) {
        throw bad("byte " + (i - begin + 1), "0x%02x".formatted(buffer[i] & 0xff), "text in ASCII");
      }
    }
  }

  BadInput bad(String what, String got, String allowed) {
    return new BadInput(
        "%s:%d: %s: got '%s', allowed: %s".formatted(file, number, what, shown(got), allowed));
  }

  private static String shown(String got) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(got.length(), SHOWN_MAX); i++) {
      char c = got.charAt(i);
      shown.append(c == '\t' ? ' ' : c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown.append(got.length() > SHOWN_MAX ? "..." : "").toString();
  }

  private static BadInput unreadable(Path file, long line, IOException why) {
    return switch (why) {
      case NoSuchFileException gone ->
          new BadInput(file + ": no such file, allowed: " + ALLOWED_FILE, gone);
      case EOFException cut ->
          new BadInput(
              file + ":" + line + ": gzip: got 'a file that was cut', allowed: a whole one", cut);
      case ZipException broken ->
          new BadInput(
              file + ":" + line + ": gzip: got 'a broken file', allowed: a whole one", broken);
      default ->
          new BadInput(
              "%s: cannot be read: %s %s, allowed: %s"
                  .formatted(file, why.getClass().getSimpleName(), why.getMessage(), ALLOWED_FILE),
              why);
    };
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException unreadable) {
      throw unreadable(file, number, unreadable);
    }
  }
}
