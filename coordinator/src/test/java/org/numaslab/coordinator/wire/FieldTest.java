package org.numaslab.coordinator.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class FieldTest {
  private final Output out = new Output(16);

  private Input written() {
    return new Input(out.toBytes());
  }

  @ParameterizedTest
  @EnumSource
  void theLeastAndTheGreatestTravel(Field field) {
    for (long value : new long[] {field.min(), field.max(), field.min() / 2 + field.max() / 2}) {
      out.reset();
      field.write(out, value);
      assertThat(field.read(written())).isEqualTo(value);
    }
  }

  @ParameterizedTest
  @EnumSource
  void beyondThemIsRefusedWhenWritten(Field field) {
    if (field.min() != Long.MIN_VALUE) {
      assertThatThrownBy(() -> field.write(out, field.min() - 1))
          .isInstanceOf(BadFrame.class)
          .hasMessageEndingWith(
              ": got " + (field.min() - 1) + ", allowed " + field.min() + ".." + field.max());
    }
    if (field.max() != Long.MAX_VALUE) {
      assertThatThrownBy(() -> field.write(out, field.max() + 1)).isInstanceOf(BadFrame.class);
    }
    assertThat(out.position()).isZero();
  }

  /// Numbers that may be any long have nothing beyond them.
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"SENT_AT", "CALL_ADDRESS", "WHEN", "COOKIE"})
  void beyondThemIsRefusedWhenRead(Field field) {
    boolean isSigned = field.min() < -1;
    long[] raw = {Long.MIN_VALUE, -1, isSigned ? -2 : field.max() - field.min() + 1};
    for (long value : raw) {
      out.reset();
      out.writeVarLong(value, true);
      assertThatThrownBy(() -> field.read(written())).isInstanceOf(BadFrame.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theEndIsRefused(Field field) {
    assertThatThrownBy(() -> field.read(new Input(new byte[0])))
        .isInstanceOf(BadFrame.class)
        .hasMessageEndingWith(": got the end of the frame, allowed a number");
    assertThatThrownBy(() -> field.read(new Input(new byte[] {-1})))
        .isInstanceOf(BadFrame.class)
        .hasMessageEndingWith(": got the end of the frame, allowed a number");
  }
}
