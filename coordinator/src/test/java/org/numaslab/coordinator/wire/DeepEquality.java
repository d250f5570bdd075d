package org.numaslab.coordinator.wire;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;

/// Whether two records say the same: arrays by what is in them.
final class DeepEquality {
  private DeepEquality() {}

  static boolean same(Object a, Object b) {
    if (a.getClass() != b.getClass()) {
      return false;
    }
    return a instanceof Record
        ? sameRecord(a, b)
        : a.getClass().isArray() ? sameArray(a, b) : a.equals(b);
  }

  private static boolean sameRecord(Object a, Object b) {
    try {
      for (RecordComponent component : a.getClass().getRecordComponents()) {
        if (!same(component.getAccessor().invoke(a), component.getAccessor().invoke(b))) {
          return false;
        }
      }
      return true;
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("a component without an accessor", impossible);
    }
  }

  private static boolean sameArray(Object a, Object b) {
    if (Array.getLength(a) != Array.getLength(b)) {
      return false;
    }
    for (int i = 0; i < Array.getLength(a); i++) {
      if (!same(Array.get(a, i), Array.get(b, i))) {
        return false;
      }
    }
    return true;
  }
}
