package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.GeometryCheck;
import org.numaslab.coordinator.conform.GeometryReport;
import org.numaslab.coordinator.conform.GeometryResult;
import org.numaslab.coordinator.conform.GeometrySweep;
import org.numaslab.coordinator.conform.GeometryText;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.BadInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab geometry`: how a cache's objects lie in slots and slabs, or whether recorded tables
/// say the same.
@Command(
    name = "geometry",
    description = {
      "Computes how a cache's objects lie in slots and slabs, as Linux 6.1 does: one cache"
          + " explained, a table of many, or recorded tables checked."
    },
    footer = {
      "",
      "Examples:",
      "  numaslab geometry --size 256",
      "  numaslab geometry --size 8..4096:8 --flags none,rcu+hwalign",
      "  numaslab geometry --slub-debug=FZPU --slab-nomerge \\",
      "      --check deploy/recordings/geometry/setB",
      "  numaslab geometry --check deploy/recordings/geometry/setA \\",
      "      --with deploy/recordings/machine/setA-4node-8cpu"
    })
public final class GeometryCommand implements Callable<Integer> {
  private static final int CPUS_DEFAULT = 8;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--size",
      paramLabel = "SIZES",
      description = "Bytes of an object: a number, or lists and ranges as 8,16,100..200:10.")
  @Nullable String sizes;

  @Option(
      names = "--align",
      paramLabel = "ALIGNS",
      defaultValue = "0",
      description = "Alignment asked for, 0 for none; lists as with --size.")
  String aligns = "0";

  @Option(
      names = "--flags",
      paramLabel = "FLAGS",
      defaultValue = "none",
      description =
          "Words joined by +, as hwalign+rcu: hwalign rcu reclaim account dma dma32 checks redzone"
              + " poison storeuser trace kmalloc panic none; or hexadecimal, as 0x2000. A comma"
              + " separates those of different rows.")
  String flags = "none";

  @Option(names = "--ctor", description = "The cache has a constructor.")
  boolean ctor;

  @Option(
      names = "--check",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Compares recorded tables: files with rows G or KM, slab_sysfs.tsv, or folders of them."
              + " The recorded kernel's boot options must be given.")
  List<Path> check = new ArrayList<>();

  @Option(
      names = "--with",
      paramLabel = "DIR",
      description =
          "The recorded machine before the tables' caches were created (the form that run --kernel"
              + " takes): the caches that requests are merged with.")
  @Nullable Path with;

  @Option(names = "--cpus", paramLabel = "N", description = "Cpus of the machine (8).")
  @Nullable Integer cpus;

  @Option(names = "--slub-min-order", paramLabel = "N", description = "As at boot (0).")
  int slubMinOrder;

  @Option(names = "--slub-max-order", paramLabel = "N", description = "As at boot (3).")
  int slubMaxOrder = GeometryOptions.SLUB_MAX_ORDER_DEFAULT;

  @Option(
      names = "--slub-min-objects",
      paramLabel = "N",
      description = "As at boot (0: from the number of cpus).")
  int slubMinObjects;

  @Option(names = "--slab-nomerge", description = "As at boot: no cache joins another.")
  boolean noMerge;

  @Option(
      names = "--slub-debug",
      arity = "0..1",
      paramLabel = "TEXT",
      fallbackValue = "",
      converter = SlubDebugConverter.class,
      description =
          "As at boot: letters of FZPUTAO, none for FZPU; with a list after a comma for these caches"
              + " only; blocks separated by ;, as 'FZ,dentry,kmalloc-*;U'.")
  @Nullable SlubDebug slubDebug;

  @Option(names = "--json", description = "Print JSON instead of text.")
  boolean json;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also write result.json to this folder.")
  @Nullable Path out;

  @Override
  public Integer call() {
    String wanted = sizes;
    if ((wanted == null) == check.isEmpty()) {
      throw new BadInput(
          "geometry: got %s --size %s --check, allowed: one of them (see numaslab geometry --help)"
              .formatted(wanted == null ? "neither" : "both", wanted == null ? "nor" : "and"));
    }
    if (with != null && check.isEmpty()) {
      throw new BadInput("--with: got no --check, allowed: with tables to check only");
    }
    GeometryOptions options = options();
    options.debug().messages().forEach(spec.commandLine().getErr()::println);
    OutputFolder folder = out == null ? null : OutputFolder.at(out, Set.of(RunFiles.RESULT));
    GeometryResult result = new GeometryResult(RunLine.typed(spec), options);
    StringBuilder text = new StringBuilder();
    int exitCode =
        wanted == null ? check(options, result, text) : compute(wanted, options, result, text);
    if (folder != null) {
      folder.write(Map.of(RunFiles.RESULT, result.json()));
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(json ? result.json() : text);
    stdout.flush();
    return exitCode;
  }

  private GeometryOptions options() {
    Integer given = cpus;
    SlubDebug debug = slubDebug;
    return new GeometryOptions(
        given == null ? CPUS_DEFAULT : given,
        slubMinOrder,
        slubMaxOrder,
        slubMinObjects,
        debug == null ? SlubDebug.NONE : debug,
        noMerge);
  }

  private int compute(
      String wanted, GeometryOptions options, GeometryResult result, StringBuilder text) {
    GeometrySweep sweep = GeometrySweep.parse(wanted, aligns, flags, ctor);
    List<CacheRequest> requests = sweep.requests();
    List<CacheGeometry> geometries =
        requests.stream().map(request -> CacheGeometry.of(request, options)).toList();
    if (json || out != null) {
      result.caches(requests, geometries);
    }
    if (sweep.single()) {
      text.append(GeometryText.one(requests.getFirst(), geometries.getFirst(), options));
    } else {
      text.append(GeometryText.tableHeader()).append('\n');
      for (int i = 0; i < requests.size(); i++) {
        text.append(GeometryText.tableRow(requests.get(i), geometries.get(i))).append('\n');
      }
    }
    return ExitCode.OK;
  }

  private int check(GeometryOptions options, GeometryResult result, StringBuilder text) {
    Path before = with;
    GeometryCheck checker =
        new GeometryCheck(
            options, cpus != null, before == null ? null : KernelDirectory.read(before));
    check.forEach(checker::check);
    List<GeometryReport> reports = checker.reports();
    result.check(reports, checker.assumed());
    text.append("boot options: ").append(GeometryText.options(options)).append('\n');
    checker.assumed().forEach(line -> text.append("assumed: ").append(line).append('\n'));
    reports.forEach(report -> text.append(GeometryText.report(report)));
    text.append(GeometryText.total(reports));
    return reports.stream().allMatch(GeometryReport::equal) ? ExitCode.OK : ExitCode.DIFFERENT;
  }
}
