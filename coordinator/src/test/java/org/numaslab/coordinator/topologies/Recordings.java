package org.numaslab.coordinator.topologies;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// Where the recordings of a real kernel lie, seen from this module: the committed ones, and more
/// where they are at hand.
final class Recordings {
  static final Path COMMITTED = Path.of("../deploy/recordings");
  static final Path MORE = Path.of(System.getProperty("numaslab.data", "../../shared/data"));

  private Recordings() {}

  /// Every recorded kernel's folder.
  static List<Path> kernels() {
    return Stream.of(COMMITTED, MORE)
        .filter(Files::isDirectory)
        .flatMap(Recordings::walk)
        .filter(path -> path.endsWith("zoneinfo.txt"))
        .map(Path::getParent)
        .sorted()
        .toList();
  }

  static Stream<Path> walk(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.toList().stream();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static void forEachLine(Path packed, Consumer<String> onLine) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(packed)), StandardCharsets.ISO_8859_1))) {
      reader.lines().forEach(onLine);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
