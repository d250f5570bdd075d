package org.numaslab.coordinator.topologies;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// A folder in which a kernel's /proc and /sys were kept: the machine, its zones and its caches, as
/// they were.
///
/// | file               | copy of                                          | absent                     |
/// |--------------------|--------------------------------------------------|----------------------------|
/// | node/              | /sys/devices/system/node ([SysfsNodes])          | bad input                  |
/// | zoneinfo.txt       | /proc/zoneinfo ([Zoneinfo], [ZonePlacement])     | bad input                  |
/// | slabinfo.txt       | /proc/slabinfo ([SlabinfoRow])                   | bad input                  |
/// | slab_sysfs.tsv     | the files of /sys/kernel/slab ([SlabSysfs])      | bad input                  |
/// | slab_symlinks.tsv  | its symbolic links: cache name, directory        | taken as: nothing merged   |
/// | buddyinfo.txt      | /proc/buddyinfo ([BuddyinfoRow])                 | no rows                    |
///
/// Each may be packed as `.gz`. Merged caches are one cache here, under the name of whoever created
/// it, with the others as aliases.
public final class KernelDirectory {
  /// Where x86-64 maps physical memory when its place is not randomised: kernel pointer = this +
  /// physical address.
  public static final long DIRECT_MAP_BASE = 0xffff888000000000L;

  private static final int PAGE_SHIFT = 12;
  private static final List<String> REQUIRED =
      List.of("node", "zoneinfo.txt", "slabinfo.txt", "slab_sysfs.tsv");

  private final Path folder;
  private final DescribedTopology machine;
  private final List<RecordedZone> zones;
  private final List<RecordedCache> caches;
  private final Map<String, RecordedCache> cacheByName;
  private final Map<String, String> aliases;
  private final Map<String, String> links;
  private final Map<String, SlabinfoRow> slabinfo;
  private final List<BuddyinfoRow> buddyinfo;
  private final SlabSysfs sysfs;

  private KernelDirectory(Path folder) {
    this.folder = folder;
    List<String> used = new ArrayList<>();
    List<String> assumed = new ArrayList<>();

    Zoneinfo zoneinfo = Zoneinfo.parse(InputText.read(folder.resolve("zoneinfo.txt")));
    this.zones = zoneinfo.zones().stream().map(Zoneinfo.Placed::zone).toList();
    ZonePlacement placement = new ZonePlacement(zoneinfo.zones());
    assumed.addAll(zoneinfo.assumed());
    assumed.addAll(placement.assumed());
    MachineDraft draft = draft(folder, zoneinfo, placement);

    this.sysfs = SlabSysfs.parse(InputText.read(folder.resolve("slab_sysfs.tsv")));
    Optional<InputText> symlinks = InputText.readIfPresent(folder.resolve("slab_symlinks.tsv"));
    Map<String, String> directoryOf = symlinks.map(this::directories).orElse(Map.of());
    this.links = Collections.unmodifiableMap(directoryOf);
    List<SlabinfoRow.Placed> rows =
        SlabinfoRow.parse(InputText.read(folder.resolve("slabinfo.txt")));
    this.caches = List.copyOf(caches(rows.reversed(), directoryOf, assumed));
    this.slabinfo = new LinkedHashMap<>();
    rows.forEach(placed -> slabinfo.put(placed.row().name(), placed.row()));
    Map<String, RecordedCache> byDirectory = new LinkedHashMap<>();
    caches.forEach(cache -> byDirectory.put(cache.directory(), cache));
    this.aliases = aliases(directoryOf, byDirectory);
    this.cacheByName = new LinkedHashMap<>(byDirectory);
    aliases.forEach((alias, real) ->
        cacheByName.put(alias, byDirectory.get(directoryOf.getOrDefault(alias, alias))));
    caches.forEach(cache -> cacheByName.put(cache.name(), cache));

    Optional<InputText> buddy = InputText.readIfPresent(folder.resolve("buddyinfo.txt"));
    this.buddyinfo = buddy.map(input -> BuddyinfoRow.parse(input, zones)).orElse(List.of());
    used.add("nodes, cpus and distances of " + folder.resolve("node"));
    boolean limited = zones.stream().allMatch(zone -> zone.limits().isPresent());
    used.add(
        zones.size()
            + (limited
                ? " zones with page frames and watermarks of "
                : " zones with page frames of ")
            + folder.resolve("zoneinfo.txt"));
    if (!limited) {
      assumed.add("watermarks and protection computed: zoneinfo.txt does not have all of them");
    }
    used.add(
        caches.size()
            + " caches of "
            + folder.resolve("slabinfo.txt")
            + " and slab_sysfs.tsv, "
            + aliases.size()
            + " names merged into them");
    if (symlinks.isEmpty()) {
      assumed.add("no slab_symlinks.tsv: no merged caches");
    }
    if (buddy.isEmpty()) {
      assumed.add("no buddyinfo.txt: free blocks not known");
    }
    if (!sysfs.absentAttributes().isEmpty()) {
      assumed.add(
          "slab attributes not recorded for every cache, defaults taken: "
              + String.join(" ", sysfs.absentAttributes()));
    }
    DescribedTopology described = draft.build(used);
    assumed.addAll(described.assumed());
    this.machine = new DescribedTopology(described.topology(), described.given(), used, assumed);
  }

