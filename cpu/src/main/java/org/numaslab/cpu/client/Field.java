package org.numaslab.cpu.client;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// A field of a structure that lies in emulated memory, as `p->field` in C.
///
/// ```java
/// StructLayout task = MemoryLayout.structLayout(JAVA_INT.withName("pid"), ...).withName("task_struct");
/// Field pid = Field.of(task, "pid");
/// pid.setInt(current, address, 42);
/// ```
///
/// An access is one of [Contents]: at once on the task's own node, by message on another, and only
/// within the object. Immutable.
public final class Field {
  private final String name;
  private final VarHandle handle;
  private final long offset;
  private final int bytes;

  private Field(String name, VarHandle handle, long offset, int bytes) {
    this.name = name;
    this.handle = handle;
    this.offset = offset;
    this.bytes = bytes;
  }

  /// The field of that name.
  ///
  /// @param layout of the structure; the field is a value in it
  /// @throws IllegalArgumentException when it has no such field
  public static Field of(StructLayout layout, String name) {
    PathElement path = PathElement.groupElement(name);
    MemoryLayout field = layout.select(path);
    if (!(field instanceof ValueLayout value)
        || !(value instanceof ValueLayout.OfByte
            || value instanceof ValueLayout.OfShort
            || value instanceof ValueLayout.OfInt
            || value instanceof ValueLayout.OfLong)) {
      throw new IllegalArgumentException(
          "field %s of %s: allowed: a byte, short, int or long".formatted(name, layout));
    }
    return new Field(
        layout.name().orElse("struct") + "." + name,
        // Of bytes that lie anywhere: they are copied out of the object.
        value.withByteAlignment(1).varHandle(),
        layout.byteOffset(path),
        Math.toIntExact(field.byteSize()));
  }

  /// Bytes from the structure's begin (`offsetof`).
  public long offset() {
    return offset;
  }

  /// Bytes that it takes (`sizeof`).
  public int bytes() {
    return bytes;
  }

  /// Reads the field as a number, extended by its sign.
  ///
  /// @param object address of the structure
  public long getLong(Task current, long object) {
    return switch (handle.get(load(current, object), 0L)) {
      case Number number -> number.longValue();
      case Object other -> throw new IllegalStateException(this + " has " + other);
    };
  }

  /// The same, cut to 32 bits.
  ///
  /// @param object address of the structure
  public int getInt(Task current, long object) {
    return (int) getLong(current, object);
  }

  /// Writes the field's low bits of a number.
  ///
  /// @param object address of the structure
  public void setLong(Task current, long object, long value) {
    byte[] image = new byte[bytes];
    MemorySegment to = MemorySegment.ofArray(image);
    switch (bytes) {
      case Byte.BYTES -> handle.set(to, 0L, (byte) value);
      case Short.BYTES -> handle.set(to, 0L, (short) value);
      case Integer.BYTES -> handle.set(to, 0L, (int) value);
      default -> handle.set(to, 0L, value);
    }
    current.contents().write(object + offset, image);
  }

  /// Writes the field's low bits of a number.
  ///
  /// @param object address of the structure
  public void setInt(Task current, long object, int value) {
    setLong(current, object, value);
  }

  private MemorySegment load(Task current, long object) {
    return MemorySegment.ofArray(current.contents().read(object + offset, bytes));
  }

  @Override
  public String toString() {
    return name + " at " + offset;
  }
}
