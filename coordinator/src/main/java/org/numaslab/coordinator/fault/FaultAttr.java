package org.numaslab.coordinator.fault;

import java.util.Locale;
import java.util.function.IntSupplier;
import org.numaslab.node.slab.KernelMessages;

/// When an injection point of the kernel fails: `struct fault_attr`.
///
/// | asked in this order | passes when |
/// |---|---|
/// | probability | it is 0 |
/// | times | none are left |
/// | space | more is left than the request takes; it is taken |
/// | interval | this is not the last of so many calls that came as far as here |
/// | probability | the draw of 0..99 is not below it |
///
/// What comes through all of them fails, and takes one of the times unless those are without end.
///
/// For any thread: the CPUs of a machine share it, as those of the kernel do. Models
/// `should_fail_ex` of lib/fault-inject.c, v6.1, without its filters of tasks and stacks.
public final class FaultAttr {
  /// As often as it comes to it.
  public static final int WITHOUT_END = -1;

  /// One in how many calls, how likely in percent, how much passes first, how often at most.
  ///
  /// @param interval calls; 0 and 1 are every one
  /// @param probability 0..100
  /// @param space in the unit of the injection point
  /// @param times or [#WITHOUT_END]
  public record Settings(long interval, int probability, long space, int times) {}

  private final String name;
  private final Settings settings;
  private final boolean prints;
  private long space;
  private long counted;
  private int times;
  private long calls;
  private long failures;

  /// @param name of the injection point
  /// @param prints whether each failure is a line of the kernel's log (`verbose` above 0)
  public FaultAttr(String name, Settings settings, boolean prints) {
    this.name = name;
    this.settings = settings;
    this.prints = prints;
    this.space = settings.space();
    this.times = settings.times();
  }

  /// Decides about one call.
  ///
  /// @param size of the request
  /// @param quiet whether a failure is not printed (`__GFP_NOWARN`)
  /// @param draw gives 0..99
  public synchronized boolean shouldFail(
      long size, boolean quiet, IntSupplier draw, KernelMessages log) {
    calls++;
    if (settings.probability() == 0 || times == 0) {
      return false;
    }
    if (space > size) {
      space -= size;
      return false;
    }
    if (settings.interval() > 1 && ++counted % settings.interval() != 0) {
      return false;
    }
    if (settings.probability() <= draw.getAsInt()) {
      return false;
    }
    if (prints && !quiet) {
      log.print("FAULT_INJECTION: forcing a failure.");
      log.print(
          String.format(
              Locale.ROOT,
              "name %s, interval %d, probability %d, space %d, times %d",
              name,
              settings.interval(),
              settings.probability(),
              space,
              times));
    }
    if (times != WITHOUT_END) {
      times--;
    }
    failures++;
    return true;
  }

  public String name() {
    return name;
  }

  /// How often it was asked.
  public synchronized long calls() {
    return calls;
  }

  /// How often it failed.
  public synchronized long failures() {
    return failures;
  }
}
