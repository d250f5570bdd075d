package org.numaslab.coordinator.conform;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.numaslab.coordinator.topologies.InputText;
import org.numaslab.coordinator.topologies.Line;
import org.numaslab.coordinator.topologies.SlabinfoRow;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// Compares the caches of a booted machine: their attributes in sysfs, and their rows in slabinfo
/// when that lies beside.
///
/// What a creator asked for cannot be seen from outside; it is taken from the attributes that show
/// it ([GeometryAttributes#request]), and everything else is computed from that and compared.
final class GeometryCachesCheck {
  private static final String KIND = "caches of a machine, as sysfs shows them";

  /// What of a cache follows from what was asked.
  private static final Map<String, GeometryColumn> COMPUTED = new LinkedHashMap<>();

  static {
    COMPUTED.put("object_size", GeometryColumn.OBJECT_SIZE);
    COMPUTED.put("slab_size", GeometryColumn.SIZE);
    COMPUTED.put("align", GeometryColumn.ALIGN);
    COMPUTED.put("order", GeometryColumn.OO_ORDER);
    COMPUTED.put("objs_per_slab", GeometryColumn.OO_OBJECTS);
    COMPUTED.put("min_partial", GeometryColumn.MIN_PARTIAL);
    COMPUTED.put("cpu_partial", GeometryColumn.CPU_PARTIAL);
  }

  private static final Map<String, Integer> FLAGS =
      Map.of(
          "hwcache_align", SlabFlags.HWCACHE_ALIGN,
          "reclaim_account", SlabFlags.RECLAIM_ACCOUNT,
          "destroy_by_rcu", SlabFlags.TYPESAFE_BY_RCU,
          "cache_dma", SlabFlags.CACHE_DMA);

  private static final String RATIO = "remote_node_defrag_ratio";
  private static final String CTOR = "ctor";

  private final GeometryOptions options;
  private final GeometryAttributes attributes;
  private final GeometryTally tally;
  private final Map<String, List<SlabinfoRow.Placed>> slabinfo = new LinkedHashMap<>();
  private final boolean someHaveTracks;
  private int withoutTracks;

  private GeometryCachesCheck(InputText input, GeometryOptions options) {
    this.options = options;
    this.attributes = GeometryAttributes.read(input);
    this.tally = new GeometryTally(input.file(), KIND);
    this.someHaveTracks =
        attributes.caches().stream()
            .anyMatch(cache -> (attributes.request(cache).flags() & SlabFlags.STORE_USER) != 0);
  }

  /// `folder` is where slabinfo.txt and slab_symlinks.tsv are looked for.
  static GeometryReport check(InputText input, Path folder, GeometryOptions options) {
    GeometryCachesCheck check = new GeometryCachesCheck(input, options);
    check.readSlabinfo(folder);
    check.attributes.caches().forEach(check::compare);
    check.sayWhatIsNotCompared();
    return check.tally.report();
  }

  private void readSlabinfo(Path folder) {
    Optional<InputText> file = InputText.readIfPresent(folder.resolve("slabinfo.txt"));
    if (file.isEmpty()) {
      tally.note("no slabinfo.txt beside it: attributes only");
      return;
    }
    Map<String, String> directoryOf = new LinkedHashMap<>();
    InputText.readIfPresent(folder.resolve("slab_symlinks.tsv"))
        .ifPresent(links -> links.lines().forEach(line -> onLink(line, directoryOf)));
    Set<String> aliases = new LinkedHashSet<>(directoryOf.keySet());
    for (SlabinfoRow.Placed placed : SlabinfoRow.parse(file.get())) {
      String name = placed.row().name();
      aliases.remove(name);
      String directory = directoryOf.getOrDefault(name, name);
      if (attributes.caches().contains(directory)) {
        slabinfo.computeIfAbsent(directory, d -> new ArrayList<>()).add(placed);
      } else {
        tally.rowNotCompared("row of slabinfo.txt without attributes in sysfs");
      }
    }
    // A name that joined another cache has a link, and no numbers of its own.
    aliases.forEach(alias -> tally.mergedRow());
  }

  private static void onLink(Line line, Map<String, String> directoryOf) {
    String[] fields = line.text().split("\t", -1);
    if (fields.length != 2 || fields[0].isEmpty() || fields[1].isEmpty()) {
      throw line.bad("symbolic link", line.text(), "cache name and directory; a tab between");
    }
    directoryOf.put(fields[0], fields[1]);
  }

