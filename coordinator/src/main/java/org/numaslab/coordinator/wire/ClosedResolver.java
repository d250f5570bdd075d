package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import org.jspecify.annotations.Nullable;

/// Reads the numbers of [WireType] and no others: no null, no class by its name, nothing that Kryo
/// has registered by itself.
final class ClosedResolver extends DefaultClassResolver {
  private static final int NUMBER_MIN = WireType.FRAME.number();

  @Override
  public Registration readClass(Input in) {
    long number = Field.readRaw(in, "class") - WireType.NUMBER_OFFSET;
    @Nullable Registration known =
        number < NUMBER_MIN || number > Integer.MAX_VALUE ? null : getRegistration((int) number);
    if (known == null) {
      throw new BadFrame("class", "number " + number, "the numbers of what travels");
    }
    return known;
  }
}
