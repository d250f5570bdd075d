package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A kernel's folder with a file that is none of a kernel: one line that names it, exit code 2.
class CorruptKernelFolderTest {
  private static final Path MACHINE = Path.of("recordings/machine/setA-4node-8cpu");
  private static final String TABLES = "recordings/geometry/setA/";

  private static final List<String> FILES =
      List.of(
          "slabinfo.txt",
          "slab_sysfs.tsv.gz",
          "slab_symlinks.tsv",
          "zoneinfo.txt",
          "buddyinfo.txt",
          "node/node1.distance",
          "node/node1.cpulist");

  @TempDir Path folder;

  /// Contents that no such file has.
  private static Map<String, UnaryOperator<byte[]>> corruptions() {
    Map<String, UnaryOperator<byte[]>> corruptions = new LinkedHashMap<>();
    corruptions.put(
        "foreign text", file -> "#!/bin/sh\necho hello\n".getBytes(StandardCharsets.US_ASCII));
    corruptions.put(
        "noise",
        file -> {
          byte[] noise = new byte[4096];
          new SplittableRandom(1).nextBytes(noise);
          return noise;
        });
    corruptions.put("json", file -> "{\"a\": 1}\n".getBytes(StandardCharsets.US_ASCII));
    return corruptions;
  }

  static Stream<Arguments> corruptFiles() {
    return FILES.stream()
        .flatMap(file -> corruptions().keySet().stream().map(how -> Arguments.of(file, how)));
  }

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> files = Files.walk(MACHINE)) {
      for (Path file : files.toList()) {
        Path copy = folder.resolve("kernel").resolve(MACHINE.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  private void corrupt(String file, String how) throws IOException {
    Path path = folder.resolve("kernel").resolve(file);
    byte[] content =
        corruptions().getOrDefault(how, bytes -> bytes).apply(Files.readAllBytes(path));
    Files.write(path, content);
  }

  private String kernel() {
    return folder.resolve("kernel").toString();
  }

  private CommandCall geometry() {
    return CommandCall.of(
        "geometry", "--check", TABLES + "kmalloc_classes.tsv", "--with", kernel());
  }

  private CommandCall run() {
    return CommandCall.of("run", "--kernel", kernel(), "--out", folder.resolve("out").toString());
  }

  private void assertOneLine(CommandCall call, String file) {
    assertThat(call.exitCode()).as(call.err()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err()).startsWith("numaslab: error: ").contains(file).hasLineCount(1);
    assertThat(call.err()).doesNotContain("Exception");
    assertThat(call.out()).isEmpty();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest(name = "{1} as {0}")
  @MethodSource("corruptFiles")
  void isOneLineThatNamesTheFile(String file, String how) throws IOException {
    corrupt(file, how);

    assertOneLine(geometry(), kernel());
    assertOneLine(run(), kernel());
  }

  @Test
  void aFolderOfAnotherKindIsOneLine() {
    for (String other : List.of(TABLES, "recordings/scenarios/recorded", "src")) {
      CommandCall call =
          CommandCall.of("geometry", "--check", TABLES + "kmalloc_classes.tsv", "--with", other);
      assertOneLine(call, Path.of(other).toString());
    }
  }

  /// Whatever bytes change, it is said, or it makes no difference that is a failure of ours.
  @Test
  void anyFileCutAnywhereOrWithAnyByteChangedIsNeverAFailureOfOurs() throws IOException {
    long seed = Long.getLong("numaslab.seed", 20260);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 150; i++) {
      String file = FILES.get(random.nextInt(FILES.size()));
      Path path = folder.resolve("kernel").resolve(file);
      byte[] whole = Files.readAllBytes(path);
      byte[] broken =
          random.nextBoolean() ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      if (broken.length == whole.length) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      Files.write(path, broken);

      CommandCall call = geometry();

      assertThat(call.exitCode())
          .as("seed %d, case %d, %s: %s", seed, i, file, call.err())
          .isIn(ExitCode.OK, ExitCode.BAD_INPUT);
      assertThat(call.err().lines().count()).isLessThanOrEqualTo(1);
      Files.write(path, whole);
    }
  }
}
