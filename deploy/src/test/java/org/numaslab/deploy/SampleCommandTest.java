package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.numaslab.deploy.samples.Sample;

/// `numaslab sample`: every program, on every driver.
@Timeout(60)
class SampleCommandTest {
  /// What each prints, whatever the machine.
  private static final Map<Sample, String> PRINTED =
      Map.of(
          Sample.DRIVER,
          """
          blk: 1000 requests, sum of their sectors 499500
          blk: 64 requests in one call
          blk: unloaded
          """,
          Sample.FORK,
          "fork: 32 children came and went\n",
          Sample.NETWORK,
          "eth0: 5000 packets read on node 1, 0 dropped\n",
          Sample.DEVICE,
          """
          0000:01:00.0: probed with 0, owns 11
          0000:01:00.0: second function failed, 1 given back
          0000:01:00.0: interrupts off
          0000:01:00.0: unplugged, 11 given back
          """,
          Sample.RCU,
          "rcu: 50 versions, 2 readers\n\n");

  @TempDir Path temporary;

  static Stream<Arguments> samplesAndMachines() {
    List<List<String>> machines =
        List.of(
            List.of("--driver", "embedded"),
            List.of("--driver", "simulate", "--seed", "1"),
            List.of("--driver", "simulate", "--seed", "2"),
            List.of("--driver", "simulate", "--seed", "3"));
    return Stream.of(Sample.values())
        .flatMap(sample -> machines.stream().map(machine -> Arguments.of(sample, machine)));
  }

  @ParameterizedTest
  @MethodSource("samplesAndMachines")
  void printsTheSameOnEveryMachine(Sample sample, List<String> machine) {
    CommandCall call =
        CommandCall.of(
            Stream.concat(
                    Stream.of("sample", sample.label(), "--out", temporary.toString()),
                    machine.stream())
                .toArray(String[]::new));
    assertThat(call.err()).isEmpty();
    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(call.out()).startsWith(PRINTED.get(sample));
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws IOException {
    Path first = temporary.resolve("first");
    Path second = temporary.resolve("second");
    for (Path folder : List.of(first, second)) {
      CommandCall.of("sample", "network", "--driver", "simulate", "--out", folder.toString());
    }
    assertThat(Files.readString(first.resolve("result.json")))
        .isEqualTo(Files.readString(second.resolve("result.json")))
        .contains("\"command\"");
  }

  @Test
  void withoutANameTheProgramsAreListed() {
    CommandCall call = CommandCall.of("sample");
    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(call.out().lines()).hasSize(Sample.values().length);
  }

  @Test
  void anUnknownNameIsBadInput() {
    CommandCall call = CommandCall.of("sample", "disk");
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err()).startsWith("numaslab: error: NAME: got 'disk', allowed: driver fork");
  }

  @Test
  void aMachineOfOneNodeIsBadInput() {
    CommandCall call = CommandCall.of("sample", "fork", "--topology", "1x2");
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err()).contains("--topology: got '1x2', allowed: two nodes or more");
  }
}
