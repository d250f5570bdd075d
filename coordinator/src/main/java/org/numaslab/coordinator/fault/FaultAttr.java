package org.numaslab.coordinator.fault;

import java.util.Locale;
import org.numaslab.cpu.client.RateLimit;
import org.numaslab.node.cache.Current;
import org.numaslab.node.slab.KernelMessages;

/// When an injection point of the kernel fails: `struct fault_attr`.
///
/// | asked in this order | passes when |
/// |---|---|
/// | fail-nth of the caller | it is above 1; at 1 the call fails, and nothing else is asked: it counts down |
/// | probability | it is 0 |
/// | task filter | it is on, and the caller is not marked |
/// | times | none are left |
/// | space | more is left than the request takes; it is taken |
/// | interval | this is not the last of so many calls that came as far as here |
/// | probability | the draw of 0..99 is not below it |
/// | stack filter | it lets no call from there fail |
///
/// What comes through all of them fails, and takes one of the times unless those are without end.
///
/// For any thread: the CPUs of a machine share it, as those of the kernel do. Models
/// `should_fail_ex` of lib/fault-inject.c, v6.1.
public final class FaultAttr {
  /// As often as it comes to it.
  public static final int WITHOUT_END = -1;

  /// Frames of a printed stack at most: more than any task of ours is in.
  private static final int DUMP_FRAMES_MAX = 64;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /// One in how many calls, how likely in percent, how much passes first, how often at most.
  ///
  /// @param interval calls; 0 and 1 are every one
  /// @param probability 0..100
  /// @param space in the unit of the injection point
  /// @param times or [#WITHOUT_END]
  public record Settings(long interval, int probability, long space, int times) {}

  /// Whose calls are asked about.
  ///
  /// @param tasks whether only those of marked tasks
  /// @param stack from where
  /// @param failNth which call of each cpu without tasks fails, whatever else is set, as fail-nth
  ///   of a task; 0 for none
  public record Filters(boolean tasks, StackFilter stack, int failNth) {
    /// Everybody's.
    public static final Filters NONE = new Filters(false, StackFilter.NONE, 0);
  }

  /// What is printed of a failure.
  ///
  /// @param verbose 0 nothing, 1 that it failed, 2 also the caller's stack
  /// @param intervalMillis in which no more than `burst` are printed; 0 for no limit
  public record Printing(int verbose, int intervalMillis, int burst) {
    /// Nothing.
    public static final Printing NOTHING = new Printing(0, 0, 0);
  }

  private final String name;
  private final Settings settings;
  private final Filters filters;
  private final Printing printing;
  private final RateLimit rateLimit;
  private long space;
  private long counted;
  private int times;
  private long calls;
  private long failures;

  /// @param name of the injection point
  public FaultAttr(String name, Settings settings, Filters filters, Printing printing) {
    this.name = name;
    this.settings = settings;
    this.filters = filters;
    this.printing = printing;
    this.rateLimit =
        new RateLimit("fail_dump", printing.intervalMillis() * NANOS_PER_MILLI, printing.burst());
    this.space = settings.space();
    this.times = settings.times();
  }

  /// The same, of which nobody has asked anything.
  public FaultAttr afresh() {
    return new FaultAttr(name, settings, filters, printing);
  }

  /// Decides about one call.
  ///
  /// @param size of the request
  /// @param quiet whether a failure is not printed (`__GFP_NOWARN`)
  /// @param who calls
  public synchronized boolean shouldFail(long size, boolean quiet, Current who, Surroundings at) {
    calls++;
    int nth = who.failNth();
    if (nth > 0) {
      who.failNth(nth - 1);
      if (nth > 1) {
        return false;
      }
    } else if (!isChosen(size, who, at)) {
      return false;
    }
    if (printing.verbose() > 0
        && !quiet
        && rateLimit.allows(at.uptimeNanos().getAsLong(), at.log())) {
      print(who, at.log());
    }
    if (times > 0) {
      times--;
    }
    failures++;
    return true;
  }

  private boolean isChosen(long size, Current who, Surroundings at) {
    if (settings.probability() == 0 || (filters.tasks() && !who.isMadeToFail()) || times == 0) {
      return false;
    }
    if (space > size) {
      space -= size;
      return false;
    }
    if (settings.interval() > 1 && ++counted % settings.interval() != 0) {
      return false;
    }
    return settings.probability() > at.percent().getAsInt() && filters.stack().passes(who);
  }

  private void print(Current who, KernelMessages log) {
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
    if (printing.verbose() > 1) {
      log.print("CPU: %d PID: %d Comm: %s".formatted(who.cpu().value(), who.pid(), who.name()));
      log.print("Call Trace:");
      log.print(" <TASK>");
      who.stack(DUMP_FRAMES_MAX).forEach(frame -> log.print(" " + frame));
      log.print(" </TASK>");
    }
  }

  public String name() {
    return name;
  }

  /// Which call of each cpu without tasks fails; 0 for none.
  public int failNth() {
    return filters.failNth();
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
