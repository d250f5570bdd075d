package org.numaslab.coordinator.membership;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.membership.RunMessage.Fetched;
import org.numaslab.coordinator.membership.RunMessage.Standing;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.NodeId;

/// The coordinator's side of a run: what it wants of the processes next.
///
/// | step | waits for | then |
/// |---|---|---|
/// | FORMING | a process for each node, each knowing all members | READY is wanted |
/// | READY | all to be ready, and the registry to have done what comes before the run | WARM |
/// | WARM | all to be warm | RUNNING |
/// | RUNNING | all that are left to be finished and to have done enough together, and everybody that they know to be heard | SETTLED |
/// | SETTLED | all that are left to be quiet, the registry to have done what comes after the run, all to be quiet twice | COLLECTED |
/// | COLLECTED | all parts of the result | OVER |
///
/// A process that is lost before the run began ends it; later the run goes on without it. One that
/// comes before all are quiet is part of the run, and late: somebody may have asked its node for
/// something, and is not quiet before it has answered. One that comes after that is not. Whoever is
/// not quiet for minutes after all have finished ends the run, which says so; so does whoever has
/// given up its part of the result, since an earlier coordinator had all. A later run that another
/// coordinator begins on any of them ends this one. Nobody is told anything before it was heard, or
/// the run could end without somebody who has begun.
///
/// Owner: the coordinator's shell.
public final class RunLead {
  /// Where it puts what is to be sent.
  public interface Outbox {
    void send(String process, RunMessage message);
  }

  /// What the registry of the run does while the processes wait for a phase.
  public interface AtRegistry {
    AtRegistry NOTHING = next -> true;

    /// Whether it is done; asked again and again. The first time it begins, at the latest.
    ///
    /// @param next WARM: what comes before the run; COLLECTED: what comes after it
    boolean isDoneBefore(Phase next);
  }

  /// Of one part of the result: what a state of 100 million objects takes.
  private static final int PART_BYTES_MAX = 256 << 20;

  /// Some minutes, in which all that is under way comes to its end on the slowest machine.
  private static final int SETTLED_TICKS_MAX = 6000;

  private static final class Follower {
    @Nullable Standing standing;
    boolean isFresh;
    boolean isLate;
    boolean isTooLate;
    boolean isGone;
    byte @Nullable [] part;
    int fetched;
  }

  /// The number of no run: who leads it wants nothing, and hears how all stand.
  public static final long LOOK = 0;

  private final long run;
  private final String[] words;
  private final int nodes;
  private final long enough;
  private final Outbox outbox;
  private final AtRegistry registry;
  private final Map<String, Follower> processes = new LinkedHashMap<>();
  private final Set<Incarnation> removed = new HashSet<>();
  private Phase wanted = Phase.NONE;
  private int quietRounds;
  private int settledTicks;
  private String trouble = "";

  /// @param nodes of the machine
  /// @param enough operations that those who are left do together, at least; 0 where each process
  ///   knows by itself when it is finished
  public RunLead(
      long run, String[] words, int nodes, long enough, Outbox outbox, AtRegistry registry) {
    this.run = run;
    this.words = words;
    this.nodes = nodes;
    this.enough = enough;
    this.outbox = outbox;
    this.registry = registry;
  }

  // ---- what arrives

  /// A process is there.
  public void found(String process) {
    processes.computeIfAbsent(process, p -> new Follower());
  }

  /// A member is removed: with its process.
  public void removed(Incarnation member) {
    removed.add(member);
    processes.forEach((name, process) -> {
      Standing standing = process.standing;
      if (standing != null && List.of(standing.members()).contains(member)) {
        leaves(name, process);
      }
    });
  }

  private void leaves(String name, Follower process) {
    if (!process.isGone) {
      process.isGone = true;
      Standing standing = process.standing;
      if (wanted == Phase.READY || wanted == Phase.WARM) {
        fail((standing == null ? name : nodes(standing)) + " was lost before the run began");
      } else if (wanted != Phase.NONE && left().isEmpty()) {
        fail("every process was lost");
      }
    }
  }

