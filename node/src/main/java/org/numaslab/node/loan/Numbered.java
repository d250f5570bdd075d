package org.numaslab.node.loan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Values by number. Numbers are added in order and used close together: a ring.
///
/// ```text
/// number   ... first                        last
///              | value | - | value | ... | value |     a number's place is its low bits
/// ```
///
/// Owner: the border.
final class Numbered<T> {
  private static final int PLACES_FIRST = 64;

  private @Nullable Object[] values = new @Nullable Object[PLACES_FIRST];
  private int size;
  private long last;

  /// Nothing before it has a value; one past `last` when nothing has.
  private long first = 1;

  private int place(long number) {
    return (int) number & (values.length - 1);
  }

  private boolean isWithin(long number) {
    return number >= first && number <= last;
  }

  /// Adds a value with the next number.
  void add(T value) {
    last++;
    if (last - first == values.length) {
      grow();
    }
    values[place(last)] = value;
    size++;
  }

  private void grow() {
    @Nullable Object[] grown = Arrays.copyOf(values, 2 * values.length);
    Arrays.fill(grown, null);
    for (long number = first; number < last; number++) {
      grown[(int) number & (grown.length - 1)] = values[place(number)];
    }
    values = grown;
  }

  /// Null for a number that has none.
  @SuppressWarnings("unchecked")
  @Nullable T get(long number) {
    return isWithin(number) ? (T) values[place(number)] : null;
  }

  void remove(long number) {
    if (get(number) != null) {
      values[place(number)] = null;
      size--;
    }
    while (first <= last && values[place(first)] == null) {
      first++;
    }
  }

  /// The lowest number that has a value, the next to be added where none has.
  long first() {
    return first;
  }

  /// The number that was added last, 0 before the first.
  long last() {
    return last;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// A copy, in order.
  List<T> values() {
    List<T> all = new ArrayList<>(size);
    for (long number = first; number <= last; number++) {
      T value = get(number);
      if (value != null) {
        all.add(value);
      }
    }
    return all;
  }

  void clear() {
    Arrays.fill(values, null);
    size = 0;
    first = last + 1;
  }
}
