package org.numaslab.coordinator.report;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
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
/// | a folder of an earlier run  | its files are replaced, each at once          |
/// | a folder with anything else | bad input: it is somebody's                   |
/// | a file                      | bad input                                     |
public final class OutputFolder {
  private static final String ALLOWED =
      "a folder that can be made, an empty one, or that of an earlier run";

  private final Path folder;
  private final Set<String> names;

  private OutputFolder(Path folder, Set<String> names) {
    this.folder = folder;
    this.names = Set.copyOf(names);
  }

  /// A folder that can be written, which was tried: nothing of the trial is left.
  ///
  /// @param names of all files that a run may write
  public static OutputFolder at(Path folder, Set<String> names) {
    OutputFolder output = new OutputFolder(folder.toAbsolutePath().normalize(), names);
    output.refuseForeign();
    output.tryToWrite();
    return output;
  }

  public Path path() {
    return folder;
  }

  private void refuseForeign() {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new BadInput("--out " + folder + ": got a file, allowed: " + ALLOWED);
    }
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<String> foreign =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !names.contains(name))
              .sorted()
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

  /// Writes the files, by name, and removes those of an earlier run that are not among them.
  ///
  /// Each is written beside its place first; only when all are there do they take it.
  public void write(Map<String, String> texts) {
    Map<Path, Path> drafts = new TreeMap<>();
    Deque<Path> made = new ArrayDeque<>();
    boolean done = false;
    try {
      makeFolders(made);
      for (Map.Entry<String, String> text : texts.entrySet()) {
        Path place = folder.resolve(text.getKey());
        Path draft = folder.resolve("." + text.getKey() + ".draft");
        drafts.put(place, draft);
        Files.writeString(draft, text.getValue());
      }
      for (Map.Entry<Path, Path> draft : drafts.entrySet()) {
        Files.move(draft.getValue(), draft.getKey(), StandardCopyOption.ATOMIC_MOVE);
      }
      for (String name : names) {
        if (!texts.containsKey(name)) {
          Files.deleteIfExists(folder.resolve(name));
        }
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
      Files.deleteIfExists(path);
    } catch (IOException refused) {
      path.toFile().deleteOnExit();
    }
  }
}
