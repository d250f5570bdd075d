package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.Track;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// What messages are made of.
final class ValueLayouts {
  private static final AddressInfo.What[] WHATS = AddressInfo.What.values();

  static final Layout<NodeId> NODE =
      new Layout<>(
          (kryo, out, v) -> Field.NODE.write(out, v.value()),
          (kryo, in) -> new NodeId(Field.NODE.readInt(in)));

  static final Layout<Incarnation> INCARNATION =
      new Layout<>(
          (kryo, out, v) -> {
            NODE.write(kryo, out, v.node());
            Field.LIFE.write(out, v.life());
          },
          (kryo, in) -> new Incarnation(NODE.read(kryo, in), Field.LIFE.readInt(in)));

  static final Layout<CpuId> CPU =
      new Layout<>(
          (kryo, out, v) -> Field.CPU.write(out, v.value()),
          (kryo, in) -> new CpuId(Field.CPU.readInt(in)));

  static final Layout<CacheId> CACHE =
      new Layout<>(
          (kryo, out, v) -> Field.CACHE.write(out, v.value()),
          (kryo, in) -> new CacheId(Field.CACHE.readInt(in)));

  static final Layout<Caller> CALLER =
      new Layout<>(
          (kryo, out, v) -> {
            CPU.write(kryo, out, v.cpu());
            Field.CPU_LIFE.write(out, v.incarnation());
          },
          (kryo, in) -> new Caller(CPU.read(kryo, in), Field.CPU_LIFE.readInt(in)));

  static final Layout<SlabRef> SLAB_REF =
      new Layout<>(
          (kryo, out, v) -> {
            Field.FRAME.write(out, v.frame());
            Field.GENERATION.write(out, v.generation());
            Field.LOAN.write(out, v.loan());
          },
          (kryo, in) ->
              new SlabRef(Field.FRAME.read(in), Field.GENERATION.readInt(in), Field.LOAN.read(in)));

  static final Layout<SlabGrant> SLAB_GRANT =
      new Layout<>(
          (kryo, out, v) -> {
            SLAB_REF.write(kryo, out, v.slab());
            Field.ORDER.write(out, v.order());
            Field.OBJECTS.write(out, v.objects());
            Field.ADDRESS.write(out, v.list());
            Length.INDEXES.writeAll(out, Field.INDEX, v.indexes());
            checkIndexes(v);
          },
          (kryo, in) ->
              checkIndexes(
                  new SlabGrant(
                      SLAB_REF.read(kryo, in),
                      Field.ORDER.readInt(in),
                      Field.OBJECTS.readInt(in),
                      Field.ADDRESS.read(in),
                      Length.INDEXES.readInts(in, Field.INDEX))));

  static final Layout<Track> TRACK =
      new Layout<>(
          (kryo, out, v) -> {
            Field.CALL_ADDRESS.write(out, v.address());
            Field.CPU.write(out, v.cpu());
            Field.PID.write(out, v.pid());
            Field.WHEN.write(out, v.when());
          },
          (kryo, in) ->
              new Track(
                  Field.CALL_ADDRESS.read(in),
                  Field.CPU.readInt(in),
                  Field.PID.readInt(in),
                  Field.WHEN.read(in)));

  static final Layout<Call> CALL =
      new Layout<>(
          (kryo, out, v) -> {
            TRACK.write(kryo, out, v.by());
            Field.ASKED_BYTES.write(out, v.bytes());
          },
          (kryo, in) -> new Call(TRACK.read(kryo, in), Field.ASKED_BYTES.readInt(in)));

  static final Layout<FreedRun> FREED_RUN =
      new Layout<>(
          (kryo, out, v) -> {
            CACHE.write(kryo, out, v.cache());
            Length.OBJECTS.writeAll(out, Field.ADDRESS, v.objects());
            CALL.write(kryo, out, v.call());
            Field.FLAG.write(out, v.oneByOne());
          },
          (kryo, in) ->
              new FreedRun(
                  CACHE.read(kryo, in),
                  Length.OBJECTS.readLongs(in, Field.ADDRESS),
                  CALL.read(kryo, in),
                  Field.FLAG.readFlag(in)));

