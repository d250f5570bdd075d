package org.numaslab.coordinator.conform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.numaslab.coordinator.topologies.InputText;
import org.numaslab.coordinator.topologies.Line;
import org.numaslab.coordinator.topologies.Topologies;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.BadInput;

/// Recomputes recorded tables of geometry and compares them, value by value.
///
/// ```text
/// file --> which kind? by its rows
///            H, G            GeometryStructCheck    what was asked, and struct kmem_cache
///            KM              GeometryKmallocCheck   which class serves a size
///            cache attribute GeometryCachesCheck    sysfs of a machine, slabinfo.txt beside
/// folder --> slab_sysfs.tsv and slabinfo.txt of a machine; else every table in it
/// ```
public final class GeometryCheck {
  private static final String ALLOWED =
      "a table with rows G, with rows KM, or of cache, attribute and value as slab_sysfs.tsv";
  private static final String SYSFS = "slab_sysfs.tsv";
  private static final String SLABINFO = "slabinfo.txt";

  private final GeometryOptions options;
  private final boolean cpusGiven;
  private final List<String> assumed = new ArrayList<>();
  private final List<GeometryReport> reports = new ArrayList<>();

  /// `options` are the recorded machine's; without `cpusGiven` a folder that names its cpus is
  /// believed.
  public GeometryCheck(GeometryOptions options, boolean cpusGiven) {
    this.options = options;
    this.cpusGiven = cpusGiven;
  }

  /// Compares one more file or folder.
  public void check(Path path) {
    if (Files.isDirectory(path)) {
      checkFolder(path);
    } else {
      InputText input = InputText.read(path);
      Kind kind = kind(input).orElseThrow(() -> unknown(input));
      reports.add(check(input, kind, folderOf(path)));
    }
  }

  /// One report per table, in the order of the checks.
  public List<GeometryReport> reports() {
    return List.copyOf(reports);
  }

  /// In plain lines, what nobody said.
  public List<String> assumed() {
    return List.copyOf(assumed);
  }

  private enum Kind {
    STRUCT,
    KMALLOC,
    CACHES
  }

  private static Optional<Kind> kind(InputText input) {
    for (Line line : input.lines()) {
      String[] fields = line.text().split("\t", -1);
      String tag = fields.length > 1 ? fields[1] : "";
      if (GeometryStructCheck.knows(tag)) {
        return Optional.of(Kind.STRUCT);
      }
      if (GeometryKmallocCheck.knows(tag)) {
        return Optional.of(Kind.KMALLOC);
      }
      if (fields.length == 3 && GeometryAttributes.knows(tag)) {
        return Optional.of(Kind.CACHES);
      }
    }
    return Optional.empty();
  }

  private GeometryReport check(InputText input, Kind kind, Path folder) {
    return switch (kind) {
      case STRUCT -> GeometryStructCheck.check(input, withCpus(OptionalInt.empty(), input.file()));
      case KMALLOC ->
          GeometryKmallocCheck.check(input, withCpus(OptionalInt.empty(), input.file()));
      case CACHES ->
          GeometryCachesCheck.check(input, folder, withCpus(cpusOf(folder), input.file()));
    };
  }

  private void checkFolder(Path folder) {
    boolean sysfs = InputText.present(folder.resolve(SYSFS));
    boolean slabinfo = InputText.present(folder.resolve(SLABINFO));
    if (sysfs && slabinfo) {
      InputText input = InputText.read(folder.resolve(SYSFS));
      reports.add(check(input, kind(input).orElseThrow(() -> unknown(input)), folder));
      return;
    }
    if (sysfs || slabinfo) {
      throw new BadInput(
          "%s: %s is missing, allowed: a folder of a machine with %s and %s"
              .formatted(folder, sysfs ? SLABINFO : SYSFS, SYSFS, SLABINFO));
    }
    int before = reports.size();
    for (Path table : tables(folder)) {
      InputText input = InputText.read(table);
      kind(input)
          .ifPresentOrElse(
              kind -> reports.add(check(input, kind, folder)),
              () -> assumed.add(table + ": passed over, no table of geometry"));
    }
    if (reports.size() == before) {
      throw new BadInput(
          "%s: got a folder without a table of geometry, allowed: %s and %s of a machine, or files with %s"
              .formatted(folder, SYSFS, SLABINFO, ALLOWED));
    }
  }

  private static List<Path> tables(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> entry.toString().matches(".*\\.tsv(\\.gz)?"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException unreadable) {
      throw new BadInput(
          folder + ": cannot be read: " + unreadable.getClass().getSimpleName(), unreadable);
    }
  }

  private static Path folderOf(Path file) {
    return file.resolveSibling(".").normalize();
  }

  private static OptionalInt cpusOf(Path folder) {
    Path nodes = folder.resolve("node");
    return Files.isDirectory(nodes)
        ? OptionalInt.of(Topologies.parse(nodes.toString()).topology().cpuCount())
        : OptionalInt.empty();
  }

  /// The options for one table: cpus given, else as its folder has them, else the default; and it
  /// is said which.
  private GeometryOptions withCpus(OptionalInt recorded, String file) {
    if (cpusGiven) {
      if (recorded.isPresent() && recorded.getAsInt() != options.cpus()) {
        assumed.add(
            "%s: %d cpus as given; the folder node/ beside it has %d"
                .formatted(file, options.cpus(), recorded.getAsInt()));
      }
      return options;
    }
    int cpus = recorded.orElse(options.cpus());
    assumed.add(
        "%s: %d cpus, %s"
            .formatted(
                file,
                cpus,
                recorded.isPresent()
                    ? "as the folder node/ beside it has (no --cpus)"
                    : "the default (no --cpus, and the table does not say)"));
    return options.withCpus(cpus);
  }

  private static BadInput unknown(InputText input) {
    if (input.lines().isEmpty()) {
      return new BadInput(input.file() + ": got an empty file, allowed: " + ALLOWED);
    }
    return input.lines().getFirst().bad("table", input.lines().getFirst().text(), ALLOWED);
  }
}
