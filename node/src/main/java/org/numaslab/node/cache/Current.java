package org.numaslab.node.cache;

import java.util.List;
import org.numaslab.node.topology.CpuId;

/// Who allocates, as far as failures on purpose depend on it: what the kernel's fault injection
/// finds in `current`.
public interface Current {
  /// The cpu that it is on.
  CpuId cpu();

  /// Its number; 0 where a cpu runs no task.
  int pid();

  /// What it is called (`comm`).
  String name();

  /// Whether task filters let it through (`make-it-fail`).
  boolean isMadeToFail();

  /// Which of its next calls fails, whatever else is set; 0 for none (`fail-nth`).
  int failNth();

  /// Says which.
  void failNth(int calls);

  /// The Java methods that it is in, innermost first: from what it called of the allocator on.
  ///
  /// @param depth frames at most
  List<StackTraceElement> stack(int depth);
}
