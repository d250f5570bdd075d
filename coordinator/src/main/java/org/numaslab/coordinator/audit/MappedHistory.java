package org.numaslab.coordinator.audit;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;

/// A history in a file that is mapped: what a process has written is there also when it was killed.
///
/// ```text
/// 0      8        16       24     28         32      36    38    40     41
/// +------+--------+--------+------+----------+-------+-----+-----+------+-------+
/// | time | object | number | life | peerLife |  cpu  | node| peer| kind | whole |   48 bytes each
/// +------+--------+--------+------+----------+-------+-----+-----+------+-------+
/// ```
///
/// `whole` is written last, and is 1. Shared by the threads of its process.
public final class MappedHistory implements History {
  private static final int EVENT_BYTES = 48;
  private static final int CHUNK_EVENTS = 1 << 16;
  private static final int CHUNK_BYTES = EVENT_BYTES * CHUNK_EVENTS;
  private static final int OBJECT = 8;
  private static final int NUMBER = 16;
  private static final int LIFE = 24;
  private static final int PEER_LIFE = 28;
  private static final int CPU = 32;
  private static final int NODE = 36;
  private static final int PEER = 38;
  private static final int KIND = 40;
  private static final int WHOLE = 41;
  private static final Event.Kind[] KINDS = Event.Kind.values();

  private final Path file;
  private MappedByteBuffer chunk;
  private long chunks;
  private int next;

  /// Begins a new file.
  public MappedHistory(Path file) {
    this.file = file;
    this.chunk = map();
  }

  private MappedByteBuffer map() {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, chunks++ * CHUNK_BYTES, CHUNK_BYTES);
    } catch (IOException refused) {
      throw new EnvironmentFailure(file + ": cannot be written: " + refused.getMessage(), refused);
    }
  }

  @Override
  public synchronized void add(Event event) {
    if (next == CHUNK_EVENTS) {
      chunk = map();
      next = 0;
    }
    int at = next++ * EVENT_BYTES;
    chunk
        .putLong(at, event.time())
        .putLong(at + OBJECT, event.object())
        .putLong(at + NUMBER, event.number())
        .putInt(at + LIFE, event.life())
        .putInt(at + PEER_LIFE, event.peerLife())
        .putInt(at + CPU, event.cpu())
        .putShort(at + NODE, (short) event.node())
        .putShort(at + PEER, (short) event.peer())
        .put(at + KIND, (byte) event.kind().ordinal())
        .put(at + WHOLE, (byte) 1);
  }

  /// The events of a file, in their order; the last one may have been cut off.
  public static List<Event> read(Path file) {
    List<Event> events = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long begin = 0; begin < channel.size(); begin += CHUNK_BYTES) {
        long bytes = Math.min(CHUNK_BYTES, channel.size() - begin);
        MappedByteBuffer chunk = channel.map(FileChannel.MapMode.READ_ONLY, begin, bytes);
        for (int at = 0; at + EVENT_BYTES <= bytes && chunk.get(at + WHOLE) == 1; ) {
          events.add(event(file, chunk, at));
          at += EVENT_BYTES;
        }
      }
    } catch (IOException refused) {
      throw new BadInput(file + ": cannot be read: " + refused.getMessage(), refused);
    }
    return events;
  }

  private static Event event(Path file, MappedByteBuffer chunk, int at) {
    int kind = chunk.get(at + KIND);
    if (kind < 0 || kind >= KINDS.length) {
      throw new BadInput(
          "%s: damaged: kind of an event: got %d, allowed: 0..%d"
              .formatted(file, kind, KINDS.length - 1));
    }
    return new Event(
        chunk.getLong(at),
        KINDS[kind],
        chunk.getShort(at + NODE),
        chunk.getInt(at + LIFE),
        chunk.getInt(at + CPU),
        chunk.getShort(at + PEER),
        chunk.getInt(at + PEER_LIFE),
        chunk.getLong(at + OBJECT),
        chunk.getLong(at + NUMBER));
  }

  /// The files of a folder that [#name] names.
  public static List<Path> in(Path folder) {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX)).sorted().toList();
    } catch (IOException refused) {
      throw new BadInput(folder + ": cannot be read: " + refused.getMessage(), refused);
    }
  }

  private static final String SUFFIX = ".events";

  /// What the file of a member's life is called.
  public static String name(int node, int life) {
    return "node-" + node + "-life-" + life + SUFFIX;
  }
}
