package org.numaslab.coordinator.conform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.numaslab.node.topology.BadInput;

/// The recordings that a person named: files, and what lies in folders.
///
/// @param files in the order named, each folder's by name
/// @param leftOut tables of another kind that lie in the folders
public record Recordings(List<Path> files, List<Path> leftOut) {
  /// @throws BadInput when something named is not there, or a folder has no recording
  public static Recordings find(Collection<Path> named) {
    Set<Path> files = new LinkedHashSet<>();
    List<Path> leftOut = new ArrayList<>();
    for (Path path : named) {
      if (!Files.isDirectory(path)) {
        if (!Files.exists(path)) {
          throw new BadInput(path + ": no such file or folder, allowed: a recording or a folder");
        }
        files.add(path);
        continue;
      }
      boolean any = false;
      for (Path file : tables(path)) {
        if (Recording.looksLikeOne(file)) {
          files.add(file);
          any = true;
        } else {
          leftOut.add(file);
        }
      }
      if (!any) {
        throw new BadInput(
            path
                + ": no recording in this folder, allowed: one with *.tsv or *.tsv.gz of that"
                + " kind");
      }
    }
    return new Recordings(List.copyOf(files), List.copyOf(leftOut));
  }

  private static List<Path> tables(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().matches(".*\\.tsv(\\.gz)?"))
          .filter(file -> !Files.isDirectory(file))
          .sorted()
          .toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new BadInput(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
