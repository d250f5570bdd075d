package org.numaslab.coordinator.fault;

import java.util.List;
import org.numaslab.node.cache.Current;
import org.numaslab.node.topology.CpuId;

/// Who allocates where a cpu's program has no tasks: never marked, with a count of its own.
///
/// Owner: its cpu.
public final class Swapper implements Current {
  /// What the calls of every stack begin with: what decides and what allocates.
  private static final List<String> NO_CALLERS =
      List.of("org.numaslab.coordinator.fault.", "org.numaslab.cpu.cache.", "java.", "jdk.");

  private final CpuId cpu;
  private final String asker;
  private int failNth;

  /// @param asker class that asks injection points, which is no caller either
  /// @param failNth the call that fails, from 1; 0 for none
  public Swapper(CpuId cpu, Class<?> asker, int failNth) {
    this.cpu = cpu;
    this.asker = asker.getName();
    this.failNth = failNth;
  }

  @Override
  public CpuId cpu() {
    return cpu;
  }

  @Override
  public int pid() {
    return 0;
  }

  @Override
  public String name() {
    return "swapper/" + cpu.value();
  }

  @Override
  public boolean isMadeToFail() {
    return false;
  }

  @Override
  public int failNth() {
    return failNth;
  }

  @Override
  public void failNth(int calls) {
    failNth = calls;
  }

  /// From the program's method that called the cpu on; where an answer of a node goes on with an
  /// allocation, from what brought the answer.
  @Override
  public List<StackTraceElement> stack(int depth) {
    return StackWalker.getInstance()
        .walk(frames ->
            frames
                .map(StackWalker.StackFrame::toStackTraceElement)
                .dropWhile(frame -> !isCaller(frame.getClassName()))
                .limit(depth)
                .toList());
  }

  private boolean isCaller(String className) {
    return !className.equals(asker) && NO_CALLERS.stream().noneMatch(className::startsWith);
  }
}
