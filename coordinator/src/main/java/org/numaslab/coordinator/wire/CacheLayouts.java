package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SharedCache;

/// What the registry tells of a cache.
final class CacheLayouts {
  private static final CacheRecord.Stage[] STAGES = CacheRecord.Stage.values();

  static final Layout<CacheGeometry> CACHE_GEOMETRY =
      new Layout<>(
          (kryo, out, v) -> {
            Field.OBJECT_SIZE.write(out, v.objectSize());
            Field.SLOT_SIZE.write(out, v.size());
            Field.ALIGN.write(out, v.align());
            Field.IN_USE.write(out, v.inUse());
            Field.OFFSET.write(out, v.offset());
            Field.RED_LEFT_PAD.write(out, v.redLeftPad());
            Field.ORDER.write(out, v.ooOrder());
            Field.OBJECTS.write(out, v.ooObjects());
            Field.ORDER.write(out, v.minOrder());
            Field.OBJECTS.write(out, v.minObjects());
            Field.SLABS_KEPT.write(out, v.minPartial());
            Field.CPU_PARTIAL.write(out, v.cpuPartial());
            Field.CPU_PARTIAL_SLABS.write(out, v.cpuPartialSlabs());
            Field.SLAB_FLAGS.write(out, v.flags());
            Field.GFP.write(out, v.allocFlags());
            Field.FLAG.write(out, v.ctor());
          },
          (kryo, in) ->
              new CacheGeometry(
                  Field.OBJECT_SIZE.readInt(in),
                  Field.SLOT_SIZE.readInt(in),
                  Field.ALIGN.readInt(in),
                  Field.IN_USE.readInt(in),
                  Field.OFFSET.readInt(in),
                  Field.RED_LEFT_PAD.readInt(in),
                  Field.ORDER.readInt(in),
                  Field.OBJECTS.readInt(in),
                  Field.ORDER.readInt(in),
                  Field.OBJECTS.readInt(in),
                  Field.SLABS_KEPT.readInt(in),
                  Field.CPU_PARTIAL.readInt(in),
                  Field.CPU_PARTIAL_SLABS.readInt(in),
                  Field.SLAB_FLAGS.readInt(in),
                  Field.GFP.readInt(in),
                  Field.FLAG.readFlag(in)));

  static final Layout<KmemCache> KMEM_CACHE =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CACHE.write(kryo, out, withoutConstructor(v).id());
            Length.NAME.writeText(out, v.name());
            CACHE_GEOMETRY.write(kryo, out, v.geometry());
            Field.MIN_PARTIAL.write(out, v.minPartial());
            Field.CPU_PARTIAL.write(out, v.cpuPartial());
            Field.CPU_PARTIAL_SLABS.write(out, v.cpuPartialSlabs());
            Field.DEFRAG_RATIO.write(out, v.remoteNodeDefragRatio());
            Field.FLAG.write(out, v.hardened());
            Field.COOKIE.write(out, v.cookie());
            writeSequence(out, v.geometry(), v.randomSequence());
            Field.FLAG.write(out, v.initOnAlloc());
          },
          (kryo, in) -> {
            CacheId id = ValueLayouts.CACHE.read(kryo, in);
            String name = Length.NAME.readText(in);
            CacheGeometry geometry = CACHE_GEOMETRY.read(kryo, in);
            return new KmemCache(
                id,
                name,
                geometry,
                Field.MIN_PARTIAL.read(in),
                Field.CPU_PARTIAL.readInt(in),
                Field.CPU_PARTIAL_SLABS.readInt(in),
                Field.DEFRAG_RATIO.readInt(in),
                Field.FLAG.readFlag(in),
                Field.COOKIE.read(in),
                readSequence(in, geometry),
                Field.FLAG.readFlag(in),
                null);
          });

  static final Layout<SharedCache> SHARED_CACHE =
      new Layout<>(
          (kryo, out, v) -> {
            Length.NAME.writeText(out, v.name());
            Length.NAME.writeText(out, v.directory());
            CACHE_GEOMETRY.write(kryo, out, v.geometry());
            Field.FLAG.write(out, v.mergeable());
            Field.REFCOUNT.write(out, v.refcount());
            Length.LINKS.write(out, v.links().size());
            v.links().forEach(link -> Length.NAME.writeText(out, link));
          },
          (kryo, in) ->
              new SharedCache(
                  Length.NAME.readText(in),
                  Length.NAME.readText(in),
                  CACHE_GEOMETRY.read(kryo, in),
                  Field.FLAG.readFlag(in),
                  Field.REFCOUNT.readInt(in),
                  readNames(in)));

  static final Layout<CacheRecord> CACHE_RECORD =
      new Layout<>(
          (kryo, out, v) -> {
            KMEM_CACHE.write(kryo, out, v.cache());
            SHARED_CACHE.write(kryo, out, v.shared());
            Field.STAGE.write(out, v.stage().ordinal());
          },
          (kryo, in) ->
              new CacheRecord(
                  KMEM_CACHE.read(kryo, in),
                  SHARED_CACHE.read(kryo, in),
                  STAGES[Field.STAGE.readInt(in)]));

  private CacheLayouts() {}

  private static KmemCache withoutConstructor(KmemCache cache) {
    if (cache.constructor() != null) {
      throw new BadFrame("constructor", "one", "none: code does not travel");
    }
    return cache;
  }

  private static List<String> readNames(Input in) {
    return Stream.generate(() -> Length.NAME.readText(in)).limit(Length.LINKS.read(in)).toList();
  }

  private static void writeSequence(Output out, CacheGeometry geometry, int[] sequence) {
    Length.INDEXES.writeAll(out, Field.INDEX, checkSequence(geometry, sequence));
  }

  private static int[] readSequence(Input in, CacheGeometry geometry) {
    return checkSequence(geometry, Length.INDEXES.readInts(in, Field.INDEX));
  }

  /// A new slab's list follows it from index to index: each must be there once.
  private static int[] checkSequence(CacheGeometry geometry, int[] sequence) {
    BitSet indexes = new BitSet();
    for (int index : sequence) {
      indexes.set(index);
    }
    boolean isWhole =
        indexes.cardinality() == sequence.length
            && indexes.length() == sequence.length
            && sequence.length == geometry.ooObjects();
    if (sequence.length > 0 && !isWhole) {
      throw new BadFrame(
          "random sequence",
          sequence.length + " indexes",
          "none, or each of 0.." + (geometry.ooObjects() - 1) + " once");
    }
    return sequence;
  }
}
