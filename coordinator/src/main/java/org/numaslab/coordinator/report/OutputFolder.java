package org.numaslab.coordinator.report;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;

/// The folder that a run's files go to: all of them, or none.
///
/// | at the path is              | result                                        |
/// |-----------------------------|-----------------------------------------------|
/// | nothing                     | it is made, with the folders above it         |
/// | an empty folder             | filled                                        |
/// | a folder of an earlier run  | its files and folders are replaced, each at once |
/// | a folder with anything else | bad input: it is somebody's                   |
/// | a file                      | bad input                                     |
public final class OutputFolder {
  private static final String ALLOWED =
      "a folder that can be made, an empty one, or that of an earlier run";

  private final Path folder;
  private final Set<String> names;
  private final Set<String> written = new HashSet<>();

  private OutputFolder(Path folder, Set<String> names) {
    this.folder = folder;
    this.names = Set.copyOf(names);
  }

  /// A folder that can be written, which was tried: nothing of the trial is left.
  ///
  /// @param names of all files that a run may write, and of the folders, as `proc/`
  public static OutputFolder at(Path folder, Set<String> names) {
    OutputFolder output = new OutputFolder(folder.toAbsolutePath().normalize(), names);
    output.refuseForeign();
    output.tryToWrite();
    return output;
  }

  public Path path() {
    return folder;
  }

  /// Where a file is written while the run goes on: it is not among those that [#write] writes, and
  /// stays.
  public Path file(String name) {
    if (!names.contains(name)) {
      throw new IllegalArgumentException(name + " is not one of " + names);
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new EnvironmentFailure("--out " + folder + ": cannot be made: " + e.getMessage());
    }
    written.add(name);
    return folder.resolve(name);
  }

  private void refuseForeign() {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new BadInput("--out " + folder + ": got a file, allowed: " + ALLOWED);
    }
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<String> found = files.map(OutputFolder::name).sorted().toList();
      // Files first: folders alone, as /proc and /sys, are not of a run.
      boolean earlierRun = found.stream().anyMatch(name -> isOurs(name) && !name.endsWith("/"));
      List<String> foreign =
          found.stream()
              .filter(name -> !isOurs(name) || (name.endsWith("/") && !earlierRun))
              .toList();
      if (!foreign.isEmpty()) {
        throw new BadInput(
            "--out "
                + folder
                + ": got a folder that holds "
                + foreign.getFirst()
                + ", which is not of a run, allowed: "
                + ALLOWED);
      }
    } catch (IOException refused) {
      throw unwritable(refused);
    }
  }

  private boolean isOurs(String name) {
    return names.contains(name);
  }

  private static String name(Path file) {
    String slash = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) ? "/" : "";
    return file.getFileName() + slash;
  }

  private void tryToWrite() {
    Deque<Path> made = new ArrayDeque<>();
    try {
      makeFolders(made);
      Path trial = Files.createTempFile(folder, ".numaslab", "");
      made.push(trial);
    } catch (IOException refused) {
      throw unwritable(refused);
    } finally {
      made.forEach(OutputFolder::deleteQuietly);
    }
  }

  /// @param made receives each folder that did not exist, outermost last
  private void makeFolders(Deque<Path> made) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path path = folder; path != null && !Files.exists(path); path = path.getParent()) {
      missing.push(path);
    }
    for (Path path : missing) {
      Files.createDirectory(path);
      made.push(path);
    }
  }

  /// Writes the files, without links.
  public void write(Map<String, String> texts) {
    write(texts, Map.of());
  }

  /// Writes the files, by name or by path as `proc/slabinfo`, and removes those of an earlier run
  /// that are not among them.
  ///
  /// Each is written beside its place first, with the whole folder where it is in one; only when
  /// all are there do they take it.
  ///
  /// @param links symbolic links in those folders: by path, where each leads to
  public void write(Map<String, String> texts, Map<String, String> links) {
    Map<Path, Path> drafts = new TreeMap<>();
    Deque<Path> made = new ArrayDeque<>();
    boolean done = false;
    try {
      makeFolders(made);
      for (Map.Entry<String, String> text : texts.entrySet()) {
        Files.writeString(draft(Path.of(text.getKey()), drafts), text.getValue());
      }
      for (Map.Entry<String, String> link : links.entrySet()) {
        Files.createSymbolicLink(draft(Path.of(link.getKey()), drafts), Path.of(link.getValue()));
      }
      for (String name : names) {
        if (written.contains(name)) {
          continue;
        }
        if (name.endsWith("/") || !drafts.containsKey(folder.resolve(name))) {
          delete(folder.resolve(name));
        }
      }
      for (Map.Entry<Path, Path> draft : drafts.entrySet()) {
        Files.move(draft.getValue(), draft.getKey(), StandardCopyOption.ATOMIC_MOVE);
      }
      done = true;
    } catch (AtomicMoveNotSupportedException strange) {
      throw new EnvironmentFailure("--out " + folder + ": files cannot be moved there", strange);
    } catch (IOException refused) {
      throw new EnvironmentFailure(
          "--out " + folder + ": cannot be written: " + reason(refused), refused);
    } finally {
      if (!done) {
        drafts.values().forEach(OutputFolder::deleteQuietly);
        made.forEach(OutputFolder::deleteQuietly);
      }
    }
  }

  /// Where the file with this path in the folder is written first; the folders above it are made.
  ///
  /// @param drafts of the folder's own files and folders, by their place
  private Path draft(Path path, Map<Path, Path> drafts) throws IOException {
    Path draft = folder.resolve("." + path.getName(0) + ".draft");
    drafts.put(folder.resolve(path.getName(0)), draft);
    Path file =
        path.getNameCount() == 1 ? draft : draft.resolve(path.subpath(1, path.getNameCount()));
    Files.createDirectories(file.getParent());
    return file;
  }

  /// With what is in it; links are not followed.
  private static void delete(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> inside = Files.walk(path)) {
      for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private BadInput unwritable(IOException refused) {
    return new BadInput(
        "--out " + folder + ": cannot be written: " + reason(refused) + ", allowed: " + ALLOWED,
        refused);
  }

  private static String reason(IOException refused) {
    return switch (refused) {
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException nowhere -> "nothing can be made there";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> refused.getClass().getSimpleName();
    };
  }

  /// What cannot be deleted stays: there is nothing better to do about it.
  private static void deleteQuietly(Path path) {
    try {
      delete(path);
    } catch (IOException refused) {
      path.toFile().deleteOnExit();
    }
  }
}
