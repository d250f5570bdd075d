package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.BadInput;

/// Traces that chance writes, and real ones that it damages. `-Dnumaslab.seed=N` repeats a failure.
class RandomTracesTest {
  private static final long SEED = Long.getLong("numaslab.seed", System.nanoTime());
  private static final String[] COMMS = {
    "worker", "<idle>", "kworker/1:1", "my [07] w-r k", "a b", "...", "x[1]-2"
  };
  private static final String[] FLAGS = {".....", "d..1.", "d.h2", "....", "dN.2."};
  private static final String[] GFP = {
    "GFP_KERNEL",
    "GFP_ATOMIC|__GFP_ZERO",
    "GFP_KERNEL_ACCOUNT",
    "GFP_NOWAIT|__GFP_NOWARN",
    "none",
    "0x2000",
    "GFP_KERNEL|__GFP_RECLAIMABLE"
  };
  private static final String[] NAMES = {
    "dentry", "maple_node", "sp_c0", "kmalloc-8", "Acpi-State"
  };
  private static final String[] SITES = {
    "f+0x1/0x2",
    "kmem_alloc_it_all+0x20e/0x1ae0",
    "xfs_buf_alloc+0x12/0x100 [xfs]",
    "ffffffff81234567",
    "g"
  };
  private static final String[] NOISE = {
    "# a comment", "", "CPU:3 [LOST 7 EVENTS]", "no event at all", " => some_frame"
  };

  private final SplittableRandom random = new SplittableRandom(SEED);

  private String any(String[] texts) {
    return texts[random.nextInt(texts.length)];
  }

  private List<String> lines(int count) {
    int dialect = random.nextInt(5);
    int generation = random.nextInt(3);
    int cpus = 1 + random.nextInt(12);
    int addresses = 1 + random.nextInt(300);
    long micros = random.nextLong(2_000_000_000_000L);
    List<String> lines = new ArrayList<>();
    while (lines.size() < count) {
      micros = Math.max(0, micros + random.nextInt(-3, 200));
      String time = String.format(Locale.ROOT, "%d.%06d", micros / 1_000_000, micros % 1_000_000);
      int cpu = random.nextInt(cpus);
      String comm = any(COMMS);
      int pid = random.nextInt(100_000);
      String head =
          switch (random.nextInt(20) == 0 ? random.nextInt(5) : dialect) {
            case 0 ->
                String.format(
                    Locale.ROOT, "%16s-%-7d [%03d] %s %12s: ", comm, pid, cpu, any(FLAGS), time);
            case 1 ->
                String.format(
                    Locale.ROOT,
                    "%16s-%-7d (%7d) [%03d] %s %12s: ",
                    comm,
                    pid,
                    pid,
                    cpu,
                    any(FLAGS),
                    time);
            case 2 -> String.format(Locale.ROOT, "%s-%-5d [%03d]  %s: ", comm, pid, cpu, time);
            case 3 ->
                String.format(Locale.ROOT, "%s %5d [%03d] %s:       kmem:", comm, pid, cpu, time);
            default -> String.format(Locale.ROOT, "%16s-%-7d [%03d] %12s: ", comm, pid, cpu, time);
          };
      lines.add(random.nextInt(50) == 0 ? any(NOISE) : head + event(generation, addresses));
    }
    return lines;
  }

  private String event(int generation, int addresses) {
    long address =
        random.nextInt(30) == 0
            ? 16L * random.nextInt(2)
            : 0xffff888000000000L + 64L * random.nextInt(addresses);
    String pointer = TraceText.hex(address);
    String site =
        " call_site=" + any(SITES) + " ptr=" + (random.nextInt(40) == 0 ? "0x" + pointer : pointer);
    int req = 1 + random.nextInt(random.nextInt(20) == 0 ? 20_000 : 300);
    String sizes =
        " bytes_req="
            + req
            + " bytes_alloc="
            + (req + random.nextInt(9))
            + " gfp_flags="
            + any(GFP);
    String node = " node=" + random.nextInt(-1, 4);
    String accounted = " accounted=" + random.nextBoolean();
    boolean named = generation == 2;
    return switch (random.nextInt(generation == 0 ? 8 : 6)) {
      case 0 ->
          "kmem_cache_alloc:"
              + site
              + (named ? " name=" + any(NAMES) : "")
              + sizes
              + (generation > 0 ? node + accounted : "");
      case 1 -> "kmalloc:" + site + sizes + (generation > 0 ? node + accounted : "");
      case 2, 3 ->
          "kmem_cache_free:"
              + site
              + (generation > 0 || random.nextBoolean() ? " name=" + any(NAMES) : "");
      case 4 -> "kfree:" + site;
      case 5 -> "mm_page_free: page=ffffea0005053080 pfn=0x1414c2 order=" + random.nextInt(11);
      case 6 -> "kmem_cache_alloc_node:" + site + sizes + node;
      default -> "kmalloc_node:" + site + sizes + node;
    };
  }

