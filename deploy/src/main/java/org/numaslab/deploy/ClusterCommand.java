package org.numaslab.deploy;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `numaslab cluster`: a machine as processes on this host.
@Command(
    name = "cluster",
    description = "Runs a machine as processes on this host, one for each node.",
    subcommands = {
      ClusterRunCommand.class,
      ClusterNemesisCommand.class,
      ClusterUpCommand.class,
      ClusterStatusCommand.class,
      ClusterDownCommand.class
    },
    footer = {"", "Example:", "  numaslab cluster run --nodes 4 --cpus 2"})
public final class ClusterCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
