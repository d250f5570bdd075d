package org.numaslab.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version that the build wrote beside this class.
public final class Version implements IVersionProvider {
  private static final String RESOURCE = "version.properties";

  /// The project's version, as in the pom: `0.1.0`.
  public static String current() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException unreadable) {
      throw new IllegalStateException("the jar has an unreadable " + RESOURCE, unreadable);
    }
    return properties.getProperty("version", "unknown");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"numaslab " + current() + " (Java " + Runtime.version() + ")"};
  }
}
