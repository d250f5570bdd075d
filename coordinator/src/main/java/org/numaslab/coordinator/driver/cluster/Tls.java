package org.numaslab.coordinator.driver.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.numaslab.node.topology.BadInput;

/// With what the processes of a cluster prove who they are to each other: mutual TLS 1.3, names of
/// hosts verified.
///
/// | file | holds |
/// |---|---|
/// | `key.p12` | the key of this process, and its certificate, whose name is its host's |
/// | `trust.p12` | the certificates that it believes |
/// | `password` | the password of both, on its first line |
///
/// Both ends of a connection show a key that the other believes; whose name it has is seen by the
/// one that connects. Answers come by a connection of their own: so who has the key of another host
/// gets none, and does not get through the door.
///
/// @param folder with these files
public record Tls(Path folder, String password) {
  private static final String KEY = "key.p12";
  private static final String TRUST = "trust.p12";
  private static final String PASSWORD = "password";

  @SuppressWarnings("InlineFormatString")
  private static final String TEXT =
      """
      pekko.remote.artery {
        transport = tls-tcp
        ssl.config-ssl-engine {
          key-store = "%s"
          trust-store = "%s"
          key-store-password = "%s"
          key-password = "%3$s"
          trust-store-password = "%3$s"
          protocol = "TLSv1.3"
          enabled-algorithms = [TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384]
          require-mutual-authentication = on
          hostname-verification = on
        }
      }
      """;

  /// @param option that the folder was given with
  /// @throws BadInput when something is missing there
  public static Tls in(String option, Path folder) {
    for (String name : new String[] {KEY, TRUST, PASSWORD}) {
      if (!Files.isReadable(folder.resolve(name))) {
        throw new BadInput(
            "%s %s: got no %s there, allowed: a folder with %s, %s and %s"
                .formatted(option, folder, name, KEY, TRUST, PASSWORD));
      }
    }
    try {
      String password =
          Files.readString(folder.resolve(PASSWORD)).lines().findFirst().orElse("").strip();
      if (password.isEmpty() || password.chars().anyMatch(c -> c == '"' || c == '\\')) {
        throw new BadInput(
            "%s %s: got a password that is empty, or has a quote or backslash, allowed: another one"
                .formatted(option, folder));
      }
      return new Tls(folder.toAbsolutePath(), password);
    } catch (IOException unreadable) {
      throw new BadInput(
          "%s %s: %s cannot be read: %s"
              .formatted(option, folder, PASSWORD, unreadable.getMessage()),
          unreadable);
    }
  }

  String text() {
    return TEXT.formatted(folder.resolve(KEY), folder.resolve(TRUST), password);
  }

  @Override
  public String toString() {
    return "TLS with the keys of " + folder;
  }
}
