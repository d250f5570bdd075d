package org.numaslab.coordinator.swarm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A swarm's run on processes as a page, for people.
public final class ClusterSwarmView {
  private static final int VIOLATIONS_SHOWN = 20;

  private ClusterSwarmView() {}

  /// @param schedule of its faults
  public static String of(ClusterSwarm run, String schedule) {
    StringBuilder page = new StringBuilder();
    page.append(
        String.format(
            Locale.ROOT,
            "numaslab cluster run of a swarm, seed %d: %s operations by those who are left, in %.1f s [measured]%n",
            run.seed(),
            count(run.operations()),
            run.seconds()));
    long faults = schedule.lines().filter(line -> !line.startsWith("#")).count();
    page.append("faults     ").append(faults == 0 ? "none" : faults + ", in schedule.txt");
    if (!run.hits().isEmpty()) {
      page.append("; messages that they hit: ").append(hits(run));
    }
    page.append(
        "%nobjects    %s handed out, %s of them by another node than the task's; %s passed on to another process, %s refused%n"
            .formatted(
                count(run.allocations()),
                count(run.remote()),
                count(run.handOffs()),
                count(run.refused())));
    page.append(
        "messages   through Artery, from row to column, in thousands (and MB) [measured]%n"
            .formatted());
    for (int from = 0; from < run.messages().length; from++) {
      page.append("  node %-4d".formatted(from));
      for (int to = 0; to < run.messages().length; to++) {
        page.append(
            from == to
                ? "%16s".formatted("-")
                : String.format(
                    Locale.ROOT,
                    "%9.1f %6s",
                    run.messages()[from][to] / 1e3,
                    String.format(Locale.ROOT, "(%.1f)", run.bytes()[from][to] / 1e6)));
      }
      page.append('\n');
    }
    List<String> noEffect = new ArrayList<>();
    run.rejections()
        .forEach((why, times) ->
            noEffect.add(
                count(times) + " " + why.name().toLowerCase(Locale.ROOT).replace('_', '-')));
    if (run.refusedFrames() > 0) {
      noEffect.add(count(run.refusedFrames()) + " unreadable");
    }
    if (!noEffect.isEmpty()) {
      page.append("no effect  ").append(String.join(", ", noEffect)).append('\n');
    }
    for (ClusterSwarm.Loss loss : run.losses()) {
      page.append(
          "lost       node %d (life %d): %sremoved at %s, %d of its objects gone, %d that it had reclaimed%s%n"
              .formatted(
                  loss.node(),
                  loss.life(),
                  loss.diedMillis() < 0 ? "" : "died at " + seconds(loss.diedMillis()) + ", ",
                  seconds(loss.removedMillis()),
                  loss.gone(),
                  loss.borrowed(),
                  reclaimed(loss)));
    }
    page.append('\n');
    if (run.isClean()) {
      page.append(
          "Audit: clean; %s events, every object has one holder at a time and came back%n"
              .formatted(count(run.events())));
    } else {
      page.append("AUDIT: %d findings%n".formatted(run.violations().size()));
      run.violations().stream()
          .limit(VIOLATIONS_SHOWN)
          .forEach(each -> page.append("  - ").append(each).append('\n'));
    }
    return page.toString();
  }

  private static String hits(ClusterSwarm run) {
    return run.hits().entrySet().stream()
        .map(hit -> count(hit.getValue()) + " " + hit.getKey().keyword())
        .collect(Collectors.joining(", "));
  }

  private static String reclaimed(ClusterSwarm.Loss loss) {
    return loss.reclaimedMillis() < 0
        ? ""
        : " by "
            + seconds(loss.reclaimedMillis())
            + (loss.diedMillis() < 0 || loss.diedMillis() > loss.reclaimedMillis()
                ? "" // it was removed while it lived
                : ", " + seconds(loss.reclaimedMillis() - loss.diedMillis()) + " after it died");
  }

  private static String seconds(double millis) {
    return String.format(Locale.ROOT, "%.2f s", millis / 1e3);
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
