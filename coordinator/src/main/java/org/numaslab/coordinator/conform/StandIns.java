package org.numaslab.coordinator.conform;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Pages for slabs that were made while the script was quiet: any page of the right node stands in
/// until a row shows the recorded one.
///
/// | known of a slab | from | its rows are compared |
/// |---|---|---|
/// | nothing | - | - |
/// | its page | the first row that stands where its row stands here | with the recorded page in place of the stand-in |
/// | also its start | the first index or list shown | with every index turned by as much as the list is |
///
/// No two slabs share a page, and a page once known stays: so a slab in another's place is still a
/// difference.
final class StandIns {
  private static final class StandIn {
    long recorded;
    boolean isTurned;
    int turn;
  }

  /// Around pages that the recording names: the longest slab has 8 pages, the largest block 1024.
  private static final long MARGIN_FRAMES = 1024;

  private final Topology topology;
  private final FrameTable frames;
  private final TreeSet<Long> mentioned;
  private final LongFunction<int[]> sequenceOfSlab;
  private final Map<Long, StandIn> byEmulated = new HashMap<>();
  private final Map<Long, Long> byRecorded = new HashMap<>();

  /// @param mentioned pages that the recording names: none of them stands in
  /// @param sequenceOfSlab the order of the indexes in a new list of this slab, before it is turned
  StandIns(
      Topology topology,
      FrameTable frames,
      TreeSet<Long> mentioned,
      LongFunction<int[]> sequenceOfSlab) {
    this.topology = topology;
    this.frames = frames;
    this.mentioned = mentioned;
    this.sequenceOfSlab = sequenceOfSlab;
  }

  /// A page of the node that the recording does not name.
  long grant(NodeId node, int order) {
    long pages = 1L << order;
    for (FrameRange range : topology.memoryOf(node).reversed()) {
      for (long frame = (range.end() >> order << order) - pages;
          frame >= range.start();
          frame -= pages) {
        if (isFree(frame, pages)) {
          byEmulated.put(frame, new StandIn());
          return frame;
        }
      }
    }
    throw new NotJudged("no page of " + node + " is left that the recording does not name");
  }

  private boolean isFree(long frame, long pages) {
    Long near = mentioned.ceiling(frame - MARGIN_FRAMES);
    if (near != null && near < frame + pages) {
      return false;
    }
    for (long f = frame; f < frame + pages; f++) {
      if (frames.kind(f) == Kind.SLAB || frames.kind(f) == Kind.RCU) {
        return false;
      }
    }
    return true;
  }

  /// The page that stands in for a recorded one, or that page itself.
  long emulated(long recorded) {
    return byRecorded.getOrDefault(recorded, recorded);
  }

  void forget(long emulated) {
    StandIn gone = byEmulated.remove(emulated);
    if (gone != null) {
      byRecorded.remove(gone.recorded);
    }
  }

  /// One constructor call of a CTORSEQ row.
  record Call(long frame, String index) {}

  static List<Call> calls(String text) {
    return Arrays.stream(text.strip().split("\\s+"))
        .filter(call -> call.matches("[0-9a-f]{1,8}:\\d{1,5}"))
        .map(call -> call.split(":"))
        .map(parts -> new Call(Long.parseLong(parts[0], 16), parts[1]))
        .toList();
  }

  /// An emulated row with recorded pages and indexes in place of stand-ins, as far as they are
  /// known; learns them from the recorded row.
  String rename(String emulated, @Nullable Row recorded) {
    if (byEmulated.isEmpty()) {
      return emulated;
    }
    String[] fields = emulated.split("\t", -1);
    if (fields[0].equals("CTORSEQ") && fields.length > 1) {
      return "CTORSEQ\t" + renameCalls(calls(fields[1]), recorded);
    }
    if (fields[0].equals("HEX") && byEmulated.containsKey(slabOfPointer(fields[2]))) {
      throw new NotJudged("bytes of slabs that were made while the script was quiet");
    }
    String shape = RowShape.of(fields[0], Arrays.asList(fields).subList(1, fields.length));
    int frameAt = shape.indexOf('p') + 1;
    long frame = frameAt == 0 ? 0 : Long.parseLong(fields[frameAt], 16);
    StandIn slab = byEmulated.get(frame);
    if (slab == null) {
      return emulated;
    }
    Row like =
        recorded != null
                && recorded.tag().equals(fields[0])
                && RowShape.of(recorded.tag(), recorded.fields()).equals(shape)
            ? recorded
            : null;
    if (like != null) {
      learn(slab, frame, like.frame(frameAt - 1));
    }
    if (slab.recorded == 0) {
      return emulated;
    }
    fields[frameAt] = Long.toHexString(slab.recorded);
    int[] sequence = sequenceOfSlab.apply(frame);
    for (int i = 1; i < fields.length; i++) {
      boolean isIndex = i == frameAt + 2 && (fields[0].equals("A") || fields[0].equals("R"));
      if (isIndex || (i <= shape.length() && shape.charAt(i - 1) == 'l')) {
        fields[i] = turned(slab, fields[i], like == null ? "" : like.field(i - 1), sequence);
      }
    }
    return String.join("\t", fields);
  }

  private long slabOfPointer(String field) {
    long pointer = Long.parseUnsignedLong(field.replace("ptr=", ""), 16);
    return frames.head(ObjectAddress.ofPointer(pointer).frame());
  }

  private void learn(StandIn slab, long emulated, long recorded) {
    if (slab.recorded == 0 && !byRecorded.containsKey(recorded)) {
      slab.recorded = recorded;
      byRecorded.put(recorded, emulated);
    }
  }

  private String renameCalls(List<Call> emulated, @Nullable Row row) {
    List<Call> recorded = row == null ? List.of() : calls(row.field(0));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < emulated.size(); i++) {
      Call call = emulated.get(i);
      StandIn slab = byEmulated.get(call.frame());
      if (slab != null && i < recorded.size()) {
        learn(slab, call.frame(), recorded.get(i).frame());
      }
      String shown = i < recorded.size() ? recorded.get(i).index() : "";
      text.append(i == 0 ? "" : " ");
      if (slab == null || slab.recorded == 0) {
        text.append(Long.toHexString(call.frame())).append(':').append(call.index());
      } else {
        text.append(Long.toHexString(slab.recorded)).append(':');
        text.append(turned(slab, call.index(), shown, sequenceOfSlab.apply(call.frame())));
      }
    }
    return text.toString();
  }

  private static String turned(StandIn slab, String list, String recorded, int[] sequence) {
    if (sequence.length == 0 || !list.matches("\\d+(,\\d+)*")) {
      return list;
    }
    List<Integer> positions =
        Arrays.stream(list.split(",")).map(i -> position(sequence, Integer.parseInt(i))).toList();
    if (!slab.isTurned && recorded.matches("\\d{1,5}(,\\d{1,5})*")) {
      int shown = position(sequence, Integer.parseInt(recorded.split(",")[0]));
      if (shown >= 0) {
        slab.turn = Math.floorMod(shown - positions.getFirst(), sequence.length);
        slab.isTurned = true;
      }
    }
    return String.join(
        ",",
        positions.stream()
            .map(p -> String.valueOf(sequence[(p + slab.turn) % sequence.length]))
            .toList());
  }

  private static int position(int[] sequence, int index) {
    for (int i = 0; i < sequence.length; i++) {
      if (sequence[i] == index) {
        return i;
      }
    }
    return -1;
  }
}
