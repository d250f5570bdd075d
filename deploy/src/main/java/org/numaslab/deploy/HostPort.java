package org.numaslab.deploy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;

/// An address as people type it: `host:port`.
record HostPort(String host, int port) {
  private static final int PORT_MAX = 65535;

  /// @param option that it was given with
  /// @param least port: 0 where any that is free will do
  static HostPort parse(String option, String text, int least) {
    int colon = text.lastIndexOf(':');
    String allowed = "HOST:PORT with a port of " + least + ".." + PORT_MAX;
    if (colon < 1) {
      throw new BadInput(option + ": got '" + text + "', allowed: " + allowed);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port < least || port > PORT_MAX) {
        throw new BadInput(option + ": got port " + port + ", allowed: " + allowed);
      }
      return new HostPort(text.substring(0, colon), port);
    } catch (NumberFormatException notANumber) {
      throw new BadInput(option + ": got '" + text + "', allowed: " + allowed);
    }
  }

  /// @throws EnvironmentFailure when the host has no address
  HostPort resolved(String option) {
    address(option);
    return this;
  }

  boolean isLoopback(String option) {
    return address(option).isLoopbackAddress();
  }

  /// Whether it stands for all addresses of a host.
  boolean isWildcard(String option) {
    return address(option).isAnyLocalAddress();
  }

  private InetAddress address(String option) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException unknown) {
      throw new EnvironmentFailure(option + ": " + host + ": no such host");
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
