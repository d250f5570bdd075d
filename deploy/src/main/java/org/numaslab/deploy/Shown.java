package org.numaslab.deploy;

import java.io.PrintWriter;
import java.util.function.LongSupplier;
import org.numaslab.coordinator.driver.cluster.LeadOfRun;

/// Shows how a cluster forms, and how its run goes on.
final class Shown implements ClusterRun.Watcher, AutoCloseable {
  private final PrintWriter err;
  private final boolean isQuiet;
  private int there = -1;
  private ProgressDisplay progress = ProgressDisplay.none();

  Shown(PrintWriter err, boolean isQuiet) {
    this.err = err;
    this.isQuiet = isQuiet;
  }

  @Override
  public void forms(int nodesThere, int nodes) {
    if (!isQuiet && nodesThere != there) {
      there = nodesThere;
      err.println("numaslab: %d of %d nodes are there".formatted(nodesThere, nodes));
      err.flush();
    }
  }

  @Override
  public void calibrates(LeadOfRun run) {
    if (!isQuiet) {
      err.println("numaslab: measures what messages cost; a round takes some seconds");
      err.flush();
    }
    progress = ProgressDisplay.of(total(run), done(run), "rounds", isQuiet);
  }

  @Override
  public void runs(LeadOfRun run) {
    progress.close();
    progress = ProgressDisplay.of(total(run), done(run), isQuiet);
  }

  private static LongSupplier total(LeadOfRun run) {
    return () -> run.view().total();
  }

  private static LongSupplier done(LeadOfRun run) {
    return () -> run.view().done();
  }

  @Override
  public void close() {
    progress.close();
  }
}
