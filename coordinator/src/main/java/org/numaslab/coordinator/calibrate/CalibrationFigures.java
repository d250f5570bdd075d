package org.numaslab.coordinator.calibrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.numaslab.coordinator.cost.CostSplit.Raw;
import org.numaslab.node.topology.EnvironmentFailure;

/// What the rounds have given. All of it is *measured*; ratios are the medians of the rounds' own.
public record CalibrationFigures(List<Round> rounds) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /// As result.json has them.
  ///
  /// @param medians of the rounds, in nanoseconds and per second
  /// @param ratios medians of the rounds' own, each with what the rounds spread over
  public record Result(Round medians, Ratios ratios, List<Round> rounds) {}

  public record Ratios(Spread borrowToAsk, Spread freesToRaw, Spread besideToAlone) {}

  /// Over the rounds.
  public record Spread(double median, double min, double max) {}

  public Result result() {
    return new Result(
        medians(),
        new Ratios(spread(Round::borrowRatio), spread(Round::freesRatio), spread(Round::pairRatio)),
        rounds);
  }

  private Round medians() {
    return new Round(
        median(Round::tellNanos),
        median(Round::askNanos),
        median(Round::serializeNanos),
        median(Round::longsPerSecond),
        median(Round::borrowNanos),
        median(Round::freesPerSecond),
        median(Round::pairNanos),
        median(Round::pairBesideNanos));
  }

  private Spread spread(ToDoubleFunction<Round> of) {
    double[] all = rounds.stream().mapToDouble(of).sorted().toArray();
    return new Spread(all[all.length / 2], all[0], all[all.length - 1]);
  }

  byte[] encode() {
    try {
      return MAPPER.writeValueAsBytes(this);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers that are no JSON", impossible);
    }
  }

  /// @param parts of all processes: one of them has measured
  /// @throws EnvironmentFailure when none of them has, or they are damaged
  public static CalibrationFigures of(List<byte[]> parts) {
    try {
      for (byte[] part : parts) {
        CalibrationFigures figures = MAPPER.readValue(part, CalibrationFigures.class);
        if (!figures.rounds.isEmpty()) {
          return figures;
        }
      }
      throw new EnvironmentFailure("calibration: the node that measures was lost");
    } catch (IOException damaged) {
      throw new EnvironmentFailure("calibration: damaged: " + damaged.getMessage(), damaged);
    }
  }

  /// What messages cost by themselves.
  public Raw raw() {
    Round medians = medians();
    return new Raw(
        medians.tellNanos(),
        medians.askNanos(),
        medians.serializeNanos(),
        medians.longsPerSecond());
  }

  private double median(ToDoubleFunction<Round> of) {
    return spread(of).median;
  }

  /// A table for people.
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%nCalibration: medians of %d rounds, each of all of these in turn [measured]%n"
            .formatted(rounds.size()));
    Result result = result();
    Round all = result.medians;
    Ratios ratios = result.ratios;
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
