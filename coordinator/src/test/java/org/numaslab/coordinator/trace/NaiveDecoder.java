package org.numaslab.coordinator.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The same as the decoder, written as plainly as possible: split, regular expressions, boxed maps,
/// nothing shared with it but the words of gfp masks.
final class NaiveDecoder {
  /// One alloc or free event as its line says it.
  record Event(
      EventKind kind,
      int cpu,
      long nanos,
      long pointer,
      String callSite,
      int req,
      int alloc,
      int gfp,
      int node,
      String name) {
    boolean isAlloc() {
      return kind.role() == EventKind.Role.ALLOCATION;
    }
  }

  /// One operation of the replay.
  record Operation(int cpu, boolean free, int slot, int gfp, int node, String freedAs) {}

  private static final Pattern LINE =
      Pattern.compile(
          ".*?(?:^|[ )])\\[(\\d{1,5})\\] +(?:\\S+ +)??(\\d+)\\.(\\d{6}): +(?:\\d+ +)?(?:kmem:)?([a-z_]+):(?: +(.*))?");
  private static final Pattern KEY = Pattern.compile("(?:^| )([a-z0-9_]+)=");

  final List<Event> events = new ArrayList<>();
  final List<Operation> operations = new ArrayList<>();
  final List<Long> pointers = new ArrayList<>();
  final List<Integer> requested = new ArrayList<>();
  final Map<Integer, String> freedAs = new HashMap<>();
  final Map<SetAside, Long> setAside = new HashMap<>();
  long allEvents;
  long matched;
  long matchedElsewhere;
  long allocsOfLive;
  long live;

  static NaiveDecoder of(Iterable<String> lines) {
    NaiveDecoder decoder = new NaiveDecoder();
    for (String line : lines) {
      Event event = decoder.parse(line);
      if (event != null) {
        decoder.events.add(event);
      }
    }
    decoder.join();
    return decoder;
  }

  private @Nullable Event parse(String line) {
    Matcher matcher = LINE.matcher(line.stripTrailing());
    if (line.startsWith("#") || !matcher.matches()) {
      return null;
    }
    EventKind kind = null;
    for (EventKind candidate : EventKind.values()) {
      kind = candidate.text().equals(matcher.group(4)) ? candidate : kind;
    }
    if (kind == null) {
      return null;
    }
    if (kind.role() == EventKind.Role.PAGE) {
      allEvents++;
      return null;
    }
    Map<String, String> fields = fields(matcher.group(5) == null ? "" : matcher.group(5));
    String pointerText = fields.getOrDefault("ptr", "");
    if (!fields.containsKey("call_site")
        || !pointerText.matches("(0x)?[0-9a-fA-F]{16}|\\(null\\)|0x0")) {
      return null;
    }
    long pointer =
        pointerText.startsWith("(") ? 0 : Long.parseUnsignedLong(pointerText.replace("0x", ""), 16);
    pointer = pointer == 16 ? 0 : pointer;
    int req = 0;
    int alloc = 0;
    int gfp = 0;
    if (kind.role() == EventKind.Role.ALLOCATION) {
      if (!fields.keySet().containsAll(Set.of("bytes_req", "bytes_alloc", "gfp_flags"))) {
        return null;
      }
      req = Integer.parseInt(fields.getOrDefault("bytes_req", ""));
      alloc = Integer.parseInt(fields.getOrDefault("bytes_alloc", ""));
      gfp = GfpText.parse(fields.getOrDefault("gfp_flags", "")).bits();
    }
    allEvents++;
    long nanos =
        Long.parseLong(matcher.group(2)) * 1_000_000_000 + Long.parseLong(matcher.group(3)) * 1000;
    int node = Integer.parseInt(fields.getOrDefault("node", "-1"));
    return new Event(
        kind,
        Integer.parseInt(matcher.group(1)),
        nanos,
        pointer,
        fields.getOrDefault("call_site", ""),
        req,
        alloc,
        gfp,
        node,
        fields.getOrDefault("name", ""));
  }

  private static Map<String, String> fields(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher matcher = KEY.matcher(text);
    String key = null;
    int start = 0;
    while (matcher.find()) {
      if (key != null) {
        fields.put(key, text.substring(start, matcher.start()).strip());
      }
      key = matcher.group(1);
      start = matcher.end();
    }
    if (key != null) {
      fields.put(key, text.substring(start).strip());
    }
    return fields;
  }

  private void join() {
    Map<Long, Integer> liveEvent = new HashMap<>(); // pointer to the event that allocated it
    Set<Long> freed = new HashSet<>();
    Map<Integer, Integer> slotOfEvent = new HashMap<>();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      if (event.pointer() == 0) {
        aside(event.isAlloc() ? SetAside.ALLOC_FAILED : SetAside.FREE_OF_NULL);
      } else if (event.isAlloc()) {
        Integer earlier = liveEvent.put(event.pointer(), i);
        if (earlier != null) {
          allocsOfLive++;
          if (slotOfEvent.containsKey(earlier)) {
            operations.add(new Operation(event.cpu(), true, slotOfEvent.get(earlier), 0, -1, ""));
          }
        }
        if (event.kind().isKmalloc() && event.req() > 8192) {
          aside(SetAside.LARGE_KMALLOC);
        } else {
          slotOfEvent.put(i, pointers.size());
          operations.add(
              new Operation(event.cpu(), false, pointers.size(), event.gfp(), event.node(), ""));
          pointers.add(event.pointer());
          requested.add(event.req());
        }
      } else if (liveEvent.containsKey(event.pointer())) {
        int allocation = liveEvent.remove(event.pointer());
        freed.add(event.pointer());
        matched++;
        matchedElsewhere += events.get(allocation).cpu() == event.cpu() ? 0 : 1;
        if (slotOfEvent.containsKey(allocation)) {
          int slot = slotOfEvent.get(allocation);
          operations.add(new Operation(event.cpu(), true, slot, 0, -1, event.name()));
          if (!events.get(allocation).kind().isKmalloc() && !event.name().isEmpty()) {
            freedAs.put(slot, event.name());
          }
        } else {
          aside(SetAside.LARGE_KMALLOC_FREE);
        }
      } else {
        aside(
            freed.contains(event.pointer())
                ? SetAside.FREE_FREED_ALREADY
                : SetAside.FREE_NEVER_SEEN);
      }
    }
    live = liveEvent.size();
  }

  private void aside(SetAside kind) {
    setAside.merge(kind, 1L, Long::sum);
  }
}