  private void compare(String cache) {
    CacheRequest request = attributes.request(cache);
    CacheGeometry geometry;
    try {
      geometry = CacheGeometry.of(withoutTracksIfSo(request), options);
    } catch (BadInput refused) {
      Line line = attributes.line(cache, "object_size").orElseThrow();
      throw new BadInput(line.where() + ": " + refused.getMessage(), refused);
    }
    tally.row(cache);
    COMPUTED.forEach((name, column) -> {
      boolean asked = name.equals("object_size") && !GeometryAttributes.isKmalloc(cache);
      if (!asked) {
        attribute(cache, name, column.of(geometry));
      }
    });
    attribute(cache, RATIO, String.valueOf(CacheGeometry.REMOTE_NODE_DEFRAG_RATIO / 10));
    if (GeometryAttributes.isKmalloc(cache)) {
      FLAGS.forEach((name, flag) -> attribute(cache, name, bit(geometry, flag)));
      attribute(cache, CTOR, "");
    }
    if (options.debug().any()) {
      GeometryAttributes.DEBUG_ATTRIBUTES.forEach(
          (name, flag) -> attribute(cache, name, bit(geometry, flag)));
    }
    if (cache.startsWith(":")) {
      Line line = attributes.line(cache, "align").orElseThrow();
      tally.compare(line, "id", cache, SharedCache.id(geometry));
    }
    slabinfo.getOrDefault(cache, List.of()).forEach(row -> compare(row, geometry));
  }

  /// A creator that excuses itself from tracks (NOLEAKTRACE) shows as one with all boot flags but
  /// U, where others have it.
  private CacheRequest withoutTracksIfSo(CacheRequest request) {
    int boot = options.debug().flags(request.name(), 0) & SlabFlags.DEBUG_FLAGS;
    int lacking = boot & ~request.flags();
    if (!someHaveTracks || lacking != SlabFlags.STORE_USER) {
      return request;
    }
    withoutTracks++;
    return new CacheRequest(
        request.name(),
        request.objectSize(),
        request.align(),
        request.flags() | SlabFlags.NOLEAKTRACE,
        request.ctor());
  }

  private void attribute(String cache, String name, String computed) {
    attributes
        .line(cache, name)
        .ifPresentOrElse(
            line -> tally.compare(line, name, GeometryAttributes.value(line), computed),
            () -> tally.notCompared(name + ": not recorded"));
  }

  private void compare(SlabinfoRow.Placed placed, CacheGeometry geometry) {
    SlabinfoRow row = placed.row();
    Line line = placed.line();
    tally.compare(line, "objsize", "" + row.objectSize(), "" + geometry.size());
    tally.compare(line, "objperslab", "" + row.objectsPerSlab(), "" + geometry.ooObjects());
    tally.compare(line, "pagesperslab", "" + row.pagesPerSlab(), "" + (1 << geometry.ooOrder()));
  }

  private static String bit(CacheGeometry geometry, int flag) {
    return geometry.has(flag) ? "1" : "0";
  }

  private void sayWhatIsNotCompared() {
    Set<String> state = new LinkedHashSet<>(attributes.names());
    state.removeAll(COMPUTED.keySet());
    state.removeAll(FLAGS.keySet());
    state.removeAll(GeometryAttributes.DEBUG_ATTRIBUTES.keySet());
    state.removeAll(Set.of(RATIO, CTOR));
    String debug =
        !options.debug().any()
            ? String.join(" ", GeometryAttributes.DEBUG_ATTRIBUTES.keySet()) + " "
            : "";
    tally.note(
        "taken as asked for: object_size align ctor "
            + String.join(" ", FLAGS.keySet().stream().sorted().toList())
            + " (not of kmalloc's caches) "
            + debug
            + "of each cache");
    if (!state.isEmpty()) {
      tally.note("no geometry, not compared: " + String.join(" ", state));
    }
    if (withoutTracks > 0) {
      tally.note(withoutTracks + " caches taken as NOLEAKTRACE: all of slub_debug but U");
    }
    long unseen =
        attributes.caches().stream().filter(cache -> !slabinfo.containsKey(cache)).count();
    if (!slabinfo.isEmpty() && unseen > 0) {
      tally.note(unseen + " caches without a row in slabinfo.txt: attributes only");
    }
  }
}
