package org.numaslab.deploy;

import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// One line on standard error and an exit code: all that a person sees of a failure.
///
/// | failure                                | line                                    | exit code |
/// |----------------------------------------|-----------------------------------------|-----------|
/// | an argument picocli does not accept    | what, what was meant, where the help is | 2         |
/// | [BadInput], at any depth of causes     | its message                             | 2         |
/// | [EnvironmentFailure], at any depth     | its message                             | 3         |
/// | [EmulatedOops]: the machine stopped    | who met it, and what                    | 1         |
/// | a file system that refuses             | the file and the reason                 | 3         |
/// | no heap left                           | how to give more                        | 3         |
/// | anything else: a bug of ours           | where the [CrashReport] lies            | 3         |
record Complaint(String line, int exitCode) {

  static Complaint about(ParameterException failure) {
    Optional<BadInput> badInput = cause(failure, BadInput.class);
    if (badInput.isPresent()) {
      return badInput(badInput.get().getMessage());
    }
    String command = failure.getCommandLine().getCommandSpec().qualifiedName();
    return badInput(describe(failure) + " (see " + command + " --help)");
  }

  static Complaint about(Throwable failure, List<String> arguments) {
    return cause(failure, BadInput.class)
        .map(badInput -> badInput(badInput.getMessage()))
        .or(() -> cause(failure, EnvironmentFailure.class).map(e -> failure(e.getMessage())))
        .or(() -> cause(failure, EmulatedOops.class).map(Complaint::oops))
        .or(() -> cause(failure, OutOfMemoryError.class).map(Complaint::outOfHeap))
        .or(() -> cause(failure, FileSystemException.class).map(Complaint::refusedFile))
        .orElseGet(() -> failure(CrashReport.write(failure, arguments)));
  }

  private static String describe(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched) {
      String what = unmatched.isUnknownOption() ? "unknown option" : "unknown argument";
      String candidates =
          unmatched.getSuggestions().stream()
              .limit(3)
              .reduce((a, b) -> a + " or " + b)
              .map(meant -> "; did you mean " + meant + "?")
              .orElse("");
      return what + " '" + unmatched.getUnmatched().getFirst() + "'" + candidates;
    }
    return String.valueOf(failure.getMessage());
  }

  private static Complaint outOfHeap(OutOfMemoryError failure) {
    long heapMiB = Runtime.getRuntime().maxMemory() >> 20;
    return failure(
        "out of Java heap (%d MiB): give more with NUMASLAB_JAVA_OPTS=-Xmx%dm (%s)"
            .formatted(heapMiB, 2 * heapMiB, failure.getMessage()));
  }

  private static Complaint refusedFile(FileSystemException failure) {
    String reason = failure.getReason();
    return failure(
        "the file system refuses %s: %s"
            .formatted(
                failure.getFile(), reason != null ? reason : failure.getClass().getSimpleName()));
  }

  private static Complaint badInput(@Nullable String message) {
    return new Complaint(oneLine(message), ExitCode.BAD_INPUT);
  }

  private static Complaint failure(@Nullable String message) {
    return new Complaint(oneLine(message), ExitCode.FAILURE);
  }

  private static Complaint oops(EmulatedOops oops) {
    return new Complaint(oneLine(oops.getMessage()), ExitCode.DIFFERENT);
  }

  private static String oneLine(@Nullable String message) {
    return "numaslab: error: " + String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  private static <T extends Throwable> Optional<T> cause(Throwable failure, Class<T> kind) {
    return Stream.iterate(failure, Throwable::getCause)
        .takeWhile(t -> t != null)
        .limit(CAUSES_MAX)
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst();
  }

  /// Causes looked at: a chain that is longer goes round in a circle.
  private static final int CAUSES_MAX = 32;
}
