package org.numaslab.deploy;

import java.io.PrintWriter;
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
  public void runs(LeadOfRun run) {
    progress = ProgressDisplay.of(() -> run.view().total(), () -> run.view().done(), isQuiet);
  }

  @Override
  public void close() {
    progress.close();
  }
}
