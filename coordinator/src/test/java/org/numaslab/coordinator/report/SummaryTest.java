package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.CacheWrite;
import org.numaslab.coordinator.experiment.Replay;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.trace.KnownCaches;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceFilter;
import org.numaslab.coordinator.trace.TraceReader;
import org.numaslab.node.topology.Topology;

class SummaryTest {
  private static final String TRACE =
      """
        t-1 [000] ..... 1.000001: kmem_cache_alloc: call_site=f ptr=ffff888100000000 bytes_req=192 bytes_alloc=192 gfp_flags=GFP_KERNEL node=1 accounted=false
        t-1 [001] ..... 1.000002: kmem_cache_alloc: call_site=f ptr=ffff8881000000c0 bytes_req=192 bytes_alloc=192 gfp_flags=GFP_KERNEL node=-1 accounted=false
      CPU:1 [LOST 3 EVENTS]
        t-1 [001] ..... 1.000003: kmem_cache_free: call_site=g ptr=ffff888100000000 name=dentry
        t-1 [001] ..... 1.000004: kmem_cache_free: call_site=g ptr=ffff888100000777 name=dentry
      """;

  private final RunResult result = replayed(2);

  private static RunResult replayed(int nodes) {
    Trace trace =
        TraceReader.read(
            "a trace",
            new ByteArrayInputStream(TRACE.getBytes(StandardCharsets.UTF_8)),
            KnownCaches.NONE,
            TraceFilter.ALL);
    Topology topology = Topology.uniform(nodes, 1, 64 << 20);
    ReplaySettings settings =
        new ReplaySettings(
            ReplaySettings.Driver.SIMULATE,
            ReplaySettings.Order.EXACT,
            1,
            RemoteDraw.SEEDED,
            false,
            1 << 20,
            1,
            true,
            null);
    Setup setup =
        Setup.of(
            "a trace",
            "none",
            Setup.ALL_EVENTS,
            settings,
            List.of(CacheWrite.parse("--write", "*/cpu_partial=0")),
            List.of(),
            topology,
            List.of(),
            List.of());
    try (Replay replay = new Replay(topology, null, trace, settings)) {
      replay.run();
      return RunResult.of("1", "numaslab run", setup, trace, WholeRun.of(replay), audit(List.of()));
    }
  }

  private static AuditFigures audit(List<String> findings) {
    return new AuditFigures(findings.isEmpty(), 1, 1, 1, findings, List.of());
  }

  private static String summary(RunResult result) {
    return Summary.of(result, new RunTiming(0, 0, 0, 0, 1, 0, 3, 3, 2, 5, List.of(), List.of()));
  }

  @Test
  void lostEventsComeFirst() {
    assertThat(summary(result)).startsWith("LOST: 3 events lost by the tracer at 1 place;");
  }

  @Test
  void theTableOfHomesHasTheCpusNodesAsRows() {
    assertThat(result.placement().byCpuNodeAndHome()).isDeepEqualTo(new long[][] {{0, 1}, {0, 1}});
    assertThat(summary(result))
        .containsPattern("node 0 +0 +1 +100.00 %")
        .containsPattern("node 1 +0 +1 +0.00 %");
  }

  @Test
  void everythingThatIsNotReplayedIsCounted() {
    assertThat(summary(result))
        .contains("3 of 4 events", "1: 1 free of a pointer never seen allocated");
  }

  @Test
  void bothViewsOfACacheAreShown() {
    CacheFigures dentry = result.caches().getFirst();
    assertThat(dentry.live()).isEqualTo(1);
    assertThat(dentry.active()).as("the kernel's view").isEqualTo(dentry.objects());
    assertThat(dentry.counters()).hasSize(26).containsEntry("free_slowpath", 1L);
  }

  @Test
  void findingsOfTheAuditAreNamedAndAnnouncedAtTheTop() {
    RunResult broken =
        with(audit(List.copyOf(Collections.nCopies(12, "slabs: node 0 counts 2, there are 3"))));

    assertThat(summary(broken).lines().skip(1).findFirst())
        .contains("AUDIT: 12 findings, at the end");
    assertThat(summary(broken))
        .contains("  - slabs: node 0 counts 2, there are 3", "and 2 more in result.json");
  }

  @Test
  void aMachineOfManyNodesStillFitsAPage() {
    String summary = summary(replayed(64));

    assertThat(summary).contains("64 nodes: the table is in result.json");
    assertThat(summary.lines().count()).isLessThan(70);
    assertThat(summary.lines()).allMatch(line -> line.length() <= Page.WIDTH);
  }

  private RunResult with(AuditFigures audit) {
    return new RunResult(
        result.version(),
        result.command(),
        result.basis(),
        result.setup(),
        result.trace(),
        result.workload(),
        result.faults(),
        result.paths(),
        result.placement(),
        result.messages(),
        result.memory(),
        result.caches(),
        result.cluster(),
        audit,
        result.notModelled());
  }
}
