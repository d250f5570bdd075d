package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.RecordedNature.RecordedObject;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.node.topology.BadInput;

/// Which object each allocation of a recording gave: from the step's A rows, or where the script was quiet from the row that freed the slot later.
final class Expectations {
  private final String where;

  /// Of each cache and slot: step to the object that was freed there.
  private final Map<Long, NavigableMap<Integer, RecordedObject>> freed = new HashMap<>();

  Expectations(String where, List<Step> steps) {
    this.where = where;
    for (Step step : steps) {
      for (Row row : step.rows()) {
        if (row.tag().equals("R")) {
          freed
              .computeIfAbsent(key(cacheOf(step), number(row, 1)), k -> new TreeMap<>())
              .put(step.number(), object(row, -1));
        }
      }
    }
  }

  private static long key(int cache, int slot) {
    return (long) cache << 32 | slot;
  }

  private static int cacheOf(Step step) {
    String[] words = step.command().trim().split("\\s+");
    return words.length > 1 && words[1].matches("\\d+") ? Integer.parseInt(words[1]) : -1;
  }

  private int number(Row row, int field) {
    try {
      return Integer.parseInt(row.field(field));
    } catch (NumberFormatException e) {
      throw new BadInput(
          where + ":" + row.line() + ": field " + (field + 1) + " of " + row.tag() + " is '"
              + row.field(field) + "', allowed: a number",
          e);
    }
  }

  /// The object of an R row, which has no order.
  private RecordedObject object(Row row, int order) {
    return new RecordedObject(frame(row, 2), number(row, 3), number(row, 4), order);
  }

  private long frame(Row row, int field) {
    try {
      return Long.parseLong(row.field(field), 16);
    } catch (NumberFormatException e) {
      throw new BadInput(
          where + ":" + row.line() + ": page frame '" + row.field(field)
              + "', allowed: a hexadecimal number",
          e);
    }
  }

  /// What the allocations of a step gave, in order; null elements for NULL.
  ///
  /// @param slots the slots that the step fills, in order
  /// @param oo order to assume where the recording does not say
  List<@Nullable RecordedObject> of(Step step, int cache, int[] slots, int oo) {
    List<@Nullable RecordedObject> objects = new ArrayList<>();
    for (Row row : step.rows()) {
      if (row.tag().equals("A")) {
        objects.add(
            row.field(3).equals("NULL")
                ? null
                : new RecordedObject(
                    frame(row, 3), number(row, 4), number(row, 5), number(row, 6)));
      }
    }
    if (objects.isEmpty()) {
      for (int slot : slots) {
        NavigableMap<Integer, RecordedObject> later = freed.get(key(cache, slot));
        Map.Entry<Integer, RecordedObject> next =
            later == null ? null : later.higherEntry(step.number());
        RecordedObject o = next == null ? null : next.getValue();
        objects.add(o == null ? null : new RecordedObject(o.frame(), o.node(), o.index(), oo));
      }
    }
    return objects;
  }
}
