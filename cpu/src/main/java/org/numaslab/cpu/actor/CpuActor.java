package org.numaslab.cpu.actor;

import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.Restarts;
import org.numaslab.cpu.client.Program;
import org.numaslab.cpu.client.Turn;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuRequests;
import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.node.protocol.NodeReply;

/// Lets a program run on a cpu in bounded turns, and serves what arrives between them.
///
/// The cpu and its program outlive the actor. Where sending fails in the middle of a step, the cpu
/// recovers and the actor starts again, a bounded number of times; then its cpu goes off line. Any
/// other failure is told, and the next message finds the same free lists.
public final class CpuActor extends AbstractMatchingBehavior<CpuActor.Message> {
  /// What the shell is told.
  public sealed interface Message {}

  /// A node's answer.
  public record Answer(NodeReply reply) implements Message {}

  /// Another member's node has answered.
  ///
  /// @param taken runs when the cpu takes it
  public record Answered(NodeReply reply, Runnable taken) implements Message {}

  /// Nodes of other members have granted something: it takes effect when the cpu takes it.
  public record Granted() implements Message {}

  public static final Granted GRANTED = new Granted();

  /// A request of the registry.
  public record Asked(CpuProtocol message) implements Message {}

  /// What the registry answers to a task of the program.
  public record Told(TaskReply reply) implements Message {}

  /// Run a program to its end.
  ///
  /// @param finished runs when it is at its end and all nodes have answered
  public record Start(Program program, Runnable finished) implements Message {}

  /// What the program was blocked by may have happened.
  public record Wake() implements Message {}

  public static final Wake WAKE = new Wake();

  /// Let the program go on, also if it was at its end: it may have got something to do.
  public record Resume() implements Message {}

  public static final Resume RESUME = new Resume();

  /// Say how the program stands.
  public record Report(Consumer<Standing> to) implements Message {}

  /// How a program stands.
  ///
  /// @param turns so far: as long as they are the same, nothing has happened here
  /// @param waitsFor for people
  public record Standing(long turns, Doing doing, String waitsFor) {
    /// What the program does between messages.
    public enum Doing {
      /// It runs, or waits for a node.
      BUSY,
      /// Only another cpu can wake it.
      BLOCKED,
      /// There is none, or it is finished.
      NOTHING
    }
  }

  private record NextTurn() implements Message {}

  private static final NextTurn NEXT_TURN = new NextTurn();

  /// What a restart must not lose.
  private static final class Running {
    @Nullable Start start;
    @Nullable Start last;
    boolean turnIsDue;
    boolean isBlocked;
    boolean atEnd;
    boolean isInProgram;
    long turns;
    final Restarts restarts = new Restarts();
  }

  private final Cpu cpu;
  private final int operations;
  private final Gate gate;
  private final Consumer<Throwable> failed;
  private final Running running;
  private boolean hasCompleted;

  private CpuActor(
      ActorContext<Message> context,
      Cpu cpu,
      int operations,
      Gate gate,
      Consumer<Throwable> failed,
      Running running) {
    super(context);
    this.cpu = cpu;
    this.operations = operations;
    this.gate = gate;
    this.failed = failed;
    this.running = running;
  }

  /// @param operations per turn
  /// @param failed is told of a failure before the actor starts again
  public static Behavior<Message> create(Cpu cpu, int operations, Consumer<Throwable> failed) {
    return create(cpu, operations, Gate.OPEN, failed);
  }

  /// The same in a member that may lose others.
  public static Behavior<Message> create(
      Cpu cpu, int operations, Gate gate, Consumer<Throwable> failed) {
    Running running = new Running();
    return Behaviors.supervise(
            Behaviors.<Message>setup(
                context -> new CpuActor(context, cpu, operations, gate, failed, running)))
        .onFailure(SupervisorStrategy.restart().withLoggingEnabled(false));
  }

  @Override
  public Behavior<Message> onMessage(Message message) {
    try {
      if (message instanceof Granted) {
        hasCompleted = false;
        gate.grant(this::complete);
      }
      gate.enter();
      try {
        on(message);
      } finally {
        gate.leave();
      }
    } catch (RuntimeException | Error e) {
      if (!survives(e)) {
        failed.accept(e);
      }
      // Not e itself: an Error would end all actors, with a stack trace on the way.
      throw new IllegalStateException("starts again", e);
    }
    return this;
  }