  @Test
  void theNaiveDecoderAgreesOnTracesOfEveryDialect() {
    for (int round = 0; round < 200; round++) {
      List<String> lines = lines(1 + random.nextInt(400));
      lines.add(
          "          worker-4101    [000] .....     8.000101: kfree: call_site=f ptr=0000000000000000");
      String end = random.nextInt(4) == 0 ? "\r\n" : "\n";
      byte[] text = (String.join(end, lines) + end).getBytes(StandardCharsets.ISO_8859_1);
      try {
        Agreement.ofDecoders(text, NaiveDecoder.of(lines));
      } catch (AssertionError different) {
        throw new AssertionError(
            "-Dnumaslab.seed=" + SEED + " round " + round + ": " + different.getMessage(),
            different);
      }
    }
  }

  @Test
  void damageGivesBadInputOrATraceWhoseCountsAddUp() throws IOException {
    byte[] whole =
        Agreement.unpacked(Path.of("../deploy/recordings/traces/scn_01_basic_256/trace.txt.gz"));
    byte[] packed = TraceReaderTest.gzip(Arrays.copyOf(whole, 60_000));
    for (int round = 0; round < 300; round++) {
      int from = random.nextInt(whole.length - 60_000);
      byte[] text =
          random.nextInt(8) == 0
              ? packed.clone()
              : Arrays.copyOfRange(whole, from, from + 1 + random.nextInt(60_000));
      for (int damages = random.nextInt(60); damages > 0; damages--) {
        damage(text);
      }
      int number = round;
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () -> survives(text),
          () -> "-Dnumaslab.seed=" + SEED + " round " + number);
    }
  }

  /// Lines that end in a carriage return take the slow path.
  @Test
  void theSlowPathTakesEveryLineForWhatTheFastPathTakesItFor() {
    byte[] whole =
        Agreement.unpacked(Path.of("../deploy/recordings/traces/scn_01_basic_256/trace.txt.gz"));
    for (int round = 0; round < Integer.getInteger("numaslab.rounds", 100); round++) {
      int from = random.nextInt(whole.length - 60_000);
      byte[] text = Arrays.copyOfRange(whole, from, from + 60_000);
      for (int damages = random.nextInt(2000); damages > 0; damages--) {
        damage(text);
      }
      text[text.length - 1] = '\n';
      byte[] slow =
          new String(text, StandardCharsets.ISO_8859_1)
              .replace("\n", "\r\n")
              .getBytes(StandardCharsets.ISO_8859_1);
      List<NaiveDecoder.Event> fast = Agreement.scanned(text);
      List<NaiveDecoder.Event> bySlowPath = Agreement.scanned(slow);
      for (int i = 0; i < Math.max(fast.size(), bySlowPath.size()); i++) {
        assertThat(i < fast.size() ? fast.get(i) : null)
            .as("-Dnumaslab.seed=%d round %d event %d", SEED, round, i)
            .isEqualTo(i < bySlowPath.size() ? bySlowPath.get(i) : null);
      }
    }
  }

  /// Where flags should be stands what may be the ticks of a clock: no event follows them.
  @Test
  void bothPathsTakeFlagsWithAColonForATime() {
    String line =
        "     kworker/2:0-28      [002] %s    13.903434: kfree: call_site=a+0x1 ptr=%016x%s";
    String text =
        line.formatted(".....", 0xffff888005578f00L, "\n")
            + line.formatted("2:0-2", 0xffff888005578f40L, "\n")
            + line.formatted(".....", 0xffff888005578f80L, "\n");

    List<NaiveDecoder.Event> fast = Agreement.scanned(text.getBytes(StandardCharsets.ISO_8859_1));
    List<NaiveDecoder.Event> slow =
        Agreement.scanned(text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));

    assertThat(fast).isEqualTo(slow).hasSize(2);
  }

  private void damage(byte[] text) {
    int at = random.nextInt(text.length);
    switch (random.nextInt(4)) {
      case 0 -> text[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> text[at] = '\n';
      case 2 -> text[at] = (byte) random.nextInt(256);
      default -> {
        int length = random.nextInt(1 + Math.min(200, (text.length - at) / 2));
        System.arraycopy(text, random.nextInt(text.length - length), text, at, length);
      }
    }
  }

  private static void survives(byte[] text) {
    try {
      Trace trace =
          TraceReader.read(
              "damaged", new ByteArrayInputStream(text), KnownCaches.NONE, TraceFilter.ALL);
      ReplayCounts counts = trace.counts();
      long slabEvents =
          trace.text().events().entrySet().stream()
              .filter(e -> e.getKey().role() != EventKind.Role.PAGE)
              .mapToLong(e -> e.getValue())
              .sum();
      assertThat(
              counts.allocations()
                  + counts.frees()
                  + counts.setAside().values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(slabEvents);
      assertThat(trace.roundLength()).isEqualTo(counts.operations() + counts.liveAtEnd());
    } catch (BadInput refused) {
      assertThat(refused.getMessage()).startsWith("damaged: ").doesNotContain("\n");
    }
  }
}
