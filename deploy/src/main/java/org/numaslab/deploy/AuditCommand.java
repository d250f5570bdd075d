package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.AuditedHistory;
import org.numaslab.coordinator.audit.HistoryFile;
import org.numaslab.coordinator.report.AuditView;
import org.numaslab.coordinator.report.StateFile;
import org.numaslab.node.topology.BadInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `numaslab audit`: a finished run is audited again, from its files alone.
@Command(
    name = "audit",
    description = {
      "Audits a finished run from its folder: the machine that it left (state.json), whether every"
          + " page, slab and object is in exactly one place; and what happened in it (history.log"
          + " or history.log.gz), whether an object ever had two holders or was lost. It shares"
          + " nothing with the allocator."
    },
    footer = {
      "",
      "Exit code 0: clean; 1: something was violated, with the last events of each object that it"
          + " is about; 2: a file that was cut or changed, or that another version wrote.",
      "",
      "Example:",
      "  numaslab run --out result",
      "  numaslab audit result"
    })
public final class AuditCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "DIR", description = "The --out folder of a finished run.")
  Path folder = Path.of(".");

  @Override
  public Integer call() {
    Optional<Path> file = HistoryFile.in(folder);
    boolean hasState = Files.exists(folder.resolve(StateFile.NAME));
    if (file.isEmpty() && !hasState) {
      throw new BadInput(
          "%s: got %s, allowed: the --out folder of a finished run"
              .formatted(
                  folder,
                  Files.isDirectory(folder)
                      ? "a folder without " + StateFile.NAME + " and " + HistoryFile.NAME
                      : "no folder"));
    }
    // Both are read before anything is printed: what is bad is said, and nothing else.
    @Nullable Audit state = hasState ? Audit.of(StateFile.read(folder)) : null;
    @Nullable AuditedHistory history = file.map(AuditedHistory::of).orElse(null);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(AuditView.of(history, state));
    stdout.flush();
    boolean isClean = (state == null || state.isClean()) && (history == null || history.isClean());
    return isClean ? ExitCode.OK : ExitCode.DIFFERENT;
  }
}
