package org.numaslab.coordinator.cost;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.numaslab.node.topology.EnvironmentFailure;

/// What messages cost by themselves, and what crossing processes costs beside them, as the rounds
/// of a calibration have given it. *Measured.*
///
/// @param medians of the rounds, in nanoseconds and per second
/// @param ratios medians of the rounds' own, each with what the rounds spread over
public record Calibration(Round medians, Ratios ratios, List<Round> rounds) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /// Of ratios.
  private static final double HUNDREDTHS = 100;

  public record Ratios(Spread borrowToAsk, Spread freesToRaw, Spread besideToAlone) {}

  /// Over the rounds.
  public record Spread(double median, double min, double max) {}

  /// @param rounds one or more
  public static Calibration of(List<Round> rounds) {
    return new Calibration(
        new Round(
            median(rounds, Round::tellNanos),
            median(rounds, Round::askNanos),
            median(rounds, Round::serializeNanos),
            median(rounds, Round::longsPerSecond),
            median(rounds, Round::borrowNanos),
            median(rounds, Round::freesPerSecond),
            median(rounds, Round::pairNanos),
            median(rounds, Round::pairBesideNanos)),
        new Ratios(
            spread(rounds, Round::borrowRatio),
            spread(rounds, Round::freesRatio),
            spread(rounds, Round::pairRatio)),
        List.copyOf(rounds));
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> of) {
    return spread(rounds, of).median;
  }

  private static Spread spread(List<Round> rounds, ToDoubleFunction<Round> of) {
    double[] all = rounds.stream().mapToDouble(of).sorted().toArray();
    return new Spread(all[all.length / 2], all[0], all[all.length - 1]);
  }

  /// How often a raw ask takes the time.
  double timesRawAsk(long nanos) {
    return Math.round(HUNDREDTHS * nanos / medians.askNanos()) / HUNDREDTHS;
  }

  /// The part of a process.
  ///
  /// @param rounds none where another one measures
  public static byte[] encode(List<Round> rounds) {
    try {
      return MAPPER.writeValueAsBytes(rounds);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers that are no JSON", impossible);
    }
  }

  /// @param parts of all processes: one of them has measured
  /// @throws EnvironmentFailure when none of them has, or they are damaged
  public static Calibration decode(List<byte[]> parts) {
    try {
      for (byte[] part : parts) {
        Round[] rounds = MAPPER.readValue(part, Round[].class);
        if (rounds.length > 0) {
          return of(Arrays.asList(rounds));
        }
      }
      throw new EnvironmentFailure("calibration: the node that measures was lost");
    } catch (IOException damaged) {
      throw new EnvironmentFailure("calibration: damaged: " + damaged.getMessage(), damaged);
    }
  }

  /// A table for people.
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%nCalibration: medians of %d rounds, each of all of these in turn [measured]%n"
            .formatted(rounds.size()));
    Round all = medians;
    line(text, "tell, two actors of a process", "us", all.tellNanos() / 1e3);
    line(text, "bytes of a request or answer and back", "us", all.serializeNanos() / 1e3);
    line(text, "raw ask, two processes", "us", all.askNanos() / 1e3);
    line(text, "borrow, as the cpu sees it", "us", all.borrowNanos() / 1e3);
    ratio(text, "borrow / raw ask", ratios.borrowToAsk, "at most 1.5");
    line(text, "raw one way, 64 in a message", "M/s", all.longsPerSecond() / 1e6);
    line(text, "remote frees", "M/s", all.freesPerSecond() / 1e6);
    ratio(text, "remote frees / raw one way", ratios.freesToRaw, "at least 0.5");
    line(text, "alloc and free, own node", "ns", all.pairNanos());
    line(text, "the same beside remote traffic", "ns", all.pairBesideNanos());
    ratio(text, "beside / alone", ratios.besideToAlone, "at most 1.1");
    return text.toString();
  }

  private static void line(StringBuilder text, String what, String unit, double value) {
    text.append(String.format(Locale.ROOT, "  %-38s %10.2f %s%n", what, value, unit));
  }

  private static void ratio(StringBuilder text, String what, Spread ratio, String goal) {
    text.append(
        String.format(
            Locale.ROOT,
            "    %-36s %10.2f (%.2f..%.2f; goal: %s)%n",
            what,
            ratio.median,
            ratio.min,
            ratio.max,
            goal));
  }
}
