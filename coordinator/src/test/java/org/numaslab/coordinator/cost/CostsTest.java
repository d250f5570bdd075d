package org.numaslab.coordinator.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;

class CostsTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /// The other process's clock is ahead by this.
  private static final long AHEAD = 1_000_000_000;

  private final Costs costs = new Costs();

  /// Asked at 1000, and so on; one tenth of a microsecond for serialization, each other step ten
  /// times the one before.
  private static Way there() {
    return new Way(1_010, 1_010, 1_110, 1_210, AHEAD + 51_210, AHEAD + 51_310, AHEAD + 51_410);
  }

  private static Way back() {
    return new Way(
        AHEAD + 61_410, AHEAD + 61_410, AHEAD + 61_510, AHEAD + 61_610, 111_610, 111_710, 111_810);
  }

  private static Map<Part, Long> means(CostParts parts) {
    return parts.costs().stream()
        .collect(Collectors.toMap(Cost::part, cost -> Math.round(cost.nanos().getMean())));
  }

  @Test
  void partsAreFromOneChangeOfHandsToTheNext() {
    costs.add("free", 0, 1, 1_000, there(), back(), 111_910);

    Map<Part, Long> means = means(costs.parts());

    assertThat(means.get(Part.CPU)).isEqualTo(110);
    assertThat(means.get(Part.QUEUE)).isEqualTo(200);
    assertThat(means.get(Part.SERIALIZATION)).isCloseTo(400, within(4));
    assertThat(means.get(Part.MAILBOX)).isEqualTo(200);
    assertThat(means.get(Part.WIRE)).isCloseTo(100_000, within(1_000));
    assertThat(means.get(Part.HOME)).isCloseTo(10_000, within(100));
    assertThat(means.get(Part.WHOLE)).isCloseTo(110_910, within(1_000));
    assertThat(means.get(Part.ERROR)).isZero();
  }

  private static org.assertj.core.data.Offset<Long> within(long nanos) {
    return org.assertj.core.data.Offset.offset(nanos);
  }

  @Test
  void theClockIsTakenFromTheFastestExchange() {
    costs.add("free", 0, 1, 1_000, there(), back(), 111_910);
    Way slow =
        new Way(1_010, 1_010, 1_110, 1_210, AHEAD + 951_210, AHEAD + 951_310, AHEAD + 951_410);
    Way slowBack =
        new Way(AHEAD + 951_510, AHEAD + 951_510, AHEAD + 951_510, AHEAD + 951_610, 0, 0, 0);
    costs.add("free", 0, 1, 1_000, slow, slowBack, 2_000_000);

    ClockOffset clock = costs.parts().links().getFirst().clock();

    assertThat(clock.nanos()).isEqualTo(AHEAD);
    assertThat(clock.boundNanos()).isEqualTo(50_000);
  }

  @Test
  void partsOfManyRequestsAddUpToTheirWholeTimes() {
    long seed = Long.getLong("numaslab.seed", 1);
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      long[] at = new long[16];
      at[0] = random.nextInt(1_000_000);
      for (int step = 1; step < at.length; step++) {
        at[step] = at[step - 1] + random.nextInt(100_000);
      }
      Way out = new Way(at[1], at[2], at[3], at[4], AHEAD + at[5], AHEAD + at[6], AHEAD + at[7]);
      Way in =
          new Way(
              AHEAD + at[8], AHEAD + at[9], AHEAD + at[10], AHEAD + at[11], at[12], at[13], at[14]);
      costs.add("free", 0, 1, at[0], out, in, at[15]);
    }
    assertThat(CostSplit.of(costs.parts(), null).errorNanosP99()).as("seed " + seed).isZero();
  }

  @Test
  void isTheSameAfterItsWayAsJson() throws IOException {
    costs.add("new_slab", 2, 1, 1_000, there(), back(), 111_910);
    costs.retried(2, 0);

    CostParts parts = costs.parts();
    CostParts read = MAPPER.readValue(MAPPER.writeValueAsBytes(parts), CostParts.class);

    assertThat(read).isEqualTo(parts);
    assertThat(read.costs()).hasSize(Part.values().length);
    assertThat(read.links())
        .containsExactly(
            new LinkCost(2, 0, 0, 1, ClockOffset.NONE),
            new LinkCost(2, 1, 1, 0, new ClockOffset(AHEAD, 50_000)));
  }

  @Test
  void refusesWhatIsNoHistogram() {
    String damaged =
        "{\"costs\":[{\"kind\":\"free\",\"from\":0,\"to\":1,\"part\":\"CPU\",\"nanos\":\"AAAA\"}],\"links\":[]}";
    assertThatThrownBy(() -> MAPPER.readValue(damaged, CostParts.class))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("no histogram of a run");
  }

  @Test
  void mergesWhatProcessesSay() {
    costs.add("free", 0, 1, 1_000, there(), back(), 111_910);
    Costs again = new Costs();
    again.add("free", 0, 1, 1_000, there(), back(), 111_910);
    again.add("free", 1, 0, 1_000, there(), back(), 111_910);

    CostParts merged = CostParts.merged(List.of(costs.parts(), again.parts()));

    assertThat(CostSplit.of(merged, null).rows())
        .filteredOn(row -> row.part().equals("whole"))
        .extracting(row -> row.from() + "-" + row.to() + ": " + row.count())
        .containsExactly("0-1: 2", "1-0: 1");
    assertThat(merged.links()).hasSize(3);
  }

  @Test
  void logsAreReadByTheirOwnReader() {
    costs.add("free", 0, 1, 1_000, there(), back(), 111_910);
    Map<String, String> logs = CostLogs.of(costs.parts(), 2);

    assertThat(logs).containsOnlyKeys("costs/free-0-1.hlog");
    HistogramLogReader reader =
        new HistogramLogReader(
            new java.io.ByteArrayInputStream(
                logs.values().iterator().next().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    int parts = 0;
    while (reader.hasNext()) {
      assertThat(reader.nextIntervalHistogram().getTag())
          .isEqualTo(Part.values()[parts++].toString());
    }
    assertThat(parts).isEqualTo(Part.values().length);
  }
}
