package org.numaslab.node.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.EnvironmentFailure;

class ReservationTest {
  @Test
  void rangesAreApartAndTheFirstGapThatFitsIsUsed() {
    long bytes = 3L << 20;
    long first = Reservation.take(bytes);
    long second = Reservation.take(1);
    long third = Reservation.take(bytes);
    assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
    assertThat(first % (2 << 20)).isZero();
    Reservation.giveBack(first);

    long gap = Reservation.take(4L << 20);

    assertThat(gap).isEqualTo(first);
    Reservation.giveBack(gap);
    Reservation.giveBack(second);
    Reservation.giveBack(third);
    assertThatIllegalStateException().isThrownBy(() -> Reservation.giveBack(third));
  }

  @Test
  void moreThanIsLeftIsAFailureOfTheEnvironment() {
    List<Long> taken = new ArrayList<>();
    assertThatExceptionOfType(EnvironmentFailure.class)
        .isThrownBy(() -> {
          while (taken.size() < 100) {
            taken.add(Reservation.take(Reservation.ALL.byteSize() / 2));
          }
        })
        .withMessageContaining("MiB are left");
    taken.forEach(Reservation::giveBack);
    assertThat(taken).isNotEmpty();
  }

  @Test
  void nothingAskedForIsNothingReservedAndNotAWaitForEver() {
    for (long limit : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThat(
              Assertions.assertTimeoutPreemptively(
                  Duration.ofSeconds(10), () -> Reservation.reserve(limit).byteSize()))
          .isZero();
    }
  }

  @Test
  void aSystemThatRefusesIsSaidEachTimeInOneLine() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder asking =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -v 20000000 && exec \"$0\" -Xmx64m --enable-native-access=ALL-UNNAMED"
                    + " -cp \"$1\" \"$2\"",
                java,
                System.getProperty("java.class.path"),
                Asking.class.getName())
            .redirectErrorStream(true);
    // Which would be announced on a line of its own.
    asking.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = asking.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();

    assertThat(output.lines())
        .hasSize(2)
        .allMatch(line ->
            line.startsWith(
                "EnvironmentFailure: cannot reserve address space: asked for 32768 GiB"));
  }

  /// Asks for memory twice where there is none.
  static final class Asking {
    private Asking() {}

    public static void main(String[] arguments) {
      for (int i = 0; i < 2; i++) {
        try {
          Memory.reserve(10, 0).close();
          System.out.println("reserved");
        } catch (Throwable e) {
          System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
      }
    }
  }
}
