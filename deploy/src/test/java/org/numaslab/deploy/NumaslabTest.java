package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What a person sees: one line and an exit code, whatever goes wrong.
class NumaslabTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void theVersionIsThePoms() {
    assertThat(execute("--version")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).matches("numaslab \\d+\\.\\d+\\.\\d+ \\(Java 2[5-9].*\\)\\s");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void withoutACommandItSaysWhereTheHelpIs() {
    assertThat(execute()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString())
        .isEqualTo("numaslab: error: a command is missing (see numaslab --help)\n");
  }

  @Test
  void anUnknownOptionIsAnsweredWithTheNearestOne() {
    assertThat(execute("fail", "--sed", "1")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString())
        .isEqualTo(
            "numaslab: error: unknown option '--sed'; did you mean --seed?"
                + " (see numaslab fail --help)\n");
  }

  @Test
  void anUnknownCommandIsAnsweredWithTheNearestOne() {
    assertThat(execute("failed")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString())
        .isEqualTo(
            "numaslab: error: unknown argument 'failed'; did you mean fail or sample? (see numaslab --help)\n");
  }

  @Test
  void aValueOfTheWrongKindIsBadInput() {
    assertThat(execute("fail", "--seed", "many")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).startsWith("numaslab: error: ").contains("--seed", "many");
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void badInputIsOneLineAndExitCode2() {
    assertThat(execute(new BadInput("t.txt:3: got x, allowed 0..7"))).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).isEqualTo("numaslab: error: t.txt:3: got x, allowed 0..7\n");
  }

  @Test
  void badInputFromAnotherThreadIsStillBadInput() {
    assertThat(execute(new CompletionException(new BadInput("no such node\n  at all"))))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).isEqualTo("numaslab: error: no such node; at all\n");
  }

  @Test
  void anEnvironmentFailureIsOneLineAndExitCode3() {
    assertThat(execute(new EnvironmentFailure("64 GiB of address space refused")))
        .isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).isEqualTo("numaslab: error: 64 GiB of address space refused\n");
  }

  @Test
  void aFileSystemThatRefusesIsNamedWithTheFile() {
    assertThat(execute(new NoSuchFileException("/out/result.json"))).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).contains("/out/result.json").doesNotContain("bug");
  }

  @Test
  void noHeapLeftIsNotCalledABug() {
    assertThat(execute(new OutOfMemoryError("Java heap space"))).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).contains("NUMASLAB_JAVA_OPTS=-Xmx").doesNotContain("bug");
  }

  @Test
  void anythingElseIsABugOfOursWithItsStackTraceInAFile() throws Exception {
    for (Throwable bug :
        new Throwable[] {new IllegalStateException("x"), new AssertionError("y")}) {
      err.getBuffer().setLength(0);

      assertThat(execute(bug)).isEqualTo(ExitCode.FAILURE);

      assertThat(err.toString().lines()).hasSize(1);
      assertThat(err.toString()).contains("bug of numaslab").doesNotContain("\tat ");
      String line = err.toString().strip();
      Path report = Path.of(line.substring(line.lastIndexOf(' ') + 1));
      assertThat(report)
          .content()
          .contains("numaslab fail --seed 1", bug.getClass().getName(), "\tat ");
      Files.delete(report);
    }
  }

  @Test
  void everyCommandHasHelpThatShowsAnExample() {
    Deque<CommandLine> commands = new ArrayDeque<>();
    commands.add(Numaslab.commandLine());
    while (!commands.isEmpty()) {
      CommandLine command = commands.pop();
      commands.addAll(command.getSubcommands().values());
      String name = command.getCommandSpec().qualifiedName();

      assertThat(command.getCommandSpec().findOption("--help")).as(name + " --help").isNotNull();
      assertThat(String.join("\n", command.getCommandSpec().usageMessage().footer()))
          .as("example of " + name)
          .contains(name + " ");
      assertThat(command.getCommandSpec().usageMessage().description())
          .as("description of " + name)
          .isNotEmpty();
    }
  }

  private int execute(String... arguments) {
    return execute(new IllegalStateException("not reached"), arguments);
  }

  private int execute(Throwable failure) {
    return execute(failure, "fail", "--seed", "1");
  }

  private int execute(Throwable failure, String... arguments) {
    CommandLine line = Numaslab.commandLine().addSubcommand(new Fail(failure));
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return Numaslab.execute(line, arguments);
  }

  @Command(name = "fail")
  private static final class Fail implements Callable<Integer> {
    private final Throwable failure;

    @Option(names = "--seed")
    long seed;

    Fail(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public Integer call() throws Exception {
      assertThat(seed).isEqualTo(1);
      if (failure instanceof Error error) {
        throw error;
      }
      throw (Exception) failure;
    }
  }
}
