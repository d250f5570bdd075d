package org.numaslab.coordinator.topologies;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.node.topology.BadInput;

/// Descriptions of machines that are wrong in one place: each is refused with one line that names
/// it.
class BadMachinesTest {
  private static final String NUMACTL =
      """
      available: 2 nodes (0-1)
      node 0 cpus: 0 1
      node 0 size: 1024 MB
      node 0 free: 900 MB
      node 1 cpus: 2 3
      node 1 size: 1024 MB
      node 1 free: 900 MB
      node distances:
      node   0   1
        0:  10  21
        1:  21  10
      """;

  @TempDir Path folder;

  private static void refused(String message, ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message)
        .hasMessageContaining("allowed: ")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0x2 | number of nodes: got \"0\", allowed: 1..1024",
        "-4x2 | number of nodes: got \"-4\"",
        "1025x1 | number of nodes: got \"1025\"",
        "99999999999999999999x1 | number of nodes: got \"99999999999999999999\"",
        "4x0 | number of cpus per node: got \"0\", allowed: 1..2048",
        "4x-2 | number of cpus per node: got \"-2\"",
        "1024x9 | number of cpus per node: got \"9\", allowed: 1..8",
        "4x2: | memory per node: got \"\"",
        "4x2:8 | memory per node: got \"8\"",
        "4x2:0G | memory per node: got \"0G\"",
        "4x2:-1G | memory per node: got \"-1G\"",
        "4x2:8E | memory per node: got \"8E\"",
        "4x2:1K | memory per node: got 1024 bytes",
        "4x2:5T | memory per node: got 5497558138880 bytes",
        "1x1:99999999999T | memory per node: got \"99999999999T\"",
        "4x | topology: got \"4x\", which is no file",
        "x2 | topology: got \"x2\", which is no file",
        "'' | topology: got \"\"",
        "no/such/file | topology: got \"no/such/file\", which is no file",
      })
  void aTextThatNamesNoMachine(String text, String message) {
    refused(message, () -> Topologies.parse(text));
  }

  static Stream<Arguments> numactlEdits() {
    return Stream.of(
        arguments(
            "available: 2 nodes (0-1)", "available: 0 nodes ()", ":1: number of nodes: got \"0\""),
        arguments(
            "available: 2 nodes (0-1)",
            "available: -2 nodes (0-1)",
            ":1: number of nodes: got \"-2\""),
        arguments(
            "available: 2 nodes (0-1)",
            "available: 2000 nodes (0-1999)",
            ":1: number of nodes: got \"2000\""),
        arguments(
            "available: 2 nodes (0-1)",
            "available: 3 nodes (0-1)",
            ":1: node numbers: got \"0-1\", allowed: 3 of them"),
        arguments(
            "available: 2 nodes (0-1)",
            "available: 2 nodes (0-1000000000)",
            ":1: node numbers: got \"1000000000\""),
        arguments(
            "available: 2 nodes (0-1)",
            "available: 2 nodes (1-0)",
            ":1: node numbers: got \"0\", allowed: 1..1023"),
        arguments("available: 2 nodes (0-1)", "hello", ":1: numactl --hardware: got \"hello\""),
        arguments("node 1 cpus: 2 3\n", "", ":10: node 1: got \"no line with its cpus\""),
        arguments(
            "node 1 cpus: 2 3",
            "node 1 cpus: 1 3",
            ":5: cpu 1: got \"nodes 0 and 1\", allowed: one node per cpu"),
        arguments("node 1 cpus: 2 3", "node 1 cpus: 2 x", ":5: cpu of node 1: got \"x\""),
        arguments("node 1 cpus: 2 3", "node 1 cpus: 2 -3", ":5: cpu of node 1: got \"-3\""),
        arguments(
            "node 1 cpus: 2 3",
            "node 1 cpus: 2 8192",
            ":5: cpu of node 1: got \"8192\", allowed: 0..8191"),
        arguments(
            "node 1 cpus: 2 3", "node 0 cpus: 2 3", ":5: cpus of node 0: got \"a second list\""),
        arguments(
            "node 1 cpus: 2 3",
            "node 7 cpus: 2 3",
            ":5: node number: got \"7\", allowed: an available node, [0, 1]"),
        arguments("node 1 size: 1024 MB", "node 1 size: 1024", ":6: size of node 1: got \"1024\""),
        arguments("node 1 size: 1024 MB", "node 1 size: -1 MB", ":6: size of node 1: got \"-1\""),
        arguments(
            "node 1 size: 1024 MB",
            "node 1 size: 16777216 MB",
            ":5: memory up to and with node 1: got \"16778240 MiB\", allowed: 16 TiB in all"),
        arguments(
            "node 1 size: 1024 MB",
            "node 0 size: 1024 MB",
            ":6: memory of node 0: got \"a second size\""),
        arguments(
            "node 1 size: 1024 MB",
            "node 1 colour: red",
            ":6: numactl --hardware: got \"node 1 colour: red\""),
        arguments(
            "  0:  10  21",
            "  0:  11  21",
            ":10: distance from node 0 to itself: got 11, allowed: 10"),
        arguments(
            "  0:  10  21",
            "  0:  10  10",
            ":10: distance from node 0 to node 1: got 10, allowed: 11..255"),
        arguments("  0:  10  21", "  0:  10  0", ":10: distance from node 0: got \"0\""),
        arguments("  0:  10  21", "  0:  10  256", ":10: distance from node 0: got \"256\""),
        arguments(
            "  0:  10  21",
            "  0:  10",
            ":10: distances from node 0: got \"1 numbers\", allowed: 2, one per node"),
        arguments(
            "  0:  10  21", "  0:  10  21 31", ":10: distances from node 0: got \"3 numbers\""),
        arguments("  0:  10  21", "  0:  10  2.1", ":10: distance from node 0: got \"2.1\""),
        arguments("  0:  10  21", "  far away", ":10: distances: got \"far away\""),
        arguments(
            "  1:  21  10\n",
            "",
            "distances of node 1: got \"none\", allowed: a row for every node, or for none"),
        arguments(
            "  1:  21  10", "  0:  10  21", ":11: distances from node 0: got \"a second row\""),
        arguments("  1:  21  10", "  5:  21  10", ":11: distances from node: got \"5\""),
        arguments(
            "node   0   1\n",
            "node   0   1   2\n",
            ":9: columns of the distances: got \"node   0   1   2\""),
        arguments("node   0   1\n", "", ":9: columns of the distances: got \"0:  10  21\""),
        arguments("1024 MB", "0 MB", "memory: got none on any node"));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @MethodSource("numactlEdits")
  void numactlOutputWrongInOneLine(String from, String to, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("numa.txt"), NUMACTL.replace(from, to));
    refused(message, () -> Topologies.parse(file.toString()));
  }

  @Test
  void filesThatAreNoDescriptionAtAll() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty"), "");
    Path binary =
        Files.write(
            folder.resolve("binary"), new byte[] {0x7f, 'E', 'L', 'F', 0, 1, (byte) 0xff, '\n', 3});
    Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(packed(NUMACTL), 60));
    Path notPacked = Files.writeString(folder.resolve("plain.gz"), NUMACTL);
    refused(
        ":1: numactl --hardware: got \"the end of the file\"",
        () -> Topologies.parse(empty.toString()));
    refused(":1: numactl --hardware: got \"?ELF???\"", () -> Topologies.parse(binary.toString()));
    refused("got a broken or truncated gzip file", () -> Topologies.parse(cut.toString()));
    refused("got a broken or truncated gzip file", () -> Topologies.parse(notPacked.toString()));
    refused(
        "no file node0/cpulist or node0.cpulist",
        () -> Topologies.parse(Files.createDirectory(folder.resolve("none")).toString()));
  }

  private static byte[] packed(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "cpulist | 0-x | node1.cpulist:1: cpus of node 1: got \"x\"",
        "cpulist | 3-2 | node1.cpulist:1: cpus of node 1: got \"2\", allowed: 3..8191",
        "cpulist | 0-99999999 | node1.cpulist:1: cpus of node 1: got \"99999999\", allowed: 0..8191",
        "cpulist | 1,,3 | node1.cpulist:1: cpus of node 1: got \"\"",
        "cpulist | -3 | node1.cpulist:1: cpus of node 1: got \"-3\"",
        "cpulist | 1-2-3 | node1.cpulist:1: cpus of node 1: got \"1-2-3\"",
        "cpulist | 0-1 | node1.cpulist:1: cpu 0: got \"nodes 0 and 1\"",
        "distance | 21 11 | node1.distance:1: distance from node 1 to itself: got 11, allowed: 10",
        "distance | 21 | node1.distance:1: distances from node 1: got \"1 numbers\"",
        "distance | 21 ten | node1.distance:1: distance from node 1: got \"ten\"",
        "distance | 9 10 | node1.distance:1: distance from node 1: got \"9\", allowed: 10..255",
        "meminfo | Node 1 MemTotal: lots kB | node1.meminfo:1: MemTotal of node 1: got \"lots\"",
        "meminfo | Node 0 MemTotal: 4096 kB | node1.meminfo:1: node number: got \"0\", allowed: 1",
        "meminfo | nothing | node1.meminfo: no MemTotal",
      })
  void aNodeFolderWithOneWrongFile(String name, String text, String message) throws IOException {
    Files.writeString(folder.resolve("node0.cpulist"), "0-1\n");
    Files.writeString(folder.resolve("node0.distance"), "10 21\n");
    Files.writeString(folder.resolve("node1.cpulist"), "2-3\n");
    Files.writeString(folder.resolve("node1.distance"), "21 10\n");
    Files.writeString(folder.resolve("node1." + name), text + "\n");
    refused(message, () -> Topologies.parse(folder.toString()));
  }

  @Test
  void aNodeFolderWithAHole() throws IOException {
    Files.writeString(folder.resolve("node0.cpulist"), "0-1\n");
    Files.writeString(folder.resolve("node5000.cpulist"), "0-1\n");
    refused(
        "node number: got \"5000\", allowed: 0..1023", () -> Topologies.parse(folder.toString()));
  }

  /// A copy of a small part of a recorded folder, to be broken.
  private Path kernel() throws IOException {
    Path from = Recordings.COMMITTED.resolve("demo/kernel");
    Path to = folder.resolve("kernel");
    for (Path source : Recordings.walk(from).toList()) {
      Path target = to.resolve(from.relativize(source).toString());
      if (Files.isDirectory(source)) {
        Files.createDirectories(target);
      } else {
        Files.copy(source, target);
      }
    }
    return to;
  }

  @ParameterizedTest
  @ValueSource(strings = {"zoneinfo.txt", "slabinfo.txt", "slab_sysfs.tsv.gz"})
  void aKernelFolderWithoutOneOfItsFiles(String name) throws IOException {
    Path kernel = kernel();
    Files.delete(kernel.resolve(name));
    refused(
        kernel + ": " + name.replace(".gz", "") + " is missing",
        () -> KernelDirectory.read(kernel));
  }

  static Stream<Arguments> kernelEdits() {
    return Stream.of(
        arguments(
            "zoneinfo.txt", "spanned  4095", "spanned  x", "zoneinfo.txt:51: spanned: got \"x\""),
        arguments(
            "zoneinfo.txt", "spanned  4095", "spanned  -1", "zoneinfo.txt:51: spanned: got \"-1\""),
        arguments(
            "zoneinfo.txt",
            "spanned  4095",
            "spanned",
            "zoneinfo.txt:51: spanned: got \"spanned\", allowed: one number"),
        arguments(
            "zoneinfo.txt",
            "present  3998",
            "present  5000",
            "zoneinfo.txt:1: zone DMA of node 0: got \"spanned 4095, present 5000, managed 3840\""),
        arguments(
            "zoneinfo.txt",
            "low      78",
            "low      62",
            "watermarks of zone DMA of node 0: got \"boost 0, min 63, low 62, high 93\""),
        arguments(
            "zoneinfo.txt",
            "boost    0",
            "boost    64",
            "got \"boost 64, min 63, low 78, high 93\", allowed: boost <= min <= low <= high"),
        arguments(
            "zoneinfo.txt",
            "protection: (0, 1959, 1959, 1959, 1959)",
            "protection: (0, 1959)",
            ": protection: got \"protection: (0, 1959)\", allowed: a number for each zone"),
        arguments(
            "zoneinfo.txt",
            "protection: (0, 1959,",
            "protection: (0, -1959,",
            ": protection: got \"protection: (0, -1959, 1959, 1959, 1959)\""),
        arguments(
            "zoneinfo.txt",
            "managed  3840",
            "",
            "zoneinfo.txt:1: zone DMA of node 0: got \"no line \"managed\"\""),
        arguments(
            "zoneinfo.txt",
            "start_pfn:           524288",
            "start_pfn:           4096",
            "zone DMA32 of node 1: got \"262109 present frames"),
        arguments(
            "zoneinfo.txt",
            "start_pfn:           1835008",
            "start_pfn:           99999999999",
            ": start_pfn: got \"99999999999\""),
        arguments(
            "zoneinfo.txt",
            "start_pfn:           1835008",
            "start_pfn:           4294967295",
            "page frames of zone Normal of node 3: got \"524288 from 4294967295\""),
        arguments(
            "zoneinfo.txt",
            "Node 3",
            "Node 9",
            ": node of a zone: got \"9\", allowed: a node of the folder node/, [0, 1, 2, 3]"),
        arguments(
            "zoneinfo.txt",
            "Node",
            "Knoten",
            "zoneinfo.txt:46: zoneinfo: got \"pages free     3584\""),
        arguments(
            "slabinfo.txt",
            "version: 2.1",
            "version: 1.1",
            "slabinfo.txt:1: slabinfo: got \"slabinfo - version: 1.1\""),
        arguments(
            "slabinfo.txt",
            "bio-128               21     21    192",
            "bio-128               21     21",
            "slabinfo.txt:3: slabinfo: got \"bio-128"),
        arguments(
            "slabinfo.txt",
            "bio-128               21     21    192",
            "bio-128               21     21    128",
            "slabinfo.txt:3: cache bio-128: got \"128 21 1\", allowed: size"),
        arguments(
            "slabinfo.txt",
            "fsverity_info",
            "bio-128",
            "slabinfo.txt:4: cache: got \"bio-128 a second time\""),
        arguments(
            "slab_symlinks.tsv",
            "Acpi-Parse\t:0000056",
            "Acpi-Parse",
            "slab_symlinks.tsv:3: symbolic link: got \"Acpi-Parse\""),
        arguments(
            "slab_symlinks.tsv",
            "Acpi-Parse\t:0000056",
            "Acpi-Parse\t:9999999",
            "slab_symlinks.tsv:3: directory of cache Acpi-Parse: got \":9999999\""),
        arguments(
            "slab_symlinks.tsv",
            "Acpi-Parse\t",
            "Acpi-Operand\t",
            "slab_symlinks.tsv:3: cache: got \"Acpi-Operand a second time\""),
        arguments(
            "buddyinfo.txt",
            "Node 0, zone      DMA ",
            "Node 0, DMA ",
            "buddyinfo.txt:1: buddyinfo: got \"Node 0, DMA"),
        arguments(
            "buddyinfo.txt",
            " 482 ",
            " 99999999999 ",
            "buddyinfo.txt:2: free blocks: got \"99999999999\""),
        arguments(
            "node/node2.cpulist", "4-5", "3-5", "node2.cpulist:1: cpu 3: got \"nodes 1 and 2\""),
        arguments(
            "node/node2.distance",
            "22 22 10 16",
            "22 22 16 16",
            "node2.distance:1: distance from node 2 to itself: got 16"));
  }

  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @MethodSource("kernelEdits")
  void aKernelFolderWrongInOneLine(String name, String from, String to, String message)
      throws IOException {
    Path file = kernel().resolve(name);
    String whole = Files.readString(file);
    Files.writeString(file, whole.replace(from, to));
    refused(message, () -> KernelDirectory.read(folder.resolve("kernel")));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "order\\t0 | order\\t99 | slab_sysfs.tsv:14: order of :0000024: got \"99\", allowed: 0..10",
        "object_size\\t24 | object_size\\t25 | slab_sysfs.tsv: :0000024: got objects of 25 in slots of 24",
        "objs_per_slab\\t170 | objs_per_slab\\t171 | slab_sysfs.tsv: :0000024: got objects of 24 in slots of 24, 171 in a slab of order 0",
        "poison\\t0 | poison\\tyes | slab_sysfs.tsv:16: poison of :0000024: got \"yes\", allowed: 0..1",
        "remote_node_defrag_ratio\\t100 | remote_node_defrag_ratio\\t101 | slab_sysfs.tsv:19: remote_node_defrag_ratio of :0000024: got \"101\", allowed: 0..100",
        "min_partial\\t5 | min_partial\\t-5 | slab_sysfs.tsv:9: min_partial of :0000024: got \"-5\"",
        "slab_size\\t24 | slabsize\\t24 | slab_sysfs.tsv: :0000024: got no attribute slab_size",
        "align\\t8 | align | slab_sysfs.tsv:2: slab attribute: got \":0000024?align\"",
        "align\\t8 | aliases\\t8 | slab_sysfs.tsv:2: attribute aliases of :0000024: got \"a second value\"",
      })
  void slabAttributesWrongInOneLine(String from, String to, String message) throws IOException {
    Path kernel = kernel();
    StringBuilder text = new StringBuilder();
    Recordings.forEachLine(
        kernel.resolve("slab_sysfs.tsv.gz"), line -> text.append(line).append('\n'));
    Files.delete(kernel.resolve("slab_sysfs.tsv.gz"));
    String edited =
        text.toString().replaceFirst(from.replace("\\t", "\t"), to.replace("\\t", "\t"));
    Files.writeString(kernel.resolve("slab_sysfs.tsv"), edited);
    refused(message, () -> KernelDirectory.read(kernel));
  }

  @Test
  void aTruncatedPackOfAttributes() throws IOException {
    Path kernel = kernel();
    Path attributes = kernel.resolve("slab_sysfs.tsv.gz");
    byte[] whole = Files.readAllBytes(attributes);
    Files.write(attributes, Arrays.copyOf(whole, whole.length / 2));
    refused(
        "slab_sysfs.tsv.gz: got a broken or truncated gzip file",
        () -> KernelDirectory.read(kernel));
  }

  @Test
  void aFileOrNothingInsteadOfAKernelFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("kernel.txt"), "");
    refused(
        "kernel.txt: got a file, allowed: a folder with node, zoneinfo.txt",
        () -> KernelDirectory.read(file));
    refused(
        "none: no such folder, allowed: a folder with node",
        () -> KernelDirectory.read(folder.resolve("none")));
    refused("node is missing", () -> KernelDirectory.read(folder));
  }
}
