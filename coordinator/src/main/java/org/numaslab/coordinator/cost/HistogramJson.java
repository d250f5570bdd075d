package org.numaslab.coordinator.cost;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.HdrHistogram.Histogram;

/// Histograms in JSON: HdrHistogram's own encoding, as base64.
public final class HistogramJson {
  /// Significant digits of each: two are more than a busy machine repeats, and a hundredth of the
  /// memory of three.
  public static final int DIGITS = 2;

  private HistogramJson() {}

  public static final class Writer extends StdSerializer<Histogram> {
    private static final long serialVersionUID = 1L;

    public Writer() {
      super(Histogram.class);
    }

    @Override
    public void serialize(Histogram histogram, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
      int length = histogram.encodeIntoByteBuffer(buffer);
      json.writeBinary(Arrays.copyOf(buffer.array(), length));
    }
  }

  /// Refuses what is none, or has other digits.
  public static final class Reader extends StdDeserializer<Histogram> {
    private static final long serialVersionUID = 1L;

    /// Where the encoding has its significant digits: they say how much memory one takes.
    private static final int DIGITS_OFFSET = 12;

    public Reader() {
      super(Histogram.class);
    }

    @Override
    public Histogram deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(json.getBinaryValue());
      if (buffer.limit() < DIGITS_OFFSET + Integer.BYTES
          || buffer.getInt(DIGITS_OFFSET) != DIGITS) {
        throw context.weirdStringException("", Histogram.class, "no histogram of a run");
      }
      try {
        return Histogram.decodeFromByteBuffer(buffer, 0);
      } catch (RuntimeException damaged) { // whatever the library meets in what is none
        throw context.weirdStringException("", Histogram.class, "a damaged histogram");
      }
    }
  }
}
