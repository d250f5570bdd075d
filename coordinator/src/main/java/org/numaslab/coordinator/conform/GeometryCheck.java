package org.numaslab.coordinator.conform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.InputText;
import org.numaslab.coordinator.topologies.KernelDirectory;
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
///            cache :id       GeometryLinksCheck     links of the caches asked for so far
/// folder --> slab_sysfs.tsv and slabinfo.txt of a machine; else every table in it
/// ```
public final class GeometryCheck {
  private static final String ALLOWED =
      "a table with rows G, with rows KM, or of cache, attribute and value as slab_sysfs.tsv, or of"
          + " symbolic links";
  private static final String SYSFS = "slab_sysfs.tsv";
  private static final String SLABINFO = "slabinfo.txt";

  private final GeometryOptions options;
  private final boolean cpusGiven;
  private final @Nullable KernelDirectory before;

  /// In /sys/kernel/slab after the last table of caches asked for.
  private Map<String, String> links;

  private boolean allLinksKnown;
  private final List<String> assumed = new ArrayList<>();
  private final List<GeometryReport> reports = new ArrayList<>();

  /// Where nobody has what was there before.
  public GeometryCheck(GeometryOptions options, boolean cpusGiven) {
    this(options, cpusGiven, null);
  }

  /// `options` are the recorded machine's; without `cpusGiven` a folder that names its cpus is
  /// believed.
  ///
  /// @param before the recorded machine before the caches of the tables were created, each table in
  ///   a kernel of its own; null if nobody has it
  public GeometryCheck(
      GeometryOptions options, boolean cpusGiven, @Nullable KernelDirectory before) {
    this.options = options;
    this.cpusGiven = cpusGiven;
    this.before = before;
    this.links = new CreatedCaches(before, options).links();
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
    CACHES,
    LINKS
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
      if (fields.length == 2 && GeometryLinksCheck.knows(tag)) {
        return Optional.of(Kind.LINKS);
      }
    }
    return Optional.empty();
  }

  private GeometryReport check(InputText input, Kind kind, Path folder) {
    return switch (kind) {
      case STRUCT -> checkStruct(input);
      case KMALLOC -> GeometryKmallocCheck.check(input, withCpus(cpusBefore(), input.file()));
      case CACHES ->
          GeometryCachesCheck.check(input, folder, withCpus(cpusOf(folder), input.file()));
      case LINKS -> GeometryLinksCheck.check(input, links, allLinksKnown);
    };
  }

  private GeometryReport checkStruct(InputText input) {
    GeometryStructCheck check =
        new GeometryStructCheck(input, before, withCpus(cpusBefore(), input.file()));
    GeometryReport report = check.check(input);
    links = check.links();
    allLinksKnown = before != null;
    return report;
  }

  private OptionalInt cpusBefore() {
    KernelDirectory kernel = before;
    return kernel == null ? OptionalInt.empty() : OptionalInt.of(kernel.topology().cpuCount());
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
    int reportsBefore = reports.size();
    List<InputText> linkTables = new ArrayList<>();
    for (Path table : tables(folder)) {
      InputText input = InputText.read(table);
      Optional<Kind> kind = kind(input);
      if (kind.isEmpty()) {
        assumed.add(table + ": passed over, no table of geometry");
      } else if (kind.get() == Kind.LINKS) {
        linkTables.add(input); // after the caches that they are links of
      } else {
        reports.add(check(input, kind.get(), folder));
      }
    }
    linkTables.forEach(input -> reports.add(check(input, Kind.LINKS, folder)));
    if (reports.size() == reportsBefore) {
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
            "%s: %d cpus as given; the machine's folder node/ has %d"
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
                    ? "as the machine's folder node/ has (no --cpus)"
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