  /// A process has said how far it is.
  public void heard(Standing standing) {
    String name = standing.process();
    Follower process = processes.get(name);
    if (process == null || process.isGone) {
      return;
    }
    if (run != LOOK && standing.run() > run) {
      fail(
          "%s is at run %d, which another coordinator has begun later"
              .formatted(nodes(standing), standing.run()));
      return;
    }
    for (Incarnation member : standing.members()) {
      if (removed.contains(member)) {
        process.standing = standing;
        leaves(name, process);
        return;
      }
    }
    if (process.standing == null) {
      boolean hasBegun = standing.run() == run && standing.phase() != Phase.NONE;
      process.isLate = wanted.isAtLeast(Phase.RUNNING);
      process.isTooLate = wanted.isAtLeast(Phase.COLLECTED) && !hasBegun;
    }
    process.standing = standing;
    process.isFresh = true;
    if (standing.run() == run && standing.phase() == Phase.FAILED) {
      fail(nodes(standing) + ": " + standing.trouble());
    }
  }

  /// A piece of a process's part has arrived.
  public void heard(Fetched piece) {
    String name = piece.process();
    Follower process = processes.get(name);
    if (process == null || piece.run() != run || piece.offset() != process.fetched) {
      return;
    }
    if (piece.total() <= 0 || piece.total() > PART_BYTES_MAX) {
      fail(name + ": a result of " + piece.total() + " bytes, allowed: 1.." + PART_BYTES_MAX);
      return;
    }
    byte[] part = process.part;
    if (part == null) {
      part = new byte[piece.total()];
      process.part = part;
    }
    if (part.length != piece.total() || piece.bytes().length > part.length - piece.offset()) {
      fail(name + ": a result that changes its length");
      return;
    }
    System.arraycopy(piece.bytes(), 0, part, piece.offset(), piece.bytes().length);
    process.fetched += piece.bytes().length;
    fetch(name, process);
  }

  private static String nodes(Standing standing) {
    return Arrays.stream(standing.members())
        .map(member -> member.node().toString())
        .collect(Collectors.joining(", "));
  }

  private void fail(String why) {
    if (wanted != Phase.OVER) {
      trouble = why;
      wanted = Phase.OVER;
    }
  }

  // ---- time

  /// Decides what is wanted now, and says it to all. Called a few times in a second.
  public void tick() {
    decide();
    for (Map.Entry<String, Follower> each : processes.entrySet()) {
      Follower process = each.getValue();
      if (isPart(process)) {
        outbox.send(each.getKey(), new RunMessage.Want(run, wanted, process.isLate, words));
        process.isFresh = false;
        if (wanted == Phase.COLLECTED) {
          fetch(each.getKey(), process);
        }
      }
    }
  }

  private void fetch(String name, Follower process) {
    if (isAt(process, Phase.COLLECTED) && !hasAll(process)) {
      outbox.send(name, new RunMessage.Fetch(run, process.fetched));
    }
  }

  private void decide() {
    switch (wanted) {
      case NONE -> {
        if (run != LOOK && left().stream().anyMatch(process -> isAt(process, Phase.RUNNING))) {
          wanted = Phase.RUNNING; // of a coordinator that is gone: it goes on
        } else if (run != LOOK && isFormed()) {
          wanted = Phase.READY;
        }
      }
      case READY -> {
        if (allAt(Phase.READY) && registry.isDoneBefore(Phase.WARM)) {
          wanted = Phase.WARM;
        }
      }
      case WARM -> {
        if (allAt(Phase.WARM)) {
          wanted = Phase.RUNNING;
        }
      }
      case RUNNING -> {
        if (allAt(Phase.FINISHED) && isEnough() && isEverybodyHeard()) {
          wanted = Phase.SETTLED;
        }
      }
      case SETTLED -> {
        boolean quiet =
            allAt(Phase.SETTLED) && left().stream().allMatch(p -> p.isFresh && isQuiet(p));
        if (++settledTicks > SETTLED_TICKS_MAX) {
          fail("at their ends, but still not quiet: " + notQuiet());
        }
        quietRounds = quiet && registry.isDoneBefore(Phase.COLLECTED) ? quietRounds + 1 : 0;
        if (quietRounds == 2) {
          wanted = Phase.COLLECTED;
        }
      }
      case COLLECTED -> {
        left().stream()
            .filter(process -> isAt(process, Phase.OVER) && !hasAll(process))
            .findFirst()
            .ifPresent(process -> fail(givenUp(process)));
        if (allAt(Phase.COLLECTED) && left().stream().allMatch(this::hasAll)) {
          wanted = Phase.OVER;
        }
      }
      case FINISHED, OVER, FAILED -> {}
    }
  }

