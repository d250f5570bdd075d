package org.numaslab.coordinator.audit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.numaslab.node.topology.BadInput;

/// A history as text, for programs and for people with `grep`; gzip where the name ends with `.gz`.
///
/// ```text
/// numaslab history 1 seed=7 version=0.1.0 nodes=2 cpus=0,0,1,1
/// 0.000000  JOINED     node=0.1  cpu=-  peer=-    object=-                   number=-
/// 12.345678 ALLOCATED  node=1.1  cpu=3  home=0.1  object=0xffff888000123000  number=-
/// 12.345700 REMOVED    node=0.1  cpu=-  peer=1.1  object=-                   number=-
/// end events=3 hash=f96be3e8d5137cbc
/// ```
///
/// In the file one tab stands between two fields of an event, and one blank between two words of
/// the other lines.
///
/// | field | is |
/// |---|---|
/// | first | the time in milliseconds, to the nanosecond; never earlier than in the line before |
/// | second | the kind |
/// | `node=1.2` | the member: its node, and its life, counted from its first begin |
/// | `cpu=` | one of the machine, by its place in `cpus=`, which has the node of each |
/// | `home=`, `peer=` | the other member, called home where the event is of an object that lies there |
/// | `object=` | hexadecimal |
/// | `number=` | decimal |
///
/// `-` is [Event#NONE]. There is one way to write an event, and it is the only one that is read.
/// The last line tells a whole file from one that was cut: the number of events and [HistoryHash].
/// What is wrong is refused as `FILE:LINE: WHAT: got 'X', allowed: Y`; the limits of each number
/// are those of `EventLimits`.
public final class HistoryFile {
  /// What a run's folder calls it.
  public static final String NAME = "history.log";

  static final String PACKED = ".gz";
  static final String FORMAT = "numaslab history ";
  static final String FORMAT_VERSION = "1";

  /// So many cpus of nodes with four digits.
  static final int HEADER_BYTES_MAX = 64 << 10;

  /// A day of a machine that does ten thousand things a second.
  static final long EVENTS_MAX = 1_000_000_000;

  private HistoryFile() {}

  static boolean isPacked(Path file) {
    return file.toString().endsWith(PACKED);
  }

  /// Begins a file; one that is there is replaced.
  public static HistoryWriter create(Path file, HistoryHeader header) {
    return HistoryWriter.create(file, header);
  }

  /// Opens a file whose first line is right.
  public static HistoryReader open(Path file) {
    return HistoryReader.open(file);
  }

  /// The history in the folder of a run, plain or packed, where there is one.
  public static Optional<Path> in(Path folder) {
    List<Path> found =
        List.of(folder.resolve(NAME), folder.resolve(NAME + PACKED)).stream()
            .filter(Files::exists)
            .toList();
    if (found.size() > 1) {
      throw new BadInput(
          "%s: got both %s and %s%s, allowed: one of them".formatted(folder, NAME, NAME, PACKED));
    }
    return found.stream().findFirst();
  }
}
