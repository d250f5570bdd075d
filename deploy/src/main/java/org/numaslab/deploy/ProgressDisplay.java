package org.numaslab.deploy;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.Experiment;

/// A bar on standard error with rate and remaining time, while an experiment runs; nothing where
/// that is no terminal.
final class ProgressDisplay implements AutoCloseable {
  /// Set by the launcher, which knows: Java cannot tell of standard error alone.
  private static final String TERMINAL = "numaslab.stderr.terminal";

  private static final int INTERVAL_MILLIS = 200;
  private static final long THOUSAND = 1000;

  private final LongSupplier total;
  private final LongSupplier done;
  private final @Nullable ProgressBar bar;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  private ProgressDisplay(
      LongSupplier total, LongSupplier done, String unit, long scale, boolean shown) {
    this.total = total;
    this.done = done;
    this.bar = shown ? bar(total.getAsLong(), unit, scale) : null;
    if (bar != null) {
      var _ =
          clock.scheduleAtFixedRate(
              this::show, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  static ProgressDisplay of(Experiment experiment, boolean quiet) {
    return of(experiment::total, experiment::done, quiet);
  }

  /// Of operations.
  static ProgressDisplay of(LongSupplier total, LongSupplier done, boolean quiet) {
    return new ProgressDisplay(total, done, "k", THOUSAND, !quiet && Boolean.getBoolean(TERMINAL));
  }

  /// Of nothing.
  static ProgressDisplay none() {
    return new ProgressDisplay(() -> 0, () -> 0, "", 1, false);
  }

  /// Of things that take long enough to be counted one by one.
  static ProgressDisplay of(LongSupplier total, LongSupplier done, String things, boolean quiet) {
    return new ProgressDisplay(
        total, done, " " + things, 1, !quiet && Boolean.getBoolean(TERMINAL));
  }

  private static ProgressBar bar(long total, String unit, long scale) {
    return new ProgressBarBuilder()
        .setTaskName("running")
        .setInitialMax(total)
        .setUnit(unit, scale)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(INTERVAL_MILLIS)
        .showSpeed()
        .clearDisplayOnFinish()
        .build();
  }

  private void show() {
    ProgressBar shown = bar;
    if (shown != null) {
      shown.maxHint(total.getAsLong());
      shown.stepTo(done.getAsLong());
    }
  }

  /// It came to its end.
  void finished() {
    show();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    ProgressBar shown = bar;
    if (shown != null) {
      shown.close();
    }
  }
}
