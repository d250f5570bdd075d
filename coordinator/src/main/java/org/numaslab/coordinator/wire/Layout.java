package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/// How one record lies on the wire: its components, in their order. Has no state: one for all
/// codecs.
final class Layout<T> extends Serializer<T> {
  /// Writes all components.
  interface Writer<T> {
    void write(Kryo kryo, Output out, T value);
  }

  /// Reads them again.
  interface Reader<T> {
    T read(Kryo kryo, Input in);
  }

  private final Writer<T> writer;
  private final Reader<T> reader;

  Layout(Writer<T> writer, Reader<T> reader) {
    super(false, true);
    this.writer = writer;
    this.reader = reader;
  }

  @Override
  public void write(Kryo kryo, Output out, T value) {
    writer.write(kryo, out, value);
  }

  @Override
  public T read(Kryo kryo, Input in, Class<? extends T> type) {
    return reader.read(kryo, in);
  }

  T read(Kryo kryo, Input in) {
    return reader.read(kryo, in);
  }

  void writeAll(Kryo kryo, Output out, Length length, T[] values) {
    length.write(out, values.length);
    for (T value : values) {
      writer.write(kryo, out, value);
    }
  }

  /// @param all of the length that was read
  T[] readAll(Kryo kryo, Input in, T[] all) {
    for (int i = 0; i < all.length; i++) {
      all[i] = reader.read(kryo, in);
    }
    return all;
  }
}
