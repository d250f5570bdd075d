package org.numaslab.node.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is kept of requests, by their numbers. Those that are open at one time are close together:
/// a ring.
///
/// ```text
/// number   ... first                        last
///              | value | - | value | ... | value |     a number's place is its low bits
/// ```
///
/// Owner: whoever asks, or answers.
public final class Numbered<T> {
  private static final int PLACES_FIRST = 64;

  private @Nullable Object[] values = new @Nullable Object[PLACES_FIRST];
  private int size;
  private long last;

  /// Nothing before it has a value; one past `last` when nothing has.
  private long first = 1;

  private int place(long number) {
    return (int) number & (values.length - 1);
  }

  /// Adds a value with the next number.
  ///
  /// @return the number
  public long add(T value) {
    put(last + 1, value);
    return last;
  }

  /// Adds a value with a number that has none.
  ///
  /// @param number from 1 on
  public void put(long number, T value) {
    long lowest = size == 0 ? number : Math.min(first, number);
    long highest = Math.max(last, number);
    makeRoomFor(highest - lowest + 1);
    first = lowest;
    last = highest;
    values[place(number)] = value;
    size++;
  }

  private void makeRoomFor(long numbers) {
    int places = values.length;
    while (places < numbers) {
      places *= 2;
    }
    if (places > values.length) {
      @Nullable Object[] grown = new @Nullable Object[places];
      for (long number = first; number <= last; number++) {
        grown[(int) number & (places - 1)] = values[place(number)];
      }
      values = grown;
    }
  }

  /// Null for a number that has none.
  @SuppressWarnings("unchecked")
  public @Nullable T get(long number) {
    return number >= first && number <= last ? (T) values[place(number)] : null;
  }

  /// @return what it had, null for nothing
  public @Nullable T remove(long number) {
    T value = get(number);
    if (value != null) {
      values[place(number)] = null;
      size--;
      skipGap();
    }
    return value;
  }

  /// Removes all with lower numbers.
  public void removeBefore(long number) {
    while (first < number && size > 0) {
      remove(first);
    }
  }

  private void skipGap() {
    while (first <= last && values[place(first)] == null) {
      first++;
    }
  }

  /// The lowest number that has a value, one past [#last] where none has.
  public long first() {
    return first;
  }

  /// The highest number that was added, 0 before that.
  public long last() {
    return last;
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /// A copy, in order.
  public List<T> values() {
    List<T> all = new ArrayList<>(size);
    for (long number = first; number <= last; number++) {
      T value = get(number);
      if (value != null) {
        all.add(value);
      }
    }
    return all;
  }

  public void clear() {
    Arrays.fill(values, null);
    size = 0;
    first = last + 1;
  }
}
