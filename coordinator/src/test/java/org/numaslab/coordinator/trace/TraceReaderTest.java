package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.coordinator.trace.TraceText.P1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.node.topology.BadInput;

class TraceReaderTest {
  @TempDir Path folder;

  private static final String TEXT =
      new TraceText().kmalloc(0, P1, 8, 8, "GFP_KERNEL").kfree(1, P1).text();

  static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  private static Trace read(Path path) {
    return TraceReader.read(path.toString(), KnownCaches.NONE, TraceFilter.ALL);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> reading(String name, byte[] content)
      throws IOException {
    Path file = Files.write(folder.resolve(name), content);
    return assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageNotContaining("\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void gzipIsToldByItsFirstBytesNotByItsName() throws IOException {
    Path plain = Files.write(folder.resolve("plain.gz"), bytes(TEXT));
    Path packed = Files.write(folder.resolve("packed.txt"), gzip(bytes(TEXT)));
    assertThat(read(plain).slotCount()).isEqualTo(1);
    assertThat(read(packed).slotCount()).isEqualTo(1);
  }

  @Test
  void readsStandardInput() throws IOException {
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream(gzip(bytes(TEXT))));
      Trace trace = TraceReader.read("-", KnownCaches.NONE, TraceFilter.ALL);
      assertThat(trace.slotCount()).isEqualTo(1);
      assertThat(trace.source()).isEqualTo("standard input");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void gzipFilesOneAfterAnotherAreOneTrace() throws IOException {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(gzip(bytes(TEXT.substring(0, 50))));
    both.write(gzip(bytes(TEXT.substring(50))));
    assertThat(read(Files.write(folder.resolve("t.gz"), both.toByteArray())).counts().frees())
        .isEqualTo(1);
  }

  @Test
  void aFileWithoutSizeIsReadAsAStream() {
    assertThatThrownBy(() -> read(Path.of("/proc/self/status")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("not a trace");
  }

  @Test
  void whatIsNoTraceIsBadInput() throws IOException {
    reading("empty", new byte[0])
        .hasMessageEndingWith("got an empty file, allowed: a trace of kmem events, plain or gzip");
    reading("empty.gz", gzip(new byte[0])).hasMessageContaining("got an empty file");
    reading("text", bytes("Dear reader,\nthis is a letter.\n"))
        .hasMessageContaining("not a trace: got \"Dear reader,\", allowed: text of kmem events");
    reading("header", bytes("# tracer: nop\n#\n"))
        .hasMessageContaining("not a trace: got no event");
    reading("zeros", new byte[100_000]).hasMessageContaining("not a trace");
    reading("other", bytes(new TraceText().event(0, "sched_switch: a=b").text()))
        .hasMessageContaining("got events, but none of kmem");
    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            folder + ": got a folder, allowed: a trace, plain or gzip, or - for standard input");
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> read(missing))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            missing + ": no such file, allowed: a trace, plain or gzip, or - for standard input");
    assertThatThrownBy(() -> TraceReader.read("a\0b", KnownCaches.NONE, TraceFilter.ALL))
        .isInstanceOf(BadInput.class);
  }

  @Test
  void aLargeFileWithoutAnEventIsNotReadToItsEnd() {
    assertThatThrownBy(() -> read(Path.of("/dev/zero")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("not a trace: got no event in");
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) 'x');
            into[offset] = '\n';
            return length;
          }
        };
    assertThatThrownBy(
            () -> TraceReader.read("endless", endless, KnownCaches.NONE, TraceFilter.ALL))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("not a trace");
  }

  @Test
  void aTruncatedOrBrokenGzipFileIsBadInput() throws IOException {
    byte[] whole = gzip(bytes(TEXT));
    for (int length = 2; length < whole.length; length++) {
      reading("cut.gz", Arrays.copyOf(whole, length))
          .hasMessageContaining("got gzip data that ends in the middle, after ")
          .hasMessageContaining(" bytes of text (line ");
    }
    byte[] broken = whole.clone();
    broken[whole.length - 6] ^= 0x10;
    reading("broken.gz", broken).hasMessageContaining("got gzip data that is broken");
  }
}
