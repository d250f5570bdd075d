package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.RecordedNature.RecordedObject;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.node.slab.CacheGeometry;

/// Which object each allocation of a recording gave: from the step's A rows, or where the script
/// was quiet from the row that freed the slot later.
///
/// | the step has | an element is |
/// |---|---|
/// | A rows | what they say |
/// | none; the slot's next R row is known | that object; the slab's order from the first state that shows it |
/// | none; no R row | [RecordedObject#UNSEEN] |
/// | none; DONE says that fewer were given | null for the last ones |
final class Expectations {
  /// Of each cache and slot: step to the object that was freed there.
  private final Map<Long, NavigableMap<Integer, RecordedObject>> freed = new HashMap<>();

  /// Of each page frame: step to the order of the slab that a state shows there.
  private final Map<Long, NavigableMap<Integer, Integer>> orders = new HashMap<>();

  private final TreeSet<Long> mentioned = new TreeSet<>();

  Expectations(List<Step> steps) {
    for (Step step : steps) {
      for (Row row : step.rows()) {
        if (row.tag().equals("CTORSEQ")) {
          StandIns.calls(row.field(0)).forEach(call -> mentioned.add(call.frame()));
        }
        int frameAt = RowShape.of(row.tag(), row.fields()).indexOf('p');
        if (frameAt >= 0) {
          mentioned.add(row.frame(frameAt));
        }
        if (row.tag().equals("R")) {
          freed
              .computeIfAbsent(key(cacheOf(step), row.number(1)), k -> new TreeMap<>())
              .put(step.number(), freedObject(row));
        } else if (frameAt >= 0 && !row.tag().equals("A")) {
          orders
              .computeIfAbsent(row.frame(frameAt), k -> new TreeMap<>())
              .put(step.number(), row.number(frameAt + 2));
        }
      }
    }
  }

  private static long key(int cache, int slot) {
    return (long) cache << 32 | slot;
  }

  private static int cacheOf(Step step) {
    String[] words = step.command().trim().split("\\s+");
    int at = words[0].equals("!rep") ? 3 : 1;
    return words.length > at && words[at].matches("\\d{1,9}") ? Integer.parseInt(words[at]) : -1;
  }

  private static RecordedObject freedObject(Row row) {
    return new RecordedObject(row.frame(2), row.number(3), row.number(4), RecordedObject.ANY_ORDER);
  }

  /// Page frames that the recording names anywhere.
  TreeSet<Long> mentioned() {
    return mentioned;
  }

  /// What the allocations of a step gave, in order.
  ///
  /// @param slots the slots that the step fills, in order
  List<@Nullable RecordedObject> of(Step step, int cache, int[] slots, CacheGeometry geometry) {
    List<@Nullable RecordedObject> objects = new ArrayList<>();
    for (Row row : step.rows()) {
      if (row.tag().equals("A")) {
        objects.add(row.field(3).equals("NULL") ? null : allocated(row, geometry));
      }
    }
    if (objects.isEmpty()) {
      int given = given(step, slots.length);
      for (int i = 0; i < slots.length; i++) {
        objects.add(i < given ? freedLater(step.number(), cache, slots[i]) : null);
      }
    }
    return objects;
  }

  private static RecordedObject allocated(Row row, CacheGeometry geometry) {
    int index = row.number(5);
    int order = row.number(6);
    if ((order != geometry.ooOrder() && order != geometry.minOrder())
        || index >= (4096L << order) / geometry.size()) {
      throw new IllegalStateException(
          "line "
              + row.line()
              + ": no slab of this cache has order "
              + order
              + " and an object "
              + index);
    }
    return new RecordedObject(row.frame(3), row.number(4), index, order);
  }

  private static int given(Step step, int asked) {
    return step.rows().stream()
        .filter(row -> row.tag().equals("DONE"))
        .findFirst()
        .map(row -> row.number(1))
        .orElse(asked);
  }

  private RecordedObject freedLater(int step, int cache, int slot) {
    NavigableMap<Integer, RecordedObject> later = freed.get(key(cache, slot));
    Map.Entry<Integer, RecordedObject> next = later == null ? null : later.higherEntry(step);
    if (next == null) {
      return RecordedObject.UNSEEN;
    }
    RecordedObject object = next.getValue();
    NavigableMap<Integer, Integer> shown = orders.get(object.frame());
    Map.Entry<Integer, Integer> order = shown == null ? null : shown.higherEntry(step);
    return order == null
        ? object
        : new RecordedObject(object.frame(), object.node(), object.index(), order.getValue());
  }
}