  private void on(Message message) {
    switch (message) {
      case Answer m -> onAnswer(m.reply());
      case Answered m -> {
        m.taken().run();
        onAnswer(m.reply());
      }
      case Granted m -> goOn(hasCompleted);
      case Resume m -> onResume();
      case Told m -> onTold(m.reply());
      case Asked m -> CpuRequests.serve(cpu, m.message());
      case Start m -> onStart(m);
      case Wake m -> runUnlessDue();
      case NextTurn m -> onNextTurn();
      case Report m -> m.to().accept(standing());
    }
  }

  private void onResume() {
    if (running.start == null) {
      running.start = running.last;
    }
    running.atEnd = false;
    runUnlessDue();
  }

  /// Makes the cpu fit to go on, if it was cut where it sent something.
  ///
  /// @return false when the failure is to be told
  private boolean survives(Throwable failure) {
    boolean isProgramCut = running.isInProgram;
    running.isInProgram = false;
    if (failure instanceof Error || !cpu.isCut()) {
      return false;
    }
    try {
      gate.enter();
      try {
        return recovers(isProgramCut);
      } finally {
        gate.leave();
      }
    } catch (RuntimeException again) {
      failure.addSuppressed(again);
      return false;
    }
  }

  private boolean recovers(boolean isProgramCut) {
    boolean isComplete = cpu.recover();
    if (!running.restarts.mayStartAgain(System.nanoTime())) {
      cpu.housekeeping().retire();
      return false;
    }
    Start start = running.start;
    if (start == null) {
      return true;
    }
    if (isProgramCut && !start.program().goesOnAfterCut()) {
      return false;
    }
    if (isComplete) {
      complete();
    }
    runSoon();
    return true;
  }

  private void runSoon() {
    running.turnIsDue = true;
    getContext().getSelf().tell(NEXT_TURN);
  }

  private void onStart(Start start) {
    running.start = start;
    running.last = start;
    running.isBlocked = false;
    running.atEnd = false;
    onNextTurn();
  }

  private void onAnswer(NodeReply reply) {
    boolean completes = cpu.receive(reply);
    if (completes) {
      complete();
    }
    goOn(completes);
  }

  /// After an answer that nobody waits for, others are taken first that are there already: then one
  /// turn sends together what they have made room for.
  private void goOn(boolean atOnce) {
    if (atOnce) {
      runUnlessDue();
    } else if (running.start != null && !running.turnIsDue) {
      runSoon();
    }
  }

  private void complete() {
    hasCompleted = true;
    Start start = running.start;
    if (start != null) {
      running.isInProgram = true;
      start.program().completed(cpu);
      running.isInProgram = false;
    }
  }

  private void onTold(TaskReply reply) {
    Start start = running.start;
    if (start != null) {
      start.program().answered(reply);
    }
    runUnlessDue();
  }

  private void runUnlessDue() {
    Start start = running.start;
    if (start != null && !running.turnIsDue) {
      run(start);
    }
  }

  private void onNextTurn() {
    running.turnIsDue = false;
    Start start = running.start;
    if (start != null) {
      run(start);
    }
  }

  private void run(Start start) {
    running.turns++;
    if (!running.atEnd) {
      running.isInProgram = true;
      Turn.End end = start.program().turn(cpu, operations);
      running.isInProgram = false;
      cpu.endTurn();
      running.isBlocked = end == Turn.End.BLOCKED;
      switch (end) {
        case AGAIN -> runSoon();
        case ANSWER, BLOCKED -> {}
        case FINISHED -> running.atEnd = true;
      }
    }
    if (running.atEnd && cpu.isQuiet()) {
      running.start = null;
      start.finished().run();
    }
  }

  private Standing standing() {
    boolean blocked = running.isBlocked && !running.turnIsDue && cpu.isQuiet();
    Start start = running.start;
    return start == null
        ? new Standing(running.turns, Standing.Doing.NOTHING, "")
        : new Standing(
            running.turns,
            blocked ? Standing.Doing.BLOCKED : Standing.Doing.BUSY,
            start.program().waitsFor());
  }
}
