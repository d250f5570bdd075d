package org.numaslab.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A small trace, written line by line.
final class TraceText {
  private final List<String> lines = new ArrayList<>(List.of("# tracer: nop", "#"));
  private long micros = 1_000_000;

  /// Objects of one cache, allocated on one cpu and freed on the other.
  static TraceText small() {
    TraceText text = new TraceText();
    for (int i = 0; i < 100; i++) {
      text.alloc(i % 2, i, -1);
    }
    for (int i = 0; i < 50; i++) {
      text.free(1 - i % 2, i);
    }
    return text;
  }

  TraceText alloc(int cpu, int object, int node) {
    return line(
        event(cpu)
            + "kmem_cache_alloc: call_site=f+0x1/0x9 ptr=%s bytes_req=192 bytes_alloc=192"
                .formatted(pointer(object))
            + " gfp_flags=GFP_KERNEL node=%d accounted=false".formatted(node));
  }

  TraceText free(int cpu, int object) {
    return line(
        event(cpu)
            + "kmem_cache_free: call_site=g+0x1/0x9 ptr=%s name=dentry".formatted(pointer(object)));
  }

  TraceText line(String line) {
    lines.add(line);
    return this;
  }

  private String event(int cpu) {
    micros += 10;
    return String.format(
        Locale.ROOT,
        "  task-1 [%03d] ..... %d.%06d: ",
        cpu,
        micros / 1_000_000,
        micros % 1_000_000);
  }

  private static String pointer(int object) {
    return Long.toHexString(0xffff888100000000L + 192L * object);
  }

  Path in(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.writeString(file, String.join("\n", lines) + "\n");
  }
}
