package org.numaslab.coordinator.fault;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.trace.Glob;
import org.numaslab.node.cache.Current;

/// From where calls must come to fail: by the Java methods that the caller is in.
///
/// | frames within the depth | passes the filter |
/// |---|---|
/// | one is rejected, before or after a required one | no |
/// | one is required and found | yes |
/// | one is required, none is found | no |
/// | none is required | yes |
///
/// Departure: the kernel compares return addresses with one range each (`require-start`,
/// `require-end`, `reject-start`, `reject-end`); Java methods have no addresses, so names are
/// compared. Models `fail_stacktrace` of lib/fault-inject.c, v6.1.
///
/// @param require glob of `package.Class.method`; null for none
/// @param reject the same
/// @param depth frames that are looked at, from the innermost; with 0 none is rejected, and none
///   found
public record StackFilter(
    @Nullable Predicate<String> require, @Nullable Predicate<String> reject, int depth) {
  /// Frames that the kernel looks at (`MAX_STACK_TRACE_DEPTH`), and by default.
  static final int DEPTH_MAX = 32;

  /// Calls may come from anywhere: no stack is looked at.
  static final StackFilter NONE = of(null, null, DEPTH_MAX);

  /// @param require glob, `*` for any text
  /// @param reject the same
  static StackFilter of(@Nullable String require, @Nullable String reject, int depth) {
    return new StackFilter(
        require == null ? null : Glob.of(require), reject == null ? null : Glob.of(reject), depth);
  }

  boolean passes(Current who) {
    boolean found = require == null;
    if (depth == 0 || (found && reject == null)) {
      return found;
    }
    for (StackTraceElement frame : who.stack(depth)) {
      String method = frame.getClassName() + "." + frame.getMethodName();
      if (reject != null && reject.test(method)) {
        return false;
      }
      found = found || (require != null && require.test(method));
    }
    return found;
  }
}
