package org.numaslab.deploy;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/// One call of `numaslab` in this JVM: its exit code, and what it printed where.
public record CommandCall(int exitCode, String out, String err) {
  public static CommandCall of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Numaslab.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int exitCode = Numaslab.execute(line, arguments);
    return new CommandCall(exitCode, out.toString(), err.toString());
  }
}
