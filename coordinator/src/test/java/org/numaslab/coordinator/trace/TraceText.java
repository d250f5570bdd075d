package org.numaslab.coordinator.trace;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Builds traces line by line, in the columns of ftrace, and decodes them.
final class TraceText {
  static final long P1 = 0xffff888100a1b2c0L;
  static final long P2 = 0xffff888100a1c000L;

  private final List<String> lines = new ArrayList<>();
  private int micros = 100;

  /// Any line, as it is.
  TraceText line(String text) {
    lines.add(text);
    return this;
  }

  /// Any event's text after the time stamp.
  TraceText event(int cpu, String text) {
    return line(
        String.format(
            Locale.ROOT,
            "%16s-%-7d [%03d] ..... %5d.%06d: %s",
            "worker",
            4101,
            cpu,
            8,
            micros++,
            text));
  }

  TraceText alloc(int cpu, long pointer, int req, int alloc) {
    return alloc(cpu, pointer, "make_it+0x20/0x90", req, alloc);
  }

  TraceText alloc(int cpu, long pointer, String site, int req, int alloc) {
    return event(
        cpu,
        "kmem_cache_alloc: call_site="
            + site
            + " ptr="
            + hex(pointer)
            + sizes(req, alloc)
            + "GFP_KERNEL node=-1 accounted=false");
  }

  TraceText kmalloc(int cpu, long pointer, int req, int alloc, String gfp) {
    return event(
        cpu,
        "kmalloc: call_site=take_some+0x1/0x2 ptr="
            + hex(pointer)
            + sizes(req, alloc)
            + gfp
            + " node=-1 accounted=false");
  }

  TraceText free(int cpu, long pointer, String cache) {
    return event(
        cpu, "kmem_cache_free: call_site=drop_it+0x3/0x9 ptr=" + hex(pointer) + " name=" + cache);
  }

  TraceText kfree(int cpu, long pointer) {
    return event(cpu, "kfree: call_site=drop_it+0x3/0x9 ptr=" + hex(pointer));
  }

  Trace decode() {
    return decode(KnownCaches.NONE, TraceFilter.ALL);
  }

  Trace decode(KnownCaches known) {
    return decode(known, TraceFilter.ALL);
  }

  Trace decode(TraceFilter filter) {
    return decode(KnownCaches.NONE, filter);
  }

  Trace decode(KnownCaches known, TraceFilter filter) {
    return decode(text(), known, filter);
  }

  String text() {
    return String.join("\n", lines) + "\n";
  }

  static Trace decode(String text) {
    return decode(text, KnownCaches.NONE, TraceFilter.ALL);
  }

  static Trace decode(String text, KnownCaches known, TraceFilter filter) {
    return TraceReader.read(
        "test.txt",
        new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
        known,
        filter);
  }

  /// One cpu's operations as `+0 -0 +1`: allocations and frees of slots.
  static String operations(Trace trace, int cpu) {
    CpuOperations operations = trace.operations(cpu);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < operations.size(); i++) {
      words.add((operations.isFree(i) ? "-" : "+") + operations.slot(i));
    }
    return String.join(" ", words);
  }

  static String cacheOf(Trace trace, int cpu, int index) {
    return trace.caches().get(trace.operations(cpu).cache(index)).name();
  }

  static String hex(long pointer) {
    return String.format(Locale.ROOT, "%016x", pointer);
  }

  private static String sizes(int req, int alloc) {
    return " bytes_req=" + req + " bytes_alloc=" + alloc + " gfp_flags=";
  }
}
