package org.numaslab.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.numaslab.deploy.bench.BenchResult.RowResult;
import org.numaslab.deploy.bench.BenchResult.Side;
import org.numaslab.deploy.bench.BenchResult.Verdict;

/// Rows, verdicts and the table.
class BenchTest {
  private static final Bench.Extent TINY = new Bench.Extent(1, 1, 1, 50);
  private static final double IDLE = 0;
  private static final double BUSY = 0.6;

  private static RowResult row(Row row, double ours, double limit, double bytes) {
    return RowResult.of(
        row,
        new Side("ours", ours, List.of(ours), bytes),
        new Side("limit", limit, List.of(limit), 0));
  }

  private static BenchResult result(RowResult... rows) {
    return new BenchResult("1", "numaslab bench", "25", "cpu", 2, 0.1, "method", 3, List.of(rows));
  }

  @Test
  void aForkOfEachSideGivesTimesPerOperation() {
    List<String> told = new ArrayList<>();
    BenchResult result =
        new Bench(TINY, BUSY)
            .run(
                "1", "numaslab bench", List.of(Row.PAIR), (row, fork) -> told.add(row + "" + fork));
    assertThat(told).containsExactly("PAIR1");
    RowResult pair = result.rows().getFirst();
    Side ours = Objects.requireNonNull(pair.ours());
    Side limit = Objects.requireNonNull(pair.limit());
    assertThat(ours.forkNanos()).hasSize(1);
    // Interpreted or not: nanoseconds of one pair, not of thousands.
    assertThat(ours.nanos()).isBetween(0.1, 5000.0);
    assertThat(pair.ratio()).isEqualTo(ours.nanos() / limit.nanos());
  }

  @Test
  void twoThreadRowsAreSkippedOnALoadedMachine() {
    Bench busy = new Bench(TINY, BUSY);
    assertThat(Row.values()).filteredOn(busy::skips).containsExactly(Row.CROSS_CPU);
    BenchResult result = busy.run("1", "numaslab bench", List.of(Row.CROSS_CPU), (row, fork) -> {});
    assertThat(result.rows())
        .extracting(RowResult::row, RowResult::verdict)
        .containsExactly(tuple("cross-cpu", Verdict.SKIPPED));
    assertThat(result.allMet()).isTrue();
    assertThat(BenchTable.of(result)).contains("cross-cpu").contains("skipped");
  }

  @Test
  void aGoalIsMissedAboveItsRatioOrWithGarbage() {
    assertThat(row(Row.PAIR, 3.0, 1, 0.001).verdict()).isEqualTo(Verdict.MET);
    assertThat(row(Row.PAIR, 3.1, 1, 0).verdict()).isEqualTo(Verdict.MISSED);
    assertThat(row(Row.PAIR, 2, 1, 16).verdict()).isEqualTo(Verdict.MISSED);
    assertThat(row(Row.BATCH_32, 100, 1, 16).verdict()).isEqualTo(Verdict.NONE);
    assertThat(result(row(Row.BATCH_256, 5, 1, 0)).allMet()).isFalse();
    assertThat(result(row(Row.BATCH_256, 4, 1, 7), row(Row.BATCH_32, 9, 1, 0)).allMet()).isTrue();
  }

  @Test
  void decodingIsMeasuredByHowOftenItIsFaster() {
    RowResult decode = row(Row.DECODE, 100, 900, 0);
    assertThat(decode.ratio()).isEqualTo(9);
    assertThat(decode.verdict()).isEqualTo(Verdict.MET);
    assertThat(row(Row.DECODE, 100, 700, 0).verdict()).isEqualTo(Verdict.MISSED);
  }

  @Test
  void theTableHasALineForEachRow() {
    String table = BenchTable.of(result(row(Row.PAIR, 4, 2, 0), row(Row.NODE, 2000, 500, 32)));
    assertThat(table.lines())
        .anyMatch(line -> line.matches("pair +4\\.00 +2\\.00 +2\\.00 +<= 3\\.0, 0 B +met +0\\.0"))
        .anyMatch(line -> line.matches("node +2000 +500\\.00 +4\\.00 +<= 1\\.5 +MISSED +32\\.0"));
  }

  @Test
  void idleMachinesMeasureAllRows() {
    if (Runtime.getRuntime().availableProcessors() > 1) {
      assertThat(Row.values()).noneMatch(new Bench(TINY, IDLE)::skips);
    }
  }
}
