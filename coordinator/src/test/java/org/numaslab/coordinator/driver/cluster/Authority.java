package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;

/// Signs certificates of hosts, with the JDK's keytool. All authorities have the same name.
final class Authority {
  private static final String PASSWORD = "for-a-test";
  private static final String ME = "ca";

  /// Has its key, and those of all hosts.
  private static final String ALL = "all.p12";

  private final Path folder;

  Authority(Path folder) throws IOException, InterruptedException {
    this.folder = Files.createDirectories(folder);
    generate(ME, "-ext", "bc:c");
  }

  /// A folder with a new key for a host, whose certificate is signed here.
  ///
  /// @param trusted who signs for those whom that host believes
  Tls keysOf(String host, Authority trusted)
      throws IOException, InterruptedException, GeneralSecurityException {
    generate(host, "-signer", ME, "-ext", "SAN=ip:" + host);
    KeyStore all = all();
    KeyStore key = empty();
    key.setKeyEntry(host, all.getKey(host, secret()), secret(), all.getCertificateChain(host));
    KeyStore trust = empty();
    trust.setCertificateEntry(ME, trusted.certificate());
    Path keys = Files.createDirectory(folder.resolve(host));
    store(key, keys.resolve("key.p12"));
    store(trust, keys.resolve("trust.p12"));
    Files.writeString(keys.resolve("password"), PASSWORD + "\n");
    return Tls.in("--tls", keys);
  }

  private Certificate certificate() throws IOException, GeneralSecurityException {
    return all().getCertificate(ME);
  }

  private KeyStore all() throws IOException, GeneralSecurityException {
    return KeyStore.getInstance(folder.resolve(ALL).toFile(), secret());
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, secret());
    return store;
  }

  private static void store(KeyStore keys, Path file) throws IOException, GeneralSecurityException {
    try (OutputStream out = Files.newOutputStream(file)) {
      keys.store(out, secret());
    }
  }

  private static char[] secret() {
    return PASSWORD.toCharArray();
  }

  private void generate(String alias, String... more) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(List.of("-genkeypair", "-keystore", ALL, "-storepass", PASSWORD));
    line.addAll(List.of("-alias", alias, "-dname", "CN=" + alias, "-keyalg", "EC"));
    line.addAll(List.of("-validity", "2"));
    line.addAll(List.of(more));
    Process process =
        new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
