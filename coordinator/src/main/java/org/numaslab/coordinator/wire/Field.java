package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.RenewAck;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.topology.Topology;

/// Every number that travels, and what it may be.
///
/// On the wire it is as short as it is small: 7 bits a byte, counted from the least that it may be;
/// a number that may be anything has its sign in the lowest bit.
enum Field {
  NODE("node", 0, Topology.NODES_MAX - 1),
  LIFE("life", 0, Integer.MAX_VALUE),
  CPU("cpu", 0, Topology.CPUS_MAX - 1),
  CPU_LIFE("incarnation of the cpu", 0, Integer.MAX_VALUE),
  CACHE("cache", 0, FrameTable.CACHES_MAX - 1),

  /// Of what may lie in no cache: pages that are handed out as they are.
  CACHE_OR_NONE("cache", -1, FrameTable.CACHES_MAX - 1),

  SEQUENCE("sequence", 1, Long.MAX_VALUE),

  /// Sent in place of the oldest open request: so many before this one. The sender keeps no more
  /// open, as the receiver keeps no more answers.
  SEQUENCES_OPEN("requests open before it", 0, 511),

  /// By a clock that may have begun below 0.
  SENT_AT("sent at", Long.MIN_VALUE, Long.MAX_VALUE),

  VIEW("view", 0, Long.MAX_VALUE),
  CENSUS("census", RenewAck.NONE, Long.MAX_VALUE),
  NR_PARTIAL("slabs of a partial list", 0, Integer.MAX_VALUE),
  NR_PARTIAL_OR_NO_COUNT("slabs of the partial list", FromNode.NO_COUNT, Integer.MAX_VALUE),
  PARTS("parts", 1, Field.PARTS_MAX),
  PART("part", 0, Field.PARTS_MAX - 1),

  /// 0 of what nobody waits for.
  REQUEST("request", 0, Long.MAX_VALUE),

  FRAME("page frame", 0, FrameTable.FRAMES_MAX - 1),
  GENERATION("generation", 0, 0xffff),
  LOAN("loan", SlabRef.OWN, Long.MAX_VALUE),
  ORDER("order", 0, Buddy.ORDER_MAX),
  OBJECTS("objects of the slab", 1, Length.OBJECTS_PER_SLAB_MAX),
  INDEX("index", 0, Length.OBJECTS_PER_SLAB_MAX - 1),
  INDEX_OR_NONE("index", -1, Length.OBJECTS_PER_SLAB_MAX - 1),
  ADDRESS("address", 0, Field.SPAN_BYTES_MAX - 1),

  /// What tasks call an object.
  NAME("name", 0, Long.MAX_VALUE),

  /// What lies beyond the last object of the last slab begins where memory ends.
  BEGIN("begin", 0, Field.SPAN_BYTES_MAX),

  MORE_THAN("more than", 0, Integer.MAX_VALUE),
  GFP("gfp", Integer.MIN_VALUE, Integer.MAX_VALUE),
  WATERMARK("watermark", 0, Watermark.values().length - 1),
  LOADED_BYTES("bytes to load", 0, Length.CONTENT_BYTES_MAX),
  FILLED_BYTES("bytes to fill", 0, Field.SPAN_BYTES_MAX),
  VALUE("value", Byte.MIN_VALUE, Byte.MAX_VALUE),

  /// In the kernel's text, so in the upper half.
  CALL_ADDRESS("address of the call", Long.MIN_VALUE, Long.MAX_VALUE),

