package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// What a text is decoded to, two ways, compared to the last operation.
final class Agreement {
  private Agreement() {}

  /// The decoder and the naive one give the same events and the same trace, which is returned.
  static Trace ofDecoders(byte[] text, NaiveDecoder naive) {
    assertThat(scanned(text)).isEqualTo(naive.events.stream().map(Agreement::asSunk).toList());
    Trace trace =
        TraceReader.read(
            "test.txt", new ByteArrayInputStream(text), KnownCaches.NONE, TraceFilter.ALL);
    assertThat(trace.text().allEvents()).isEqualTo(naive.allEvents);
    ReplayCounts counts = trace.counts();
    for (SetAside kind : SetAside.values()) {
      assertThat(counts.setAside(kind))
          .as(kind.meaning())
          .isEqualTo(naive.setAside.getOrDefault(kind, 0L));
    }
    assertThat(counts.matched())
        .isEqualTo(new ReplayCounts.Matched(naive.matched, naive.matchedElsewhere, naive.live));
    assertThat(counts.allocsOfLivePointer()).isEqualTo(naive.allocsOfLive);
    assertThat(counts.operations()).isEqualTo(naive.operations.size());
    int[] next = new int[trace.cpuCount()];
    for (int sequence = 0; sequence < naive.operations.size(); sequence++) {
      NaiveDecoder.Operation expected = naive.operations.get(sequence);
      int cpu = trace.cpuAt(sequence);
      CpuOperations operations = trace.operations(cpu);
      int i = next[cpu]++;
      String freedAs =
          expected.freedAs(); // of the decoder only the join is looked at here, not the name
      NaiveDecoder.Operation found =
          new NaiveDecoder.Operation(
              cpu,
              operations.isFree(i),
              operations.slot(i),
              operations.gfp(i),
              operations.node(i),
              freedAs);
      if (!found.equals(expected)
          || operations.sequence(i) != sequence) { // AssertJ is slow a million times
        assertThat(found).isEqualTo(expected);
        assertThat(operations.sequence(i)).isEqualTo(sequence);
      }
    }
    for (int slot = 0; slot < trace.slotCount(); slot++) {
      boolean same =
          trace.recordedPointer(slot) == naive.pointers.get(slot)
              && trace.bytesRequested(slot) == naive.requested.get(slot);
      if (!same) {
        assertThat(trace.recordedPointer(slot))
            .as("slot " + slot)
            .isEqualTo(naive.pointers.get(slot));
      }
    }
    assertThat(trace.slotCount()).isEqualTo(naive.pointers.size());
    return trace;
  }

  /// Two traces are the same, whatever they were read from.
  static void ofTraces(Trace a, Trace b) {
    assertThat(a.text()).isEqualTo(b.text());
    assertThat(a.counts()).isEqualTo(b.counts());
    assertThat(a.caches()).isEqualTo(b.caches());
    assertThat(a.roundLength()).isEqualTo(b.roundLength());
    for (int slot = 0; slot < a.slotCount(); slot++) {
      if (a.recordedPointer(slot) != b.recordedPointer(slot)) {
        assertThat(a.recordedPointer(slot)).as("slot " + slot).isEqualTo(b.recordedPointer(slot));
      }
    }
    for (int cpu = 0; cpu < a.cpuCount(); cpu++) {
      CpuOperations x = a.operations(cpu);
      CpuOperations y = b.operations(cpu);
      assertThat(x.roundSize()).isEqualTo(y.roundSize());
      for (int i = 0; i < x.roundSize(); i++) {
        if (!operation(x, i).equals(operation(y, i))) {
          assertThat(operation(x, i)).as("cpu " + cpu).isEqualTo(operation(y, i));
        }
      }
    }
  }

  private static List<Object> operation(CpuOperations of, int i) {
    return List.of(of.kind(i), of.slot(i), of.cache(i), of.node(i), of.gfp(i), of.sequence(i));
  }

  /// The events of a text, as the scanner finds them.
  static List<NaiveDecoder.Event> scanned(byte[] text) {
    List<NaiveDecoder.Event> events = new ArrayList<>();
    FieldTexts fields = new FieldTexts();
    TextTable[] sites = new TextTable[1];
    TraceScanner scanner =
        new TraceScanner(
            fields,
            new Sink() {
              @Override
              public void alloc(
                  int cpu,
                  long nanos,
                  boolean kmalloc,
                  long pointer,
                  int callSite,
                  int text,
                  int pid) {
                add(
                    kmalloc ? EventKind.KMALLOC : EventKind.KMEM_CACHE_ALLOC,
                    cpu,
                    nanos,
                    pointer,
                    sites[0].text(callSite),
                    text);
              }

              @Override
              public void free(int cpu, long nanos, long pointer, int callSite, int text, int pid) {
                add(EventKind.KFREE, cpu, nanos, pointer, sites[0].text(callSite), text);
              }

              private void add(
                  EventKind kind, int cpu, long nanos, long pointer, String site, int text) {
                int name = fields.name(text);
                events.add(
                    new NaiveDecoder.Event(
                        kind,
                        cpu,
                        nanos,
                        pointer,
                        site,
                        fields.bytesReq(text),
                        fields.bytesAlloc(text),
                        fields.gfp(text),
                        fields.node(text),
                        name == FieldTexts.NO_NAME ? "" : fields.names().text(name)));
              }
            },
            CallSites.DROPPED);
    sites[0] = scanner.callSites();
    MemorySegment memory =
        MemorySegment.ofBuffer(ByteBuffer.allocateDirect(text.length).put(text).flip());
    scanner.finish(memory, scanner.scan(memory, 0, text.length), text.length);
    return events;
  }

  /// A naive event with what the sink is not told left out.
  static NaiveDecoder.Event asSunk(NaiveDecoder.Event event) {
    EventKind kind =
        event.isAlloc()
            ? event.kind().isKmalloc() ? EventKind.KMALLOC : EventKind.KMEM_CACHE_ALLOC
            : EventKind.KFREE;
    return new NaiveDecoder.Event(
        kind,
        event.cpu(),
        event.nanos(),
        event.pointer(),
        event.callSite(),
        event.req(),
        event.alloc(),
        event.gfp(),
        event.node(),
        event.name());
  }

  static byte[] unpacked(Path packed) {
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
      return in.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
