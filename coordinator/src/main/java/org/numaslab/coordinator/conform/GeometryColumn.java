package org.numaslab.coordinator.conform;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.numaslab.node.slab.CacheGeometry;

/// The columns of a table of geometry that the model computes, by the names that recordings give
/// them.
public enum GeometryColumn {
  OBJECT_SIZE("bytes of an object", CacheGeometry::objectSize),
  SIZE("bytes of a slot, from one object to the next", CacheGeometry::size),
  ALIGN("alignment of objects", CacheGeometry::align),
  INUSE("end of the object and the zone behind it", CacheGeometry::inUse),
  OFFSET("of a free object's next pointer, from the object", CacheGeometry::offset),
  RED_LEFT_PAD("red zone before the object", CacheGeometry::redLeftPad),
  OO_ORDER("pages of a slab as a power of two", CacheGeometry::ooOrder),
  OO_OBJECTS("objects of such a slab", CacheGeometry::ooObjects),
  MIN_ORDER("the same when memory is short", CacheGeometry::minOrder),
  MIN_OBJECTS("objects of such a slab", CacheGeometry::minObjects),
  MIN_PARTIAL("slabs that a node keeps even when empty", CacheGeometry::minPartial),
  CPU_PARTIAL("objects wanted on a cpu's partial list", CacheGeometry::cpuPartial),
  CPU_PARTIAL_SLABS("the same as slabs, each half full", CacheGeometry::cpuPartialSlabs),
  FLAGS("SLAB_ bits, hexadecimal", geometry -> Integer.toHexString(geometry.flags())),
  ALLOCFLAGS(
      "gfp bits for the pages of a slab, hexadecimal",
      geometry -> Integer.toHexString(geometry.allocFlags())),
  CTOR("is there a constructor", geometry -> geometry.ctor() ? 1 : 0),
  REMOTE_NODE_DEFRAG_RATIO(
      "remote partial slabs are looked for in this many of 1024 cases",
      geometry -> CacheGeometry.REMOTE_NODE_DEFRAG_RATIO),
  OFFSET_OF_OBJECT_IN_SLOT("where the object begins in its slot", CacheGeometry::redLeftPad);

  private final String meaning;

  @SuppressWarnings("ImmutableEnumChecker") // functions of their argument alone
  private final Function<CacheGeometry, Object> value;

  GeometryColumn(String meaning, Function<CacheGeometry, Object> value) {
    this.meaning = meaning;
    this.value = value;
  }

  /// The name in the header row of a recording.
  public String header() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// In a few words, for a person.
  public String meaning() {
    return meaning;
  }

  /// The value as a recording writes it.
  public String of(CacheGeometry geometry) {
    return value.apply(geometry).toString();
  }

  /// The value as JSON has it: a number, or the text of a hexadecimal one.
  Object json(CacheGeometry geometry) {
    return value.apply(geometry);
  }

  static Optional<GeometryColumn> named(String header) {
    return Arrays.stream(values()).filter(column -> column.header().equals(header)).findFirst();
  }
}
