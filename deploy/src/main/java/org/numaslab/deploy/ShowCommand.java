package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.numaslab.coordinator.report.CacheView;
import org.numaslab.coordinator.report.StateFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `numaslab show`: one cache of a finished run, slab by slab.
@Command(
    name = "show",
    description = {
      "Prints one cache as a run left it: each slab, where it is (current on a cpu, on a cpu's or a"
          + " node's partial list, full, lent to a cpu of another node) and its free list."
    },
    footer = {"", "Example:", "  numaslab run --out result", "  numaslab show result dentry"})
public final class ShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "DIR", description = "The --out folder of a finished run.")
  Path folder = Path.of(".");

  @Parameters(index = "1", paramLabel = "CACHE", description = "The cache, as slabinfo names it.")
  String cache = "";

  @Override
  public Integer call() {
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(CacheView.of(StateFile.read(folder), cache));
    stdout.flush();
    return ExitCode.OK;
  }
}