  private boolean isFormed() {
    Set<NodeId> there = new HashSet<>();
    for (Follower process : left()) {
      Standing standing = process.standing;
      if (standing == null || standing.knows() < nodes) {
        return false;
      }
      for (Incarnation member : standing.members()) {
        if (!there.add(member.node())) {
          return false; // another life of it, that is not removed yet, or another process
        }
      }
    }
    return there.size() == nodes;
  }

  /// Whether those who are left have done enough together. Who is not heard now may be gone, with
  /// what it had done.
  private boolean isEnough() {
    return enough == 0
        || (done() >= enough && left().stream().allMatch(process -> process.isFresh))
        || left().stream().anyMatch(process -> isAt(process, Phase.SETTLED)); // it was, earlier
  }

  /// Whether all members have been heard that anybody knows to be there.
  private boolean isEverybodyHeard() {
    int heard = 0;
    int known = 0;
    for (Follower process : processes.values()) {
      Standing standing = process.standing;
      if (standing != null && !process.isGone) {
        heard += standing.members().length;
        known = Math.max(known, standing.knows());
      }
    }
    return heard >= known;
  }

  private static boolean isPart(Follower process) {
    return process.standing != null && !process.isGone && !process.isTooLate;
  }

  private List<Follower> left() {
    return processes.values().stream().filter(RunLead::isPart).toList();
  }

  private boolean allAt(Phase phase) {
    return left().stream().allMatch(process -> isAt(process, phase));
  }

  private boolean isAt(Follower process, Phase phase) {
    Standing standing = process.standing;
    return standing != null && standing.run() == run && standing.phase().isAtLeast(phase);
  }

  private String notQuiet() {
    return standings().stream()
        .filter(each -> !each.phase().isAtLeast(Phase.SETTLED) || !each.quiet())
        .map(RunLead::nodes)
        .collect(Collectors.joining(", "));
  }

  private static String givenUp(Follower process) {
    Standing standing = process.standing;
    return (standing == null ? "" : nodes(standing)) + ": its part of the result is given up";
  }

  private static boolean isQuiet(Follower process) {
    Standing standing = process.standing;
    return standing != null && standing.quiet();
  }

  private boolean hasAll(Follower process) {
    byte[] part = process.part;
    return part != null && process.fetched == part.length;
  }

  // ---- for the shell

  public long run() {
    return run;
  }

  /// How far all are wanted to be.
  public Phase wanted() {
    return wanted;
  }

  /// Why the run has failed; empty when it has not.
  public String trouble() {
    return trouble;
  }

  /// Whether it is over, one way or the other.
  public boolean isOver() {
    return wanted == Phase.OVER;
  }

  /// Operations done so far by those who are left.
  public long done() {
    return left().stream().mapToLong(p -> p.standing == null ? 0 : p.standing.done()).sum();
  }

  /// Operations to do in all.
  public long total() {
    return enough > 0
        ? enough
        : left().stream().mapToLong(p -> p.standing == null ? 0 : p.standing.total()).sum();
  }

  /// What each process that is there has said last, by their lowest nodes.
  public List<Standing> standings() {
    Map<Incarnation, Standing> standings = new TreeMap<>(Incarnation.ORDER);
    for (Follower process : left()) {
      Standing standing = process.standing;
      if (standing != null) {
        standings.put(standing.members()[0], standing);
      }
    }
    return List.copyOf(standings.values());
  }

  /// The nodes that are there.
  public Set<Integer> nodesThere() {
    Set<Integer> there = new TreeSet<>();
    for (Follower process : left()) {
      Standing standing = process.standing;
      if (standing != null) {
        for (Incarnation member : standing.members()) {
          there.add(member.node().value());
        }
      }
    }
    return there;
  }

  /// The members that were lost after the run had begun.
  public List<Incarnation> lost() {
    List<Incarnation> lost = new ArrayList<>();
    for (Follower process : processes.values()) {
      Standing standing = process.standing;
      if (process.isGone && standing != null) {
        lost.addAll(List.of(standing.members()));
      }
    }
    lost.sort(Incarnation.ORDER);
    return lost;
  }

  /// The parts of the result, by the lowest node of their processes.
  public List<byte[]> parts() {
    Map<Incarnation, byte[]> parts = new TreeMap<>(Incarnation.ORDER);
    for (Follower process : left()) {
      Standing standing = process.standing;
      byte[] part = process.part;
      if (standing != null && part != null && hasAll(process)) {
        parts.put(standing.members()[0], part);
      }
    }
    return List.copyOf(parts.values());
  }
}
