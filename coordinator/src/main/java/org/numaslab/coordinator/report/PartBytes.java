package org.numaslab.coordinator.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.HistogramJson;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;

/// A part of a run as bytes: JSON, compressed with gzip. Histograms are in HdrHistogram's own
/// encoding.
public final class PartBytes {
  /// Twice what a state.json may take, before it is compressed: the state is most of it.
  static final long JSON_BYTES_MAX = 2 * StateFile.BYTES_MAX;

  /// Compressed: a state is mostly digits.
  public static final int BYTES_MAX = (int) StateFile.BYTES_MAX;

  private static final String FORMAT = "numaslab part 2";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .addModule(
              new SimpleModule()
                  .addSerializer(new HistogramJson.Writer())
                  .addDeserializer(Histogram.class, new HistogramJson.Reader()))
          .build();

  private record Content(String format, RunPart part) {}

  private PartBytes() {}

  /// @throws EnvironmentFailure when they would be more than [#BYTES_MAX]
  public static byte[] of(RunPart part) {
    try {
      Bounded bytes = new Bounded();
      try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
        MAPPER.writeValue(zip, new Content(FORMAT, part));
      }
      return bytes.toByteArray();
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers and texts that are no JSON", impossible);
    } catch (IOException impossible) {
      throw new IllegalStateException("memory that cannot be written", impossible);
    }
  }

  /// @throws BadInput when they are not what [#of] gave
  public static RunPart read(byte[] bytes) {
    return read(bytes, JSON_BYTES_MAX);
  }

  static RunPart read(byte[] bytes, long jsonBytesMax) {
    try (InputStream zip =
        new Limited(new GZIPInputStream(new ByteArrayInputStream(bytes)), jsonBytesMax)) {
      Content content = MAPPER.readValue(zip, Content.class);
      if (content == null || !FORMAT.equals(content.format)) {
        throw new BadInput(
            "part: got %s, allowed: \"%s\""
                .formatted(content == null ? "nothing" : "\"" + content.format + "\"", FORMAT));
      }
      content.part.check();
      return content.part;
    } catch (JsonProcessingException damaged) {
      throw damaged(damaged.getOriginalMessage(), damaged);
    } catch (IOException damaged) {
      throw damaged(damaged.getMessage(), damaged);
    }
  }

  private static BadInput damaged(@Nullable String message, IOException cause) {
    return new BadInput(
        "part: damaged: %s, allowed: as the process wrote it"
            .formatted(message == null ? "" : message.lines().findFirst().orElse("")),
        cause);
  }

  /// Collects what fits.
  private static final class Bounded extends ByteArrayOutputStream {
    @Override
    public synchronized void write(byte[] more, int from, int length) {
      if (count + (long) length > BYTES_MAX) {
        throw new EnvironmentFailure(
            "the result of this process takes more than "
                + (BYTES_MAX >> 20)
                + " MiB: a shorter run, or one that holds fewer objects, fits");
      }
      super.write(more, from, length);
    }
  }

  /// Ends with a failure where more comes than is allowed: a few bytes may be compressed gigabytes.
  private static final class Limited extends InputStream {
    private final InputStream from;
    private long left;

    Limited(InputStream from, long max) {
      this.from = from;
      this.left = max;
    }

    private int counted(int read) throws IOException {
      left -= Math.max(0, read);
      if (left < 0) {
        throw new IOException("longer than a part can be");
      }
      return read;
    }

    @Override
    public int read() throws IOException {
      int read = from.read();
      counted(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      return counted(from.read(into, at, length));
    }

    @Override
    public void close() throws IOException {
      from.close();
    }
  }
}
