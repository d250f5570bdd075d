package org.numaslab.coordinator.swarm;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.RandomFaults;
import org.numaslab.coordinator.fault.ScheduleText;
import org.numaslab.coordinator.registry.NearestName;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// Which faults a run of a swarm gets, as people write it.
///
/// | text | faults |
/// |---|---|
/// | `none` | none |
/// | `random` | a mix, drawn from the run's seed |
/// | `only:KIND` | several of one kind, drawn from the run's seed |
/// | `pair:KIND,KIND` | several times one and soon after it the other |
/// | anything else | a schedule in a file |
public record FaultChoice(String text) implements Plan.Faults {
  public static final FaultChoice NONE = new FaultChoice("none");
  public static final FaultChoice RANDOM = new FaultChoice("random");

  private static final String ONLY = "only:";
  private static final String PAIR = "pair:";

  /// @throws BadInput for a kind that does not exist
  public FaultChoice {
    if (text.startsWith(ONLY)) {
      kind(text.substring(ONLY.length()));
    } else if (text.startsWith(PAIR)) {
      pair(text);
    }
  }

  public static FaultChoice only(FaultKind kind) {
    return new FaultChoice(ONLY + kind.keyword());
  }

  public static FaultChoice pair(FaultKind a, FaultKind b) {
    return new FaultChoice(PAIR + a.keyword() + "," + b.keyword());
  }

  /// The file that it names, null for none.
  public @Nullable Path file() {
    return text.equals("none")
            || text.equals("random")
            || text.startsWith(ONLY)
            || text.startsWith(PAIR)
        ? null
        : Path.of(text);
  }

  @Override
  public FaultSchedule of(SplittableRandom random, Topology topology, long lengthNanos) {
    Path file = file();
    if (file != null) {
      ScheduleText schedule = ScheduleText.read(file, topology);
      schedule.requireDoneBy(FaultKind.Driver.SIMULATE);
      return schedule.schedule();
    }
    if (topology.nodeCount() < 2 && !text.equals("none")) {
      throw new BadInput(
          "--faults: got %s with a machine of one node, allowed: none, or two nodes or more"
              .formatted(text));
    }
    if (text.startsWith(ONLY)) {
      return RandomFaults.only(kind(text.substring(ONLY.length())), random, topology, lengthNanos);
    }
    if (text.startsWith(PAIR)) {
      FaultKind[] kinds = pair(text);
      return RandomFaults.pair(kinds[0], kinds[1], random, topology, lengthNanos);
    }
    return text.equals("none")
        ? FaultSchedule.none()
        : RandomFaults.mix(random, topology, lengthNanos);
  }

  private static FaultKind[] pair(String text) {
    String[] words = text.substring(PAIR.length()).split(",", -1);
    if (words.length != 2) {
      throw new BadInput("--faults: got '%s', allowed: pair:KIND,KIND".formatted(text));
    }
    return new FaultKind[] {kind(words[0]), kind(words[1])};
  }

  private static FaultKind kind(String word) {
    return Arrays.stream(FaultKind.values())
        .filter(kind -> kind.keyword().equals(word))
        .findFirst()
        .orElseThrow(() ->
            new BadInput(
                "--faults: got the kind '%s'%s, allowed: %s"
                    .formatted(
                        word,
                        NearestName.to(word, keywords().toList())
                            .map(near -> " (did you mean " + near + "?)")
                            .orElse(""),
                        keywords().collect(Collectors.joining(" ")))));
  }

  private static Stream<String> keywords() {
    return Arrays.stream(FaultKind.values()).map(FaultKind::keyword);
  }

  @Override
  public String toString() {
    return text;
  }
}
