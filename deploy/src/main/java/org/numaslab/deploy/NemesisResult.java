package org.numaslab.deploy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.swarm.Nemesis;
import org.numaslab.node.loan.LoanTimes;

/// What the trials of `numaslab cluster nemesis` came to, as result.json has it. All of it is
/// *measured*.
///
/// Figures are of trials that are clean.
///
/// @param killToReclaim over all kills, after which something was reclaimed; null where nobody was
///   killed
/// @param lossToNone throughput with lost messages as a ratio to that without any fault: medians of
///   the trials; null where one of the two was not tried
record NemesisResult(
    int clean,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable KillToReclaim killToReclaim,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double lossToNone,
    List<Trial> trials) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final double HUNDREDTHS = 100;
  private static final double MILLIS_PER_SECOND = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;

  /// For a census, after the removal and the lease.
  private static final double CENSUS_MILLIS_MAX = 1000;

  /// How long after a kill all that the member had borrowed was free again.
  ///
  /// @param allowedMillis detection, removal and lease, and a second
  record KillToReclaim(
      int kills, double minMillis, double medianMillis, double maxMillis, double allowedMillis) {
    private static @Nullable KillToReclaim of(List<Trial> trials) {
      double[] all =
          trials.stream()
              .filter(trial -> trial.kind == Nemesis.KILL && trial.isClean())
              .flatMapToDouble(
                  trial -> trial.killToReclaimMillis.stream().mapToDouble(each -> each))
              .sorted()
              .toArray();
      double allowed =
          ClusterSettings.Timing.STANDARD.detection().toMillis()
              + LoanTimes.standard().lease() / NANOS_PER_MILLI
              + CENSUS_MILLIS_MAX;
      return all.length == 0
          ? null
          : new KillToReclaim(
              all.length, all[0], all[all.length / 2], all[all.length - 1], allowed);
    }

    private String line() {
      return String.format(
          Locale.ROOT,
          "From %d kills until all was reclaimed: %.1f s (%.1f..%.1f; allowed: %.1f)%n",
          kills,
          medianMillis / MILLIS_PER_SECOND,
          minMillis / MILLIS_PER_SECOND,
          maxMillis / MILLIS_PER_SECOND,
          allowedMillis / MILLIS_PER_SECOND);
    }
  }

  /// One trial; its own folder has the rest.
  ///
  /// @param name of its folder
  /// @param seconds with the start and the end of all processes
  /// @param said its audit, or why it did not come to one
  /// @param operations of those who were there at its end
  /// @param killToReclaimMillis of each member that died
  record Trial(
      String name,
      Nemesis kind,
      int nodes,
      long seed,
      int exitCode,
      double seconds,
      String said,
      long operations,
      double operationsPerSecond,
      List<Double> killToReclaimMillis) {
    /// @param folder with what it wrote, if it came to that
    static Trial of(
        Path folder,
        Nemesis kind,
        int nodes,
        long seed,
        int exitCode,
        double seconds,
        String said) {
      JsonNode result = result(folder);
      long operations = result.path("operations").asLong();
      double worked = result.path("seconds").asDouble();
      List<Double> reclaims = new ArrayList<>();
      for (JsonNode loss : result.path("losses")) {
        double died = loss.get("died_millis").asDouble();
        double reclaimed = loss.get("reclaimed_millis").asDouble();
        if (died >= 0 && reclaimed > died) {
          reclaims.add(reclaimed - died);
        }
      }
      return new Trial(
          folder.getFileName().toString(),
          kind,
          nodes,
          seed,
          exitCode,
          seconds,
          said,
          operations,
          worked == 0 ? 0 : operations / worked,
          reclaims);
    }

    private static JsonNode result(Path folder) {
      Path file = folder.resolve(RunFiles.RESULT);
      try {
        return Files.exists(file)
            ? MAPPER.readTree(Files.readString(file))
            : MAPPER.createObjectNode();
      } catch (IOException cut) {
        return MAPPER.createObjectNode(); // its exit code says why
      }
    }

    boolean isClean() {
      return exitCode == ExitCode.OK;
    }

    String line() {
      return String.format(
          Locale.ROOT,
          "%-28s %s in %.0f s, %,d operations  %s",
          name,
          isClean() ? "clean" : "exit code " + exitCode,
          seconds,
          operations,
          said);
    }
  }

  static NemesisResult of(List<Trial> trials) {
    double loss = throughput(trials, Nemesis.LOSS);
    double none = throughput(trials, Nemesis.NONE);
    return new NemesisResult(
        (int) trials.stream().filter(Trial::isClean).count(),
        KillToReclaim.of(trials),
        loss == 0 || none == 0 ? null : Math.round(HUNDREDTHS * loss / none) / HUNDREDTHS,
        List.copyOf(trials));
  }

  /// Operations per second, the median of the trials; 0 where it was not tried.
  private static double throughput(List<Trial> trials, Nemesis kind) {
    double[] all =
        trials.stream()
            .filter(trial -> trial.kind == kind && trial.isClean())
            .flatMapToDouble(trial -> DoubleStream.of(trial.operationsPerSecond))
            .toArray();
    Arrays.sort(all);
    return all.length == 0 ? 0 : all[all.length / 2];
  }

  boolean isClean() {
    return clean == trials.size();
  }

  /// 1 where an invariant was broken, else the worst.
  int exitCode() {
    return trials.stream().anyMatch(trial -> trial.exitCode == ExitCode.DIFFERENT)
        ? ExitCode.DIFFERENT
        : trials.stream().mapToInt(Trial::exitCode).max().orElse(ExitCode.OK);
  }

  /// What all of them came to.
  String text() {
    KillToReclaim reclaims = killToReclaim;
    Double ratio = lossToNone;
    return (reclaims == null ? "" : reclaims.line())
        + (ratio == null
            ? ""
            : String.format(
                Locale.ROOT,
                "Throughput with 10 %% of the messages lost: %.2f of that without (goal: at least"
                    + " 0.5)%n",
                ratio))
        + (isClean()
            ? "All %d trials are clean".formatted(clean)
            : "FAILED: "
                + String.join(
                    ", ",
                    trials.stream().filter(trial -> !trial.isClean()).map(Trial::name).toList()));
  }
}
