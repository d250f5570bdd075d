package org.numaslab.coordinator.topologies;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.numaslab.node.topology.BadInput;

/// The lines of a small text file, plain or gzip, whole or not at all.
///
/// Bytes are taken as Latin-1: what we look for is ASCII, and no byte can then fail to decode.
public record InputText(String file, List<Line> lines) {
  /// Unpacked bytes: 50 times the sysfs dump of a machine with 64 nodes; anything larger is another
  /// kind of file.
  static final int BYTES_MAX = 64 << 20;

  /// The file at `path`, or, when there is none, the one at `path.gz`.
  public static InputText read(Path path) {
    Path existing =
        existing(path)
            .orElseThrow(() ->
                new BadInput(
                    path
                        + ": no such file, allowed: a text file, or "
                        + path.getFileName()
                        + ".gz"));
    if (Files.isDirectory(existing)) {
      throw new BadInput(existing + ": got a folder, allowed: a text file");
    }
    byte[] bytes;
    try (InputStream raw = Files.newInputStream(existing);
        InputStream in = existing.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      bytes = in.readNBytes(BYTES_MAX + 1);
    } catch (ZipException | java.io.EOFException broken) {
      throw new BadInput(
          existing + ": got a broken or truncated gzip file, allowed: a whole one", broken);
    } catch (NoSuchFileException gone) {
      throw new BadInput(existing + ": no such file", gone);
    } catch (IOException unreadable) {
      throw new BadInput(
          existing
              + ": cannot be read: "
              + unreadable.getClass().getSimpleName()
              + " "
              + unreadable.getMessage(),
          unreadable);
    }
    if (bytes.length > BYTES_MAX) {
      throw new BadInput(
          existing + ": got more than " + (BYTES_MAX >> 20) + " MiB of text, allowed: up to that");
    }
    return of(existing.toString(), new String(bytes, StandardCharsets.ISO_8859_1));
  }

  /// The file, when it (or its .gz) is there at all.
  public static Optional<InputText> readIfPresent(Path path) {
    return existing(path).isPresent() ? Optional.of(read(path)) : Optional.empty();
  }

  static InputText of(String file, String text) {
    List<Line> lines = new ArrayList<>();
    int number = 1;
    for (String line : text.lines().toList()) {
      lines.add(new Line(file, number++, line));
    }
    return new InputText(file, List.copyOf(lines));
  }

  /// Is there such a file, plain or packed?
  public static boolean present(Path path) {
    return existing(path).isPresent();
  }

  private static Optional<Path> existing(Path path) {
    Path packed = path.resolveSibling(path.getFileName() + ".gz");
    return Files.exists(path)
        ? Optional.of(path)
        : Files.exists(packed) ? Optional.of(packed) : Optional.empty();
  }
}
