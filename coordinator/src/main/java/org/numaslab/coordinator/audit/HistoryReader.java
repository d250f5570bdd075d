package org.numaslab.coordinator.audit;

import java.nio.file.Path;

/// Reads a [HistoryFile] once, from its first line to its last, in bounded memory.
///
/// Owner: one thread.
public final class HistoryReader implements AutoCloseable {
  private static final String END = "end";
  private static final String EVENTS = "end events=";
  private static final String HASH = " hash=";
  private static final String ALLOWED_END = "end events=N hash=H; the file was cut";

  private final HistoryLines lines;
  private final HistoryHeader header;

  private HistoryReader(HistoryLines lines, HistoryHeader header) {
    this.lines = lines;
    this.header = header;
  }

  static HistoryReader open(Path file) {
    HistoryLines lines = HistoryLines.open(file);
    try {
      return new HistoryReader(lines, HeaderText.read(lines));
    } catch (RuntimeException refused) {
      lines.close();
      throw refused;
    }
  }

  public HistoryHeader header() {
    return header;
  }

  /// Passes all events on. They are passed on as they are read: that the file is whole is known
  /// only when this returns.
  ///
  /// @return the hash of the events, with their number
  public HistoryHash readTo(History history) {
    EventLine line = new EventLine(lines, EventLimits.of(header));
    HistoryHash hash = new HistoryHash();
    while (lines.next(EventText.LINE_BYTES_MAX)) {
      if (isEnd()) {
        checkEnd(hash);
        return hash;
      }
      if (hash.events() == HistoryFile.EVENTS_MAX) {
        throw lines.bad("events", "more", "up to " + HistoryFile.EVENTS_MAX);
      }
      Event event = line.read();
      hash.add(event);
      history.add(event);
    }
    throw lines.bad("end", "the end of the file", ALLOWED_END);
  }

  /// An event begins with a digit.
  private boolean isEnd() {
    return lines.begin() < lines.end() && lines.buffer()[lines.begin()] == END.charAt(0);
  }

  private void checkEnd(HistoryHash hash) {
    lines.refuseBinary();
    String text = lines.text();
    int hashAt = text.indexOf(HASH);
    if (!text.startsWith(EVENTS) || hashAt < 0) {
      throw lines.bad(END, text, "end events=N hash=H");
    }
    String events = text.substring(EVENTS.length(), hashAt);
    if (!events.equals(String.valueOf(hash.events()))) {
      throw lines.bad("events", events, hash.events() + ", as many as there are");
    }
    String value = text.substring(hashAt + HASH.length());
    if (!value.equals(hash.toString())) {
      throw lines.bad("hash", value, hash + ", that of the events");
    }
    if (lines.next(EventText.LINE_BYTES_MAX)) {
      lines.refuseBinary();
      throw lines.bad("line", lines.text(), "nothing behind the end");
    }
  }

  @Override
  public void close() {
    lines.close();
  }
}
