package org.numaslab.coordinator.registry;

/// Why the kernel refuses a write to a file of sysfs, as `strerror` says it.
public enum Errno {
  ENOENT("No such file or directory"),
  EACCES("Permission denied"),
  EINVAL("Invalid argument"),
  ERANGE("Numerical result out of range");

  private final String text;

  Errno(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  /// Whether the file could be opened, and the write itself failed.
  public boolean isOfWrite() {
    return this == EINVAL || this == ERANGE;
  }
}
