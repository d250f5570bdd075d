package org.numaslab.coordinator.topologies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.numaslab.coordinator.topologies.RecordedCache.Account;
import org.numaslab.node.buddy.ZoneLimits;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

class KernelDirectoryTest {
  private static final Path DEMO = Recordings.COMMITTED.resolve("demo/kernel");
  private static final Path SET_A = Recordings.COMMITTED.resolve("machine/setA-4node-8cpu");
  private static final Path SET_B = Recordings.COMMITTED.resolve("machine/setB-4node-8cpu");
  private static final Path SET_C = Recordings.COMMITTED.resolve("machine/setC-4node-8cpu");
  private static final Pattern PTR = Pattern.compile(" ptr=([0-9a-f]{16}) ");

  private static final String NULL = "0000000000000000";

  static List<Path> kernels() {
    return Recordings.kernels();
  }

  private static List<Integer> order(Topology topology, int node) {
    return topology.fallbackOrder(new NodeId(node)).stream().map(NodeId::value).toList();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void everyRecordedKernelIsTheRecordedMachine(Path folder) {
    KernelDirectory kernel = KernelDirectory.read(folder);
    Topology topology = kernel.topology();
    assertThat(topology.nodeCount()).isEqualTo(4);
    assertThat(topology.cpusOf(new NodeId(2))).containsExactly(new CpuId(4), new CpuId(5));
    assertThat(
            List.of(order(topology, 0), order(topology, 1), order(topology, 2), order(topology, 3)))
        .containsExactly(
            List.of(0, 1, 2, 3), List.of(1, 0, 3, 2), List.of(2, 3, 0, 1), List.of(3, 2, 1, 0));
    for (int node = 0; node < 4; node++) {
      NodeId id = new NodeId(node);
      long present =
          kernel.zones().stream()
              .filter(zone -> zone.node().equals(id))
              .mapToLong(RecordedZone::present)
              .sum();
      assertThat(topology.framesOf(id)).as("frames of %s", id).isEqualTo(present);
    }
    assertThat(kernel.buddyinfo())
        .hasSameSizeAs(kernel.zones())
        .allSatisfy(row -> assertThat(row.freeBlocks()).hasSize(11));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void everyRecordedCacheHasItsRowAndItsPlaceInTime(Path folder) {
    KernelDirectory kernel = KernelDirectory.read(folder);
    assertThat(kernel.caches()).hasSameSizeAs(kernel.slabinfo().keySet());
    assertThat(kernel.caches().subList(0, 2))
        .extracting(RecordedCache::name)
        .containsExactly("kmem_cache", "kmem_cache_node");
    assertThat(kernel.caches().stream().map(RecordedCache::name).toList().reversed())
        .containsExactlyElementsOf(kernel.slabinfo().keySet());
    for (RecordedCache cache : kernel.caches()) {
      assertThat(kernel.cache(cache.name())).contains(cache);
      assertThat(kernel.cache(cache.directory())).contains(cache);
      // An alias is one more user of the cache; a cache's own name is a link too when it could be
      // merged.
      long names = kernel.aliases().values().stream().filter(cache.name()::equals).count();
      assertThat(names).as("names merged into %s", cache.name()).isEqualTo(cache.aliases());
    }
  }

  @Test
  void holesAreBelowOneMebibyteAndAtTheTopOfDma32() {
    KernelDirectory kernel = KernelDirectory.read(DEMO);
    Topology topology = kernel.topology();
    assertThat(topology.memoryOf(new NodeId(0)))
        .containsExactly(FrameRange.between(1, 159), FrameRange.between(256, 524288));
    assertThat(topology.memoryOf(new NodeId(1)))
        .containsExactly(new FrameRange(524288, 262109), new FrameRange(1048576, 262144));
    assertThat(topology.spanFrames()).isEqualTo(1835008 + 524288);
    RecordedZone normal = kernel.zones().get(3);
    assertThat(normal.type()).isEqualTo(ZoneType.NORMAL);
    assertThat(List.of(normal.startFrame(), normal.spanned(), normal.present(), normal.managed()))
        .containsExactly(1048576L, 262144L, 262144L, 253786L);
    RecordedZone dma = kernel.zones().getFirst();
    assertThat(dma.free()).isEqualTo(3584);
    assertThat(dma.limits()).contains(new ZoneLimits(3840, 63, 78, 93, List.of(0L, 1959L, 1959L)));
    assertThat(kernel.assumed())
        .containsExactly(
            "node 0 zone DMA: the 97 absent page frames lie right below 1 MiB",
            "node 1 zone DMA32: the 262179 absent page frames lie at its top, or other zones' memory");
    assertThat(kernel.used()).hasSize(3);
  }

  @Test
  void mergedCachesAreOneCacheWithSeveralNames() {
    KernelDirectory kernel = KernelDirectory.read(SET_A);
    RecordedCache unix = kernel.cache("UNIX-STREAM").orElseThrow();
    assertThat(unix.directory()).isEqualTo(":A-0001024");
    assertThat(unix.account()).isEqualTo(Account.YES);
    assertThat(kernel.cache("PING")).contains(unix);
    assertThat(kernel.cache("buffer_head").orElseThrow())
        .satisfies(cache -> {
          assertThat(cache.account()).isEqualTo(Account.NO);
          assertThat(cache.reclaimAccount()).isTrue();
          assertThat(cache.mergeable()).isTrue();
        });
    assertThat(kernel.aliases()).hasSize(58);
    assertThat(kernel.cache("kmalloc-cg-64").orElseThrow().account()).isEqualTo(Account.YES);
    assertThat(kernel.cache("task_struct").orElseThrow())
        .satisfies(cache -> {
          assertThat(cache.account()).isEqualTo(Account.UNKNOWN);
          assertThat(cache.usersize()).isEqualTo(2696);
          assertThat(cache.slabSize()).isEqualTo(8384);
          assertThat(cache.objectSize()).isEqualTo(8328);
          assertThat(cache.objsPerSlab()).isEqualTo(3);
          assertThat(cache.minPartial()).isEqualTo(6);
          assertThat(cache.cpuPartial()).isEqualTo(6);
          assertThat(cache.remoteNodeDefragRatio()).isEqualTo(100);
          assertThat(kernel.attribute(cache, "cpu_slabs")).contains("19 N0=2 N1=4 N2=9 N3=4");
        });
    assertThat(kernel.cache("no_such_cache")).isEmpty();
  }

  @Test
  void flagsAreReadFromSysfs() {
    KernelDirectory plain = KernelDirectory.read(SET_C);
    assertThat(plain.cache("radix_tree_node").orElseThrow().hasCtor()).isTrue();
    assertThat(plain.cache("kmem_cache").orElseThrow().hwcacheAlign()).isTrue();
    assertThat(plain.cache("sighand_cache").orElseThrow().rcu()).isTrue();
    assertThat(plain.cache("dma-kmalloc-64").orElseThrow().cacheDma()).isTrue();
    assertThat(plain.aliases()).isEmpty();
    RecordedCache debug = KernelDirectory.read(SET_B).cache("filp").orElseThrow();
    assertThat(debug.poison() && debug.redZone() && debug.storeUser() && debug.sanityChecks())
        .isTrue();
    assertThat(debug.trace()).isFalse();
  }

  @Test
  void everyPageOfTheRecordedScenariosLiesOnTheNodeThatTheKernelSaid() {
    Topology topology = KernelDirectory.read(SET_C).topology();
    Map<Long, Integer> nodeOfFrame = new HashMap<>();
    Recordings.walk(Recordings.COMMITTED.resolve("scenarios/recorded"))
        .filter(path -> path.toString().endsWith(".gz"))
        .forEach(path ->
            Recordings.forEachLine(
                path,
                line -> {
                  String[] fields = line.split("\t");
                  if (fields.length > 6 && fields[1].equals("A") && !fields[5].equals("NULL")) {
                    nodeOfFrame.put(Long.parseLong(fields[5], 16), Integer.parseInt(fields[6]));
                  }
                }));
    assertThat(nodeOfFrame).hasSizeGreaterThan(1000);
    nodeOfFrame.forEach((frame, node) ->
        assertThat(topology.nodeIndexOfFrame(frame)).as("frame %x", frame).isEqualTo(node));
  }

  static List<Path> tracedKernels() {
    return kernels().stream()
        .filter(kernel -> Files.exists(kernel.resolveSibling("trace.txt.gz")))
        .toList();
  }

  @Test
  void theLargerRecordingsWereReadToo() {
    Assumptions.assumeTrue(
        Files.isDirectory(Recordings.MORE),
        () ->
            "larger recordings skipped: no folder "
                + Recordings.MORE
                + "; name it with -Dnumaslab.data=DIR");
    assertThat(kernels()).anyMatch(kernel -> kernel.startsWith(Recordings.MORE));
  }

  @ParameterizedTest
  @MethodSource("tracedKernels")
  void everyPointerOfATraceLiesInSomeNodesMemory(Path folder) {
    Path trace = folder.resolveSibling("trace.txt.gz");
    KernelDirectory kernel = KernelDirectory.read(folder);
    Map<Integer, Integer> pointersOfNode = new HashMap<>();
    Recordings.forEachLine(
        trace,
        line -> {
          Matcher matcher = PTR.matcher(line);
          if (matcher.find() && !matcher.group(1).equals(NULL)) {
            long pointer = Long.parseUnsignedLong(matcher.group(1), 16);
            int node = kernel.nodeIndexOfPointer(pointer);
            assertThat(node)
                .isEqualTo(
                    kernel
                        .topology()
                        .nodeIndexOfFrame((pointer - KernelDirectory.DIRECT_MAP_BASE) >>> 12));
            pointersOfNode.merge(node, 1, Integer::sum);
          }
        });
    assertThat(pointersOfNode.keySet()).containsAll(List.of(0, 1, 2, 3)).isSubsetOf(0, 1, 2, 3);
  }

  @Test
  void aPointerIntoAnAssumedHoleStillBelongsToTheZoneThatSpansIt() {
    KernelDirectory kernel = KernelDirectory.read(DEMO);
    assertThat(kernel.nodeIndexOfPointer(KernelDirectory.DIRECT_MAP_BASE + (900_000L << 12)))
        .isEqualTo(1);
    assertThat(kernel.nodeIndexOfPointer(KernelDirectory.DIRECT_MAP_BASE)).isEqualTo(-1);
    assertThat(kernel.nodeIndexOfPointer(0xffffc90000000000L)).isEqualTo(-1);
    assertThat(kernel.nodeIndexOfPointer(0x7fff12345678L)).isEqualTo(-1);
    assertThat(kernel.nodeIndexOfPointer(0xffff88814239c180L)).isEqualTo(2);
  }

  @Test
  void freeMemoryOfBuddyinfoFitsItsZone() {
    KernelDirectory kernel = KernelDirectory.read(DEMO);
    for (BuddyinfoRow row : kernel.buddyinfo()) {
      RecordedZone zone =
          kernel.zones().stream()
              .filter(z -> z.node().equals(row.node()) && z.type() == row.zone())
              .findFirst()
              .orElseThrow();
      assertThat(row.freeFrames()).isBetween(1L, zone.managed());
    }
  }

  @Test
  void aBuddyinfoThatWasCutIsBadInput() {
    List<RecordedZone> zones = KernelDirectory.read(DEMO).zones();
    InputText cut = InputText.of("buddyinfo.txt", "Node 0, zone DMA 1 0 0\n");
    assertThatThrownBy(() -> BuddyinfoRow.parse(cut, zones))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("buddyinfo.txt: got no row for node 0, zone DMA32, allowed: ");
  }
}
