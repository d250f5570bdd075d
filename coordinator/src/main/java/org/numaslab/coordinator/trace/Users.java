package org.numaslab.coordinator.trace;

/// Who allocated and who freed each slot: a call site's number and a task, as `site << 32 | pid`.
final class Users {
  /// No event says.
  static final long NOBODY = -1;

  private final LongColumn allocators = new LongColumn();
  private final LongColumn freers = new LongColumn();

  static long user(int callSite, int pid) {
    return (long) callSite << 32 | (pid & 0xffffffffL);
  }

  /// The next slot.
  void add(long allocator) {
    allocators.add(allocator);
    freers.add(NOBODY);
  }

  void freed(int slot, long freer) {
    freers.set(slot, freer);
  }

  long allocator(int slot) {
    return allocators.get(slot);
  }

  long freer(int slot) {
    return freers.get(slot);
  }
}
