package org.numaslab.deploy;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// An enum's constants as lower-case words of the command line.
abstract class EnumWord<E extends Enum<E>> implements ITypeConverter<E> {
  private final Class<E> type;

  EnumWord(Class<E> type) {
    this.type = type;
  }

  static String of(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public E convert(String word) {
    for (E value : type.getEnumConstants()) {
      if (of(value).equalsIgnoreCase(word)) {
        return value;
      }
    }
    throw new TypeConversionException(
        "got '"
            + word
            + "', allowed: "
            + Arrays.stream(type.getEnumConstants())
                .map(EnumWord::of)
                .collect(Collectors.joining(", ")));
  }

  static final class Drivers extends EnumWord<Driver> {
    Drivers() {
      super(Driver.class);
    }
  }

  static final class Orders extends EnumWord<Order> {
    Orders() {
      super(Order.class);
    }
  }

  static final class Inferences extends EnumWord<TraceOptions.Inference> {
    Inferences() {
      super(TraceOptions.Inference.class);
    }
  }

  static final class Draws extends EnumWord<RemoteDraw> {
    Draws() {
      super(RemoteDraw.class);
    }
  }
}
