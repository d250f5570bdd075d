package org.numaslab.coordinator.membership;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.membership.RunMessage.Fetch;
import org.numaslab.coordinator.membership.RunMessage.Fetched;
import org.numaslab.coordinator.membership.RunMessage.Want;

/// A process's side of a run: brings its [Job] as far as the coordinator wants it.
///
/// What takes long is done by [Worker], one step at a time; meanwhile it says where it is.
///
/// Owner: the process's shell.
public final class RunFollower {
  /// Of the part of a result in one message.
  static final int PIECE_BYTES_MAX = 32 << 10;

  /// Characters of what it failed of: a longer text would not fit into a message.
  static final int TROUBLE_MAX = 2000;

  /// Does something that may take long, then tells the shell's owner how it ended: null, or what it
  /// failed of.
  public interface Worker {
    void work(Runnable slow, Consumer<@Nullable Throwable> then);
  }

  /// Makes the part of a run.
  public interface Jobs {
    Job make(long run, boolean late, String[] words);
  }

  private final Worker worker;
  private final Jobs jobs;
  private long run;
  private Phase phase = Phase.NONE;
  private Phase wanted = Phase.NONE;
  private boolean isLate;
  private String[] words = {};
  private volatile @Nullable Job job;
  private byte @Nullable [] part;
  private boolean isWorking;
  private String trouble = "";

  public RunFollower(Worker worker, Jobs jobs) {
    this.worker = worker;
    this.jobs = jobs;
  }

  /// The coordinator says what it wants.
  public void wants(Want want) {
    if (want.run() < run || (want.run() == run && want.phase().compareTo(wanted) < 0)) {
      return; // of an older run, or late
    }
    if (want.run() > run) {
      if (isWorking) {
        return; // it will be said again
      }
      end();
      run = want.run();
      phase = Phase.NONE;
      trouble = "";
    }
    wanted = want.phase();
    isLate = want.late();
    words = want.words();
    goOn();
  }

  /// Goes a step further, if one is wanted and possible now. Called a few times in a second.
  public void goOn() {
    Job mine = job;
    Throwable failed = mine == null ? null : mine.failure();
    if (failed != null) {
      fail(failed);
    }
    if (isWorking || phase == Phase.OVER) {
      return;
    }
    if (wanted == Phase.OVER) {
      end();
      if (phase != Phase.FAILED) {
        phase = Phase.OVER;
      }
      return;
    }
    switch (phase) {
      case NONE -> {
        if (wanted.isAtLeast(Phase.READY)) {
          work(() -> job = jobs.make(run, isLate, words), Phase.READY);
        }
      }
      case READY -> {
        if (mine != null && wanted.isAtLeast(Phase.WARM) && mine.isTold()) {
          work(mine::warm, Phase.WARM);
        }
      }
      case WARM -> {
        if (mine != null && wanted.isAtLeast(Phase.RUNNING)) {
          work(mine::begin, Phase.RUNNING);
        }
      }
      case RUNNING -> {
        if (mine != null && isFinished(mine)) {
          phase = Phase.FINISHED;
          goOn();
        }
      }
      case FINISHED -> {
        if (mine != null && wanted.isAtLeast(Phase.SETTLED)) {
          work(mine::settle, Phase.SETTLED);
        }
      }
      case SETTLED -> {
        if (mine != null && wanted.isAtLeast(Phase.COLLECTED)) {
          work(() -> part = mine.collect(), Phase.COLLECTED);
        }
      }
      case COLLECTED, OVER, FAILED -> {}
    }
  }

  private boolean isFinished(Job mine) {
    try {
      return mine.isFinished();
    } catch (RuntimeException | Error failed) {
      fail(failed);
      return false;
    }
  }

  private void work(Runnable slow, Phase reached) {
    isWorking = true;
    long of = run;
    worker.work(
        slow,
        failed -> {
          isWorking = false;
          if (failed != null) {
            fail(failed);
          } else if (run == of && phase != Phase.FAILED) {
            phase = reached;
            goOn();
          }
        });
  }

  /// Something that the job needs has failed: its run is over here.
  public void fail(Throwable cause) {
    if (phase != Phase.OVER && phase != Phase.FAILED) {
      phase = Phase.FAILED;
      String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      trouble = said.length() <= TROUBLE_MAX ? said : said.substring(0, TROUBLE_MAX) + " ...";
    }
  }

  private void end() {
    Job mine = job;
    job = null;
    part = null;
    if (mine != null) {
      mine.close();
    }
  }

  // ---- what it says

  public long run() {
    return run;
  }

  public Phase phase() {
    return phase;
  }

  public String trouble() {
    return trouble;
  }

  public long done() {
    Job mine = job;
    return mine == null ? 0 : mine.done();
  }

  public long total() {
    Job mine = job;
    return mine == null ? 0 : mine.total();
  }

  public boolean isQuiet() {
    Job mine = job;
    return mine == null || phase == Phase.FAILED || mine.isQuiet();
  }

  /// A piece of its part; null while there is none.
  public @Nullable Fetched piece(String process, Fetch asked) {
    byte[] mine = part;
    if (asked.run() != run || mine == null || asked.offset() > mine.length) {
      return null;
    }
    int end = Math.min(mine.length, asked.offset() + PIECE_BYTES_MAX);
    return new Fetched(
        run, process, mine.length, asked.offset(), Arrays.copyOfRange(mine, asked.offset(), end));
  }
}
