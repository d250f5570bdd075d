package org.numaslab.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.numaslab.node.topology.EnvironmentFailure;

/// What the processes of a run write beside its results.
final class NodesFolder {
  private NodesFolder() {}

  /// The folder, without what an earlier run left there.
  static Path emptied(Path folder) {
    try {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> inside = Files.walk(folder)) {
          for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(each);
          }
        }
      }
      Files.createDirectories(folder);
      return folder.toAbsolutePath();
    } catch (IOException refused) {
      throw new EnvironmentFailure(
          folder + ": cannot be written: " + refused.getMessage(), refused);
    }
  }

  /// What an earlier run has left.
  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException refused) {
      throw new EnvironmentFailure(file + ": cannot be deleted: " + refused.getMessage(), refused);
    }
  }

  /// Makes the folder, where there is none.
  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text);
    } catch (IOException refused) {
      throw new EnvironmentFailure(file + ": cannot be written: " + refused.getMessage(), refused);
    }
  }
}
