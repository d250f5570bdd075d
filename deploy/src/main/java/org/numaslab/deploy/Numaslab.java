package org.numaslab.deploy;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `numaslab`: the top command, and the process around it. Each command is a class of its own in
/// the list below.
@Command(
    name = "numaslab",
    description =
        "Emulates the Linux slab allocator on a NUMA machine that does not have to exist.",
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      ShowCommand.class,
      ClusterCommand.class,
      NodeCommand.class,
      CoordinatorCommand.class,
      SimulateCommand.class,
      AuditCommand.class,
      ConformCommand.class,
      GeometryCommand.class,
      BenchCommand.class,
      SampleCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, and everything held",
      "1:done, and a difference was found, or an audit found something that does not add up",
      "2:bad input; nothing was changed",
      "3:this machine cannot do it, or numaslab has a bug"
    },
    footer = {
      "",
      "Examples:",
      "  numaslab run",
      "  numaslab cluster run --nodes 4 --cpus 2",
      "  numaslab run --help"
    })
public final class Numaslab implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  boolean helpRequested;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  boolean versionRequested;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /// The whole command line, ready to execute: every failure in it ends as a [Complaint].
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Numaslab());
    line.setUsageHelpAutoWidth(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    registerNumbers(line);
    line.setParameterExceptionHandler(
        (failure, arguments) -> complain(failure.getCommandLine(), Complaint.about(failure)));
    line.setExecutionExceptionHandler((failure, command, parsed) ->
        complain(command, Complaint.about(failure, parsed.originalArgs())));
    return line;
  }

  /// So that a value that is no number is answered with what was got and what is allowed.
  private static void registerNumbers(CommandLine line) {
    ITypeConverter<Integer> whole = text -> number(text, Integer::valueOf, "a whole number");
    ITypeConverter<Long> large = text -> number(text, Long::valueOf, "a whole number");
    ITypeConverter<Double> decimal = text -> number(text, Double::valueOf, "a number as 30.5");
    line.registerConverter(int.class, whole).registerConverter(Integer.class, whole);
    line.registerConverter(long.class, large).registerConverter(Long.class, large);
    line.registerConverter(double.class, decimal).registerConverter(Double.class, decimal);
  }

  private static <T> T number(String text, Function<String, T> parse, String allowed) {
    try {
      return parse.apply(text.strip());
    } catch (NumberFormatException notANumber) {
      throw new TypeConversionException("got '" + text + "', allowed: " + allowed);
    }
  }

  /// Executes and gives the exit code; an `Error` too (out of heap, a failed assertion) becomes a
  /// line.
  static int execute(CommandLine line, String... arguments) {
    try {
      return line.execute(arguments);
    } catch (Error failure) {
      return complain(line, Complaint.about(failure, List.of(arguments)));
    }
  }

  private static int complain(CommandLine line, Complaint complaint) {
    PrintWriter err = line.getErr();
    err.println(complaint.line());
    err.flush();
    return complaint.exitCode();
  }

  public static void main(String[] arguments) {
    // Before there are actors: when many threads log first, SLF4J says so on standard error.
    LoggerFactory.getILoggerFactory();
    CommandLine line = commandLine();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
      complain(line, Complaint.about(failure, List.of(arguments)));
      Runtime.getRuntime().halt(ExitCode.FAILURE);
    });
    int exitCode = execute(line, arguments);
    line.getOut().flush();
    System.exit(exitCode);
  }
}
