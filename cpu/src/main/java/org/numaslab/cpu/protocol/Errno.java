package org.numaslab.cpu.protocol;

/// Why the kernel refuses, as `strerror` says it.
public enum Errno {
  EPERM(1, "Operation not permitted"),
  ENOENT(2, "No such file or directory"),
  ENOMEM(12, "Cannot allocate memory"),
  EACCES(13, "Permission denied"),
  EBUSY(16, "Device or resource busy"),
  EEXIST(17, "File exists"),
  EINVAL(22, "Invalid argument"),
  ERANGE(34, "Numerical result out of range");

  private final int number;
  private final String text;

  Errno(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /// As errno has it on x86-64; the kernel returns it negative.
  public int number() {
    return number;
  }

  public String text() {
    return text;
  }

  /// Whether the file could be opened, and the write itself failed.
  public boolean isOfWrite() {
    return this == EINVAL || this == ERANGE;
  }
}
