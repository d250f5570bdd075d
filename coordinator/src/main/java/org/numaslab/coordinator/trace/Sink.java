package org.numaslab.coordinator.trace;

/// Takes the slab events of a trace, in the order of its lines.
public interface Sink {
  /// @param pointer 0 for an allocation that failed
  /// @param callSite number of its text among the call sites of this trace
  /// @param fields number of the text behind the pointer, among all of these
  /// @param pid of the task, -1 where the line does not say
  void alloc(int cpu, long nanos, boolean kmalloc, long pointer, int callSite, int fields, int pid);

  /// @param pointer 0 for a free of null
  void free(int cpu, long nanos, long pointer, int callSite, int fields, int pid);
}
