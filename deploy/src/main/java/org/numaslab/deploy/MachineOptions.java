package org.numaslab.deploy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.CacheWrite;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.fault.FaultText;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.node.slab.SlubDebug;
import picocli.CommandLine.Option;

/// The machine that a trace is replayed on.
final class MachineOptions {
  static final String NO_KERNEL = "none";

  /// Whether such an option names a folder.
  static boolean isKernel(@Nullable String option) {
    return option != null && !option.equals(NO_KERNEL);
  }

  @Option(
      names = "--kernel",
      paramLabel = "DIR|none",
      order = 10,
      description =
          "What /proc and /sys of the traced machine said: its nodes, zones and caches (the folder"
              + " kernel/ beside the trace, if there is one).")
  @Nullable String kernel;

  @Option(
      names = "--topology",
      paramLabel = "SPEC",
      order = 11,
      description =
          "NODESxCPUS[:MEMORY] per node as 4x2:8G, a file with the output of numactl --hardware, or"
              + " a folder as /sys/devices/system/node (as the kernel's folder says).")
  @Nullable String topology;

  @Option(
      names = "--seed",
      paramLabel = "N",
      order = 14,
      description = "Of everything that a machine draws (1).")
  long seed = 1;

  @Option(
      names = "--remote-draw",
      paramLabel = "NAME",
      order = 15,
      converter = EnumWord.Draws.class,
      description =
          "seeded, won or lost: how the kernel's draw ends whether to look at other nodes' partial"
              + " lists (seeded).")
  RemoteDraw remoteDraw = RemoteDraw.SEEDED;

  @Option(
      names = "--init-on-alloc",
      order = 16,
      description = "Clear each object when it is allocated, as with init_on_alloc=1.")
  boolean initOnAlloc;

  @Option(
      names = "--slub-debug",
      arity = "0..1",
      paramLabel = "TEXT",
      fallbackValue = "",
      order = 17,
      converter = SlubDebugConverter.class,
      description =
          "Boot with slub_debug=TEXT in place of what the traced kernel had: letters of FZPUTAO,"
              + " none for FZPU, - for no debugging; with lists as 'FZ,dentry,kmalloc-*;U'.")
  @Nullable SlubDebug slubDebug;

  @Option(
      names = "--failslab",
      paramLabel = "TEXT",
      order = 17,
      description =
          "Make allocations fail, as the kernel's failslab=INTERVAL,PROBABILITY,SPACE,TIMES; with"
              + " its files behind it, as 1,10,0,-1,ignore-gfp-wait=N,cache-filter=N,verbose=1;"
              + " fail-nth=N fails the N-th call of each cpu; require=GLOB and reject=GLOB choose"
              + " callers by package.Class.method of up to stacktrace-depth=32 Java frames;"
              + " verbose=2 prints them, verbose_ratelimit_interval_ms=N and"
              + " verbose_ratelimit_burst=N limit it; task-filter=Y: marked tasks only.")
  @Nullable String failSlab;

  @Option(
      names = "--fail-page-alloc",
      paramLabel = "TEXT",
      order = 17,
      description =
          "Make allocations of pages fail, as the kernel's fail_page_alloc=; with its files, as"
              + " 1,10,0,-1,ignore-gfp-wait=N,min-order=0,verbose=1, and those of --failslab but"
              + " cache-filter.")
  @Nullable String failPageAlloc;

  @Option(
      names = "--cold",
      order = 17,
      description =
          "Begin empty, without the current slabs that the trace shows its cpus to have had.")
  boolean cold;

  @Option(
      names = "--limit-touched",
      paramLabel = "SIZE",
      order = 18,
      converter = ByteSizeConverter.class,
      description = "Real memory that emulated pages may use, as 512M (4G).")
  ByteSize limitTouched = ByteSize.parse("4G");

  @Option(
      names = "--write",
      paramLabel = "CACHE/ATTRIBUTE=VALUE",
      order = 19,
      description =
          "Write a file of /sys/kernel/slab before the trace begins, as dentry/min_partial=10 or"
              + " '*/cpu_partial=0'; may be given many times.")
  List<String> writes = new ArrayList<>();

  @Option(
      names = "--write-after",
      paramLabel = "CACHE/ATTRIBUTE=VALUE",
      order = 20,
      description = "The same after the trace, before the results are written: '*/shrink=1'.")
  List<String> writesAfter = new ArrayList<>();

  /// Refuses what has no form, before anything large is read.
  void check() {
    faults();
    writes();
    writesAfter();
  }

  /// What a kernel prints of its boot parameters.
  List<String> messages() {
    SlubDebug debug = slubDebug;
    return debug == null ? List.of() : debug.messages();
  }

  List<CacheWrite> writes() {
    return writes.stream().map(text -> CacheWrite.parse("--write", text)).toList();
  }

  List<CacheWrite> writesAfter() {
    return writesAfter.stream().map(text -> CacheWrite.parse("--write-after", text)).toList();
  }

  ReplaySettings settings(DriverOptions moves, int rounds) {
    return new ReplaySettings(
        moves.driver,
        moves.order(),
        seed,
        remoteDraw,
        initOnAlloc,
        limitTouched.bytes(),
        rounds,
        cold,
        slubDebug,
        faults());
  }

  private Faults faults() {
    return new Faults(
        failSlab == null ? null : FaultText.failSlab("--failslab", failSlab),
        failPageAlloc == null ? null : FaultText.failPageAlloc("--fail-page-alloc", failPageAlloc));
  }
}
