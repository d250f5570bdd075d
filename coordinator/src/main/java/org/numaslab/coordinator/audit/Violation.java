package org.numaslab.coordinator.audit;

/// Something that must not happen has happened.
///
/// @param invariant its name, as S1
/// @param time nanoseconds since the begin
/// @param object the address it is about, 0 for none
/// @param home the node in whose memory that lies, [Event#NONE] for none
public record Violation(String invariant, long time, int home, long object, String what) {
  @Override
  public String toString() {
    return "%s at %.6f ms: %s".formatted(invariant, time / 1e6, what);
  }
}
