package org.numaslab.deploy;

import java.util.List;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.EnvironmentFailure;

/// Starts this process's part of a cluster.
final class ClusterProcesses {
  private ClusterProcesses() {}

  /// @throws EnvironmentFailure when it cannot listen where it shall
  static ClusterSystem start(ClusterSettings settings, List<Incarnation> own) {
    try {
      return new ClusterSystem(settings, own);
    } catch (RuntimeException failed) {
      for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
        if (cause instanceof java.net.BindException) {
          throw new EnvironmentFailure(
              "--bind %s:%d: cannot listen there: %s"
                  .formatted(settings.host(), settings.port(), cause.getMessage()),
              failed);
        }
      }
      throw failed;
    }
  }
}
