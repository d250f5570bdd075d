package org.numaslab.cpu.client;

/// The emulated kernel has panicked: its machine ends.
public final class KernelPanic extends RuntimeException {
  private static final long serialVersionUID = 1;

  KernelPanic(String why) {
    super("Kernel panic - not syncing: " + why);
  }
}
