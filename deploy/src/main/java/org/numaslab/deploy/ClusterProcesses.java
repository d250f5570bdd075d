package org.numaslab.deploy;

import java.util.List;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.EnvironmentFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts this process's part of a cluster.
final class ClusterProcesses {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterProcesses.class);

  private ClusterProcesses() {}

  /// @throws EnvironmentFailure when it cannot listen where it shall
  static ClusterSystem start(ClusterSettings settings, List<Incarnation> own) {
    HostPort at = new HostPort(settings.host(), settings.port());
    if (settings.tls() == null && !at.isLoopback("--bind")) {
      LOG.warn("--insecure: whoever reaches {} can do anything to this cluster", at);
    }
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
