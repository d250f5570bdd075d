package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.report.CacheState;
import org.numaslab.coordinator.report.CacheView;
import org.numaslab.coordinator.report.Json;
import org.numaslab.coordinator.report.ObjectState;
import org.numaslab.coordinator.report.StateFile;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.topology.BadInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `numaslab show`: one cache of a finished run, slab by slab.
@Command(
    name = "show",
    description = {
      "Prints one cache as a run left it: each slab, where it is (current on a cpu, on a cpu's or a"
          + " node's partial list, full, lent to a cpu of another node) and its free list. Slabs of"
          + " cpus come first, then lists in their order."
    },
    footer = {
      "",
      "Example:",
      "  numaslab run --out result",
      "  numaslab show result dentry",
      "  numaslab show result ADDRESS"
    })
public final class ShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "DIR", description = "The --out folder of a finished run.")
  Path folder = Path.of(".");

  @Parameters(
      index = "1",
      paramLabel = "CACHE|ADDRESS",
      description = "The cache, as slabinfo names it; or an address, for its object.")
  String cache = "";

  @Option(names = "--whole", description = "Print long free lists to their end.")
  boolean whole;

  @Option(names = "--json", description = "Print the same as JSON, lists to their end.")
  boolean json;

  private long physical() {
    try {
      return ObjectAddress.ofPointer(Long.parseUnsignedLong(cache.substring(2), 16)).physical();
    } catch (NumberFormatException notANumber) {
      throw new BadInput("address: got " + cache + ", allowed: hexadecimal as 0xffff888000123000");
    }
  }

  @Override
  public Integer call() {
    PrintWriter stdout = spec.commandLine().getOut();
    MachineDump machine = StateFile.read(folder);
    if (cache.startsWith("0x")) {
      ObjectState object = ObjectState.at(machine, physical());
      stdout.print(json ? Json.of(object) : object.line());
    } else {
      CacheState state = CacheState.of(machine, cache);
      stdout.print(json ? Json.of(state) : CacheView.of(state, whole));
    }
    stdout.flush();
    return ExitCode.OK;
  }
}