  PID("pid", Integer.MIN_VALUE, Integer.MAX_VALUE),
  WHEN("when", Long.MIN_VALUE, Long.MAX_VALUE),
  ASKED_BYTES("bytes asked for", 0, Integer.MAX_VALUE),
  STAT("stat", 0, Stat.COUNT - 1),
  TIMES("times", 1, Integer.MAX_VALUE),
  WHAT("what", 0, AddressInfo.What.values().length - 1),
  BYTES("bytes", 0, Field.SPAN_BYTES_MAX),
  SLABS("slabs", 0, Long.MAX_VALUE),
  TOTAL("objects in all", 0, Long.MAX_VALUE),
  FREE("free objects", 0, Long.MAX_VALUE),
  FLAG("flag", 0, 1),
  RUN("run", 0, Long.MAX_VALUE),
  PHASE("phase", 0, Phase.values().length - 1),
  MEMBERS("members", 0, Topology.NODES_MAX),
  OPERATIONS("operations", 0, Long.MAX_VALUE),
  PART_OFFSET("offset", 0, Integer.MAX_VALUE),
  COORDINATOR_LIFE("life of the coordinator", 1, Registry.LIFE_MAX),
  MEMORY_STATE("state of the memory", 0, MemoryState.values().length - 1),
  STAGE("stage", 0, CacheRecord.Stage.values().length - 1),
  CACHES_KEPT("caches kept", 0, FrameTable.CACHES_MAX),
  SLABS_LEFT("slabs left", 0, Integer.MAX_VALUE),
  OBJECT_SIZE("bytes of an object", 1, CacheRequest.OBJECT_SIZE_MAX),
  SLOT_SIZE("bytes of a slot", 1, CacheRequest.OBJECT_SIZE_MAX),
  ALIGN("align", 1, CacheRequest.ALIGN_MAX),
  IN_USE("end of the object", 0, CacheRequest.OBJECT_SIZE_MAX),
  OFFSET("offset of the free pointer", 0, CacheRequest.OBJECT_SIZE_MAX),
  RED_LEFT_PAD("left red zone", 0, CacheRequest.OBJECT_SIZE_MAX),
  MIN_PARTIAL("min_partial", 0, Long.MAX_VALUE),

  /// The same of a cache that was just made.
  SLABS_KEPT("min_partial", 0, Integer.MAX_VALUE),

  /// 32 bits without a sign.
  CPU_PARTIAL("cpu_partial", Integer.MIN_VALUE, Integer.MAX_VALUE),

  CPU_PARTIAL_SLABS("slabs of a cpu partial list", 0, Integer.MAX_VALUE),
  DEFRAG_RATIO("remote_node_defrag_ratio", 0, KmemCache.REMOTE_NODE_DEFRAG_RATIO_DEFAULT),
  SLAB_FLAGS("flags of the cache", Integer.MIN_VALUE, Integer.MAX_VALUE),
  COOKIE("cookie", Long.MIN_VALUE, Long.MAX_VALUE),

  /// Below 0 where it was destroyed more often than created.
  REFCOUNT("refcount", Integer.MIN_VALUE, Integer.MAX_VALUE);

  /// What the largest machine has: 2^44.
  private static final long SPAN_BYTES_MAX = FrameTable.FRAMES_MAX * Memory.PAGE_BYTES;

  /// A list with a mark in each page of the largest machine.
  private static final long PARTS_MAX = FrameTable.FRAMES_MAX / Length.PAGES_PER_LIST_MAX;

  private final String label;
  private final long min;
  private final long max;

  /// Its sign is in the lowest bit.
  private final boolean isSigned;

  Field(String label, long min, long max) {
    this.label = label;
    this.min = min;
    this.max = max;
    this.isSigned = min < -1;
  }

  long min() {
    return min;
  }

  long max() {
    return max;
  }

  void write(Output out, long value) {
    out.writeVarLong(isSigned ? checked(value) : checked(value) - min, !isSigned);
  }

  void write(Output out, boolean flag) {
    write(out, flag ? 1 : 0);
  }

  long read(Input in) {
    long raw = readRaw(in, label);
    if (isSigned) {
      return checked(-(raw & 1) ^ raw >>> 1);
    }
    if (raw < 0 || raw > max - min) {
      throw refused(raw < 0 ? Long.toUnsignedString(raw) : String.valueOf(raw + min));
    }
    return raw + min;
  }

  /// For those that are no longer than an int.
  int readInt(Input in) {
    return (int) read(in);
  }

  boolean readFlag(Input in) {
    return read(in) != 0;
  }

  static long readRaw(Input in, String label) {
    try {
      return in.readVarLong(true);
    } catch (KryoException end) {
      throw new BadFrame(label, "the end of the frame", "a number");
    }
  }

  /// The same value.
  long checked(long value) {
    if (value < min || value > max) {
      throw refused(value);
    }
    return value;
  }

  private BadFrame refused(Object got) {
    return new BadFrame(label, got, min + ".." + max);
  }
}
