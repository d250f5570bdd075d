package org.numaslab.coordinator.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.membership.RunMessage.Want;

class RunFollowerTest {
  private static final class TestJob implements Job {
    @Nullable Throwable failure;
    boolean isClosed;

    @Override
    public void warm() {}

    @Override
    public void begin() {}

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public @Nullable Throwable failure() {
      return failure;
    }

    @Override
    public void settle() {}

    @Override
    public boolean isQuiet() {
      return true;
    }

    @Override
    public byte[] collect() {
      return new byte[0];
    }

    @Override
    public long done() {
      return 0;
    }

    @Override
    public long total() {
      return 0;
    }

    @Override
    public void died() {}

    @Override
    public void close() {
      isClosed = true;
    }
  }

  private record Slow(Runnable work, Consumer<@Nullable Throwable> then) {
    void done() {
      work.run();
      then.accept(null);
    }
  }

  private final Deque<Slow> slow = new ArrayDeque<>();
  private final Deque<TestJob> jobs = new ArrayDeque<>();
  private final RunFollower follower =
      new RunFollower(
          (Runnable work, Consumer<@Nullable Throwable> then) -> slow.add(new Slow(work, then)),
          (run, late, words) -> {
            jobs.add(new TestJob());
            return jobs.getLast();
          });

  private void wants(long run, Phase phase) {
    follower.wants(new Want(run, phase, false, new String[0]));
  }

  private void brings(long run, Phase phase) {
    wants(run, phase);
    while (!slow.isEmpty()) {
      slow.remove().done();
    }
    assertThat(follower.phase()).isEqualTo(phase);
  }

  @Test
  void aRunThatFailedDoesNotMakeTheNextOneFail() {
    brings(1, Phase.RUNNING);
    jobs.getLast().failure = new IllegalStateException("no memory");
    follower.goOn();
    assertThat(follower.phase()).isEqualTo(Phase.FAILED);
    assertThat(follower.trouble()).isEqualTo("no memory");

    brings(2, Phase.RUNNING);
    follower.goOn();
    assertThat(jobs.getFirst().isClosed).isTrue();
    assertThat(follower.trouble()).isEmpty();
    assertThat(follower.phase()).isEqualTo(Phase.RUNNING);
  }

  @Test
  void aJobIsNotClosedWhileSomethingIsDoneInIt() {
    brings(1, Phase.WARM);
    wants(1, Phase.RUNNING); // begins, and takes its time
    jobs.getLast().failure = new IllegalStateException("late");
    follower.goOn();
    wants(1, Phase.OVER);
    follower.goOn();

    assertThat(follower.phase()).isEqualTo(Phase.FAILED);
    assertThat(jobs.getLast().isClosed).isFalse();
    slow.remove().done();
    follower.goOn();
    assertThat(jobs.getLast().isClosed).isTrue();
    assertThat(follower.phase()).isEqualTo(Phase.FAILED);
  }

  @Test
  void whatIsTooLongForAMessageIsCut() {
    brings(1, Phase.RUNNING);
    follower.fail(new IllegalStateException("x".repeat(100_000)));

    assertThat(follower.trouble()).endsWith("x ...").hasSizeLessThan(2100);
  }

  @Test
  void anOlderRunAndAnEarlierPhaseHaveNoEffect() {
    brings(2, Phase.WARM);
    wants(1, Phase.OVER);
    wants(2, Phase.READY);

    assertThat(follower.phase()).isEqualTo(Phase.WARM);
    assertThat(follower.run()).isEqualTo(2);
    assertThat(slow).isEmpty();
    assertThat(jobs.getLast().isClosed).isFalse();
  }
}
