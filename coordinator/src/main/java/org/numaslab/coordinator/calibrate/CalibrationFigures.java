package org.numaslab.coordinator.calibrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.numaslab.coordinator.cost.CostSplit.Raw;
import org.numaslab.node.topology.BadInput;

/// What the rounds have given. All of it is *measured*; ratios are the medians of the rounds' own.
public record CalibrationFigures(List<Round> rounds) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /// What a process says that has only been at the other end.
  static final CalibrationFigures NONE = new CalibrationFigures(List.of());

  byte[] encode() {
    try {
      return MAPPER.writeValueAsBytes(this);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers that are no JSON", impossible);
    }
  }

  /// @param parts of all processes: one of them has measured
  /// @throws BadInput when no process has written these
  public static CalibrationFigures of(List<byte[]> parts) {
    try {
      for (byte[] part : parts) {
        CalibrationFigures figures = MAPPER.readValue(part, CalibrationFigures.class);
        if (!figures.rounds.isEmpty()) {
          return figures;
        }
      }
      return NONE;
    } catch (IOException damaged) {
      throw new BadInput("calibration: damaged: " + damaged.getMessage(), damaged);
    }
  }

  /// What messages cost by themselves.
  public Raw raw() {
    return new Raw(
        median(Round::tellNanos),
        median(Round::askNanos),
        median(Round::serializeNanos),
        median(Round::longsPerSecond));
  }

  double median(ToDoubleFunction<Round> of) {
    return rounds.stream()
        .mapToDouble(of)
        .sorted()
        .skip(rounds.size() / 2)
        .findFirst()
        .orElse(Double.NaN);
  }

  /// A table for people.
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%nCalibration: medians of %d rounds, each of all of these in turn [measured]%n"
            .formatted(rounds.size()));
    line(text, "tell, two actors of a process", "us", median(Round::tellNanos) / 1e3);
    line(text, "bytes of a request or answer and back", "us", median(Round::serializeNanos) / 1e3);
    line(text, "raw ask, two processes", "us", median(Round::askNanos) / 1e3);
    line(text, "borrow, as the cpu sees it", "us", median(Round::borrowNanos) / 1e3);
    ratio(text, "borrow / raw ask", Round::borrowRatio, "at most 1.5");
    line(text, "raw one way, 64 in a message", "M/s", median(Round::longsPerSecond) / 1e6);
    line(text, "remote frees", "M/s", median(Round::freesPerSecond) / 1e6);
    ratio(text, "remote frees / raw one way", Round::freesRatio, "at least 0.5");
    line(text, "alloc and free, own node", "ns", median(Round::pairNanos));
    line(text, "the same beside remote traffic", "ns", median(Round::pairBesideNanos));
    ratio(text, "beside / alone", Round::pairRatio, "at most 1.1");
    return text.toString();
  }

  private static void line(StringBuilder text, String what, String unit, double value) {
    text.append(String.format(Locale.ROOT, "  %-38s %10.2f %s%n", what, value, unit));
  }

  private void ratio(StringBuilder text, String what, ToDoubleFunction<Round> of, String goal) {
    double[] all = rounds.stream().mapToDouble(of).sorted().toArray();
    text.append(
        String.format(
            Locale.ROOT,
            "    %-36s %10.2f (%.2f..%.2f; goal: %s)%n",
            what,
            median(of),
            all[0],
            all[all.length - 1],
            goal));
  }
}
