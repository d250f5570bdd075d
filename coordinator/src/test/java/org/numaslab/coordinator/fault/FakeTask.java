package org.numaslab.coordinator.fault;

import java.util.List;
import java.util.stream.Stream;
import org.numaslab.node.cache.Current;
import org.numaslab.node.topology.CpuId;

/// A caller that is what a test says.
final class FakeTask implements Current {
  private final int pid;
  boolean marked;
  int nth;
  List<StackTraceElement> frames = List.of();
  int stacksTaken;

  FakeTask(int pid) {
    this.pid = pid;
  }

  /// In these methods, innermost first.
  FakeTask in(String... methods) {
    frames =
        Stream.of(methods)
            .map(method -> {
              int dot = method.lastIndexOf('.');
              return new StackTraceElement(
                  method.substring(0, dot), method.substring(dot + 1), "Fake.java", 7);
            })
            .toList();
    return this;
  }

  @Override
  public CpuId cpu() {
    return new CpuId(pid % 4);
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public String name() {
    return "fake-" + pid;
  }

  @Override
  public boolean isMadeToFail() {
    return marked;
  }

  @Override
  public int failNth() {
    return nth;
  }

  @Override
  public void failNth(int calls) {
    nth = calls;
  }

  @Override
  public List<StackTraceElement> stack(int depth) {
    stacksTaken++;
    return frames.subList(0, Math.min(depth, frames.size()));
  }
}
