package org.numaslab.deploy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What we need to know about a bug of ours, in a file of the temporary folder and not on the
/// terminal.
final class CrashReport {
  private CrashReport() {}

  /// Writes the report and gives the sentence that tells a person where it lies.
  static String write(Throwable failure, List<String> arguments) {
    String what = "this is a bug of numaslab (" + failure.getClass().getSimpleName() + ")";
    try {
      Path file = Files.createTempFile("numaslab-crash-", ".txt");
      Files.writeString(file, text(failure, arguments));
      return what + "; the stack trace was written to " + file;
    } catch (IOException refused) {
      return what + "; its stack trace could not be written: " + refused.getMessage();
    }
  }

  private static String text(Throwable failure, List<String> arguments) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    out.println("numaslab " + Version.current());
    out.println("command: numaslab " + String.join(" ", arguments));
    out.println("java: " + Runtime.version() + ", " + System.getProperty("os.version"));
    out.println();
    failure.printStackTrace(out);
    out.flush();
    return text.toString();
  }
}
