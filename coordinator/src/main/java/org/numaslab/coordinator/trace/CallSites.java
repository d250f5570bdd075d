package org.numaslab.coordinator.trace;

/// Whether a decoded trace keeps who did each operation: the call site and the task.
public enum CallSites {
  /// 16 bytes per slot more.
  KEPT,
  DROPPED
}