  /// Reads the folder, all of it or not at all.
  public static KernelDirectory read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BadInput(
          folder
              + ": "
              + (Files.exists(folder) ? "got a file" : "no such folder")
              + ", allowed: a folder with "
              + String.join(", ", REQUIRED));
    }
    for (String name : REQUIRED) {
      if (!InputText.present(folder.resolve(name))) {
        throw new BadInput(
            folder
                + ": "
                + name
                + " is missing, allowed: a folder with "
                + String.join(", ", REQUIRED));
      }
    }
    return new KernelDirectory(folder);
  }

  private static MachineDraft draft(Path folder, Zoneinfo zoneinfo, ZonePlacement placement) {
    MachineDraft draft = SysfsNodes.draft(folder.resolve("node"));
    for (Zoneinfo.Placed placed : zoneinfo.zones()) {
      int node = placed.zone().node().value();
      if (!draft.hasNode(node)) {
        throw placed
            .line()
            .bad("node of a zone", "" + node, "a node of the folder node/, " + draft.nodeNumbers());
      }
    }
    draft.nodeNumbers().forEach(node -> draft.ranges(node, placement.of(node)));
    return draft;
  }

  private Map<String, String> directories(InputText symlinks) {
    Map<String, String> directoryOf = new LinkedHashMap<>();
    for (Line line : symlinks.lines()) {
      String[] fields = line.text().split("\t", -1);
      if (fields.length != 2 || fields[0].isEmpty() || fields[1].isEmpty()) {
        throw line.bad(
            "symbolic link", line.text(), "cache name and directory, separated by a tab");
      }
      if (!sysfs.directories().contains(fields[1])) {
        throw line.bad("directory of cache " + fields[0], fields[1], "one that slab_sysfs.tsv has");
      }
      if (directoryOf.put(fields[0], fields[1]) != null) {
        throw line.bad("cache", fields[0] + " a second time", "each name once");
      }
    }
    return directoryOf;
  }

  /// Oldest first. A directory that no row of slabinfo stands for was made between the two
  /// readings: the youngest.
  private List<RecordedCache> caches(
      List<SlabinfoRow.Placed> oldestFirst, Map<String, String> directoryOf, List<String> assumed) {
    Map<String, RecordedCache> byDirectory = new LinkedHashMap<>();
    for (SlabinfoRow.Placed placed : oldestFirst) {
      SlabinfoRow row = placed.row();
      String directory = directoryOf.getOrDefault(row.name(), row.name());
      if (!sysfs.directories().contains(directory)) {
        assumed.add("cache " + row.name() + " left out: slabinfo has it, slab_sysfs.tsv does not");
        continue;
      }
      RecordedCache cache = sysfs.cache(row.name(), directory);
      if (row.objectSize() != cache.slabSize()
          || row.objectsPerSlab() != cache.objsPerSlab()
          || row.pagesPerSlab() != 1 << cache.order()) {
        throw placed
            .line()
            .bad(
                "cache " + row.name(),
                row.objectSize() + " " + row.objectsPerSlab() + " " + row.pagesPerSlab(),
                "size, objects and pages of a slab as slab_sysfs.tsv has them: "
                    + cache.slabSize()
                    + " "
                    + cache.objsPerSlab()
                    + " "
                    + (1 << cache.order()));
      }
      RecordedCache other = byDirectory.put(directory, cache);
      if (other != null) {
        throw placed
            .line()
            .bad(
                "directory of cache " + row.name(),
                directory + ", which is that of " + other.name(),
                "one cache per directory");
      }
    }
    for (String directory : sysfs.directories()) {
      if (!byDirectory.containsKey(directory)) {
        byDirectory.put(directory, sysfs.cache(directory, directory));
        assumed.add(
            "cache "
                + directory
                + " taken as the youngest: slab_sysfs.tsv has it, slabinfo does not");
      }
    }
    return new ArrayList<>(byDirectory.values());
  }

  private static Map<String, String> aliases(
      Map<String, String> directoryOf, Map<String, RecordedCache> byDirectory) {
    Map<String, String> aliases = new LinkedHashMap<>();
    directoryOf.forEach((name, directory) -> {
      RecordedCache cache = byDirectory.get(directory);
      if (cache != null && !cache.name().equals(name)) {
        aliases.put(name, cache.name());
      }
    });
    return aliases;
  }

  public Path folder() {
    return folder;
  }

  public Topology topology() {
    return machine.topology();
  }

  /// In plain lines, what was taken from which file.
  public List<String> used() {
    return machine.used();
  }

  /// In plain lines, what no file said.
  public List<String> assumed() {
    return machine.assumed();
  }

  /// The zones that have memory, in the order of the file: by node, then by address.
  public List<RecordedZone> zones() {
    return zones;
  }

  /// The real caches in the order of their creation, oldest first.
  public List<RecordedCache> caches() {
    return caches;
  }

  /// The cache that goes by this name: its own, one merged into it, or its directory in sysfs.
  public Optional<RecordedCache> cache(String name) {
    return Optional.ofNullable(cacheByName.get(name));
  }

  /// Names of caches that were merged into others, to the name of the real one.
  public Map<String, String> aliases() {
    return Collections.unmodifiableMap(aliases);
  }

  /// The symbolic links in /sys/kernel/slab: names to the directory that each leads to.
  public Map<String, String> links() {
    return links;
  }

  /// The rows of slabinfo by cache name, in the order of the file: youngest first.
  public Map<String, SlabinfoRow> slabinfo() {
    return Collections.unmodifiableMap(slabinfo);
  }

  /// The rows of buddyinfo; empty when it was not recorded.
  public List<BuddyinfoRow> buddyinfo() {
    return buddyinfo;
  }

  /// The recorded text of a cache's attribute, as "cpu_slabs" or "objects"; empty when there is
  /// none.
  public Optional<String> attribute(RecordedCache cache, String name) {
    return sysfs.attribute(cache.directory(), name);
  }

  /// The number of the node in whose memory a kernel pointer of the direct map points; -1 for any
  /// other pointer.
  ///
  /// A frame that was taken for a hole still counts to the one node whose zone spans it: the
  /// pointer is there, the hole assumed.
  public int nodeIndexOfPointer(long pointer) {
    long physical = pointer - DIRECT_MAP_BASE;
    if (physical < 0) {
      return -1;
    }
    long frame = physical >>> PAGE_SHIFT;
    int node = topology().nodeIndexOfFrame(frame);
    return node >= 0 ? node : nodeThatSpans(frame);
  }

  private int nodeThatSpans(long frame) {
    int found = -1;
    for (RecordedZone zone : zones) {
      if (frame >= zone.startFrame() && frame < zone.endFrame()) {
        if (found >= 0 && found != zone.node().value()) {
          return -1;
        }
        found = zone.node().value();
      }
    }
    return found;
  }
}
