package org.numaslab.coordinator.driver.cluster;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.coordinator.membership.RunLead;
import org.numaslab.coordinator.membership.RunMessage.Standing;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.node.loan.Incarnation;

/// How a run stands that this process leads. For any thread, a little late.
public final class LeadOfRun {
  /// What came of it.
  ///
  /// @param trouble why it has failed; empty when it has not
  /// @param parts of the result, by the lowest node of their processes
  /// @param lost members that were lost on the way
  /// @param refusedFrames what arrived at the process that leads, and was no message
  public record Outcome(
      String trouble, List<byte[]> parts, List<Incarnation> lost, long refusedFrames) {}

  /// What is shown.
  ///
  /// @param there numbers of the nodes that are there
  /// @param standings what each process has said last, by their lowest nodes
  public record View(
      Phase wanted, Set<Integer> there, long done, long total, List<Standing> standings) {}

  private static final long OVER_SAID = 5;

  private volatile View view = new View(Phase.NONE, Set.of(), 0, 0, List.of());
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private volatile Consumer<Consumer<Registry>> asked = operation -> {};
  private volatile Runnable stop = () -> {};
  private final LinkCounts links;
  private long overSaid;

  LeadOfRun(LinkCounts links) {
    this.links = links;
  }

  /// @param by starts something at the registry of the run
  /// @param end stops what hears how it stands
  void movedBy(Consumer<Consumer<Registry>> by, Runnable end) {
    asked = by;
    stop = end;
  }

  /// Starts something at the registry of the run, as soon as it knows what exists.
  public void ask(Consumer<Registry> operation) {
    asked.accept(operation);
  }

  /// Hears no more of it: for who has only looked. A run that is over stops by itself.
  public void stop() {
    stop.run();
  }

  void show(RunLead lead) {
    view =
        new View(
            lead.wanted(),
            Set.copyOf(lead.nodesThere()),
            lead.done(),
            lead.total(),
            lead.standings());
    // That it is over is said a few times: who does not hear it would keep its part for ever.
    if (lead.isOver() && ++overSaid == OVER_SAID) {
      outcome.complete(new Outcome(lead.trouble(), lead.parts(), lead.lost(), links.refused()));
    }
  }

  public View view() {
    return view;
  }

  /// Completes when the run is over, one way or the other.
  public CompletableFuture<Outcome> outcome() {
    return outcome;
  }
}
