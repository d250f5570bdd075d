package org.numaslab.coordinator.conform;

/// A value that the kernel has one way and the model another.
///
/// `where` is file and line of the recording, `subject` the cache or request, `column` what of it.
public record GeometryDifference(
    String where, String subject, String column, String kernel, String computed) {

  @Override
  public String toString() {
    return "%s: %s: %s: kernel %s, computed %s".formatted(where, subject, column, kernel, computed);
  }
}