  static final Layout<Outcome> OUTCOME =
      new Layout<>(
          (kryo, out, v) -> {
            CACHE.write(kryo, out, v.cache());
            writeCounts(out, v.counts());
            SLAB_GRANT.writeAll(kryo, out, Length.FROZEN, v.frozen());
          },
          (kryo, in) ->
              new Outcome(
                  CACHE.read(kryo, in),
                  readCounts(in),
                  SLAB_GRANT.readAll(kryo, in, new SlabGrant[Length.FROZEN.read(in)])));

  static final Layout<AddressInfo> ADDRESS_INFO =
      new Layout<>(
          (kryo, out, v) -> {
            Field.WHAT.write(out, v.what().ordinal());
            Field.CACHE_OR_NONE.write(out, v.cache());
            Field.FRAME.write(out, v.frame());
            Field.ORDER.write(out, v.order());
            Field.INDEX_OR_NONE.write(out, v.index());
            Field.BEGIN.write(out, v.begin());
            Field.BYTES.write(out, v.bytes());
            Field.FLAG.write(out, v.onSlabList());
            Field.FLAG.write(out, v.frozen());
          },
          (kryo, in) ->
              new AddressInfo(
                  WHATS[Field.WHAT.readInt(in)],
                  Field.CACHE_OR_NONE.readInt(in),
                  Field.FRAME.read(in),
                  Field.ORDER.readInt(in),
                  Field.INDEX_OR_NONE.readInt(in),
                  Field.BEGIN.read(in),
                  Field.BYTES.read(in),
                  Field.FLAG.readFlag(in),
                  Field.FLAG.readFlag(in)));

  static final Layout<Marks.OfPage> PAGE_MARKS =
      new Layout<>(
          (kryo, out, v) -> {
            if (v.bits().length != Length.WORDS_PER_PAGE) {
              throw new BadFrame(
                  "words of a page", v.bits().length, String.valueOf(Length.WORDS_PER_PAGE));
            }
            Field.FRAME.write(out, v.page());
            for (long word : v.bits()) {
              out.writeLong(word);
            }
          },
          (kryo, in) -> {
            long page = Field.FRAME.read(in);
            long[] bits = new long[Length.WORDS_PER_PAGE];
            for (int word = 0; word < bits.length; word++) {
              bits[word] = in.readLong();
            }
            return new Marks.OfPage(page, bits);
          });

  private ValueLayouts() {}

  private static SlabGrant checkIndexes(SlabGrant grant) {
    for (int index : grant.indexes()) {
      if (index >= grant.objects()) {
        throw new BadFrame("index", index, "0.." + (grant.objects() - 1) + ", objects of the slab");
      }
    }
    return grant;
  }

  /// Pairs of a stat and how many times.
  static void writeCounts(Output out, int[] pairs) {
    if (pairs.length % 2 != 0) {
      throw new BadFrame("counts", pairs.length + " numbers", "pairs");
    }
    Length.COUNTS.write(out, pairs.length / 2);
    for (int i = 0; i < pairs.length; i += 2) {
      Field.STAT.write(out, pairs[i]);
      Field.TIMES.write(out, pairs[i + 1]);
    }
  }

  static int[] readCounts(Input in) {
    int[] pairs = new int[2 * Length.COUNTS.read(in)];
    for (int i = 0; i < pairs.length; i += 2) {
      pairs[i] = Field.STAT.readInt(in);
      pairs[i + 1] = Field.TIMES.readInt(in);
    }
    return pairs;
  }

  static void writeContent(Output out, byte[] bytes) {
    Length.CONTENT.write(out, bytes.length);
    out.writeBytes(bytes);
  }

  static byte[] readContent(Input in) {
    return in.readBytes(Length.CONTENT.read(in));
  }
}
