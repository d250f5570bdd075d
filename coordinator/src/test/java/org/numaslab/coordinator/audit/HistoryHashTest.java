package org.numaslab.coordinator.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Event.Kind;

/// Equal histories have equal hashes, others have others.
class HistoryHashTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final Event ONE =
      new Event(12_345_678, Kind.ALLOCATED, 1, 1, 3, 0, 1, 0xffff888000123000L, Event.NONE);

  private static long hash(List<Event> events) {
    HistoryHash hash = new HistoryHash();
    events.forEach(hash::add);
    return hash.value();
  }

  @Test
  void itIsTheSameInAnyProcess() {
    HistoryHash hash = new HistoryHash();
    assertThat(hash).hasToString("0000000000000000");
    hash.add(ONE);
    assertThat(hash).hasToString("cfbb29adbd965ce7");
    assertThat(hash.events()).isEqualTo(1);
  }

  @Test
  void eachNumberOfAnEventCounts() {
    List<Event> others =
        List.of(
            ONE,
            new Event(12_345_679, Kind.ALLOCATED, 1, 1, 3, 0, 1, 0xffff888000123000L, -1),
            new Event(12_345_678, Kind.FREED, 1, 1, 3, 0, 1, 0xffff888000123000L, -1),
            new Event(12_345_678, Kind.ALLOCATED, 2, 1, 3, 0, 1, 0xffff888000123000L, -1),
            new Event(12_345_678, Kind.ALLOCATED, 1, 2, 3, 0, 1, 0xffff888000123000L, -1),
            new Event(12_345_678, Kind.ALLOCATED, 1, 1, 2, 0, 1, 0xffff888000123000L, -1),
            new Event(12_345_678, Kind.ALLOCATED, 1, 1, 3, 1, 1, 0xffff888000123000L, -1),
            new Event(12_345_678, Kind.ALLOCATED, 1, 1, 3, 0, 2, 0xffff888000123000L, -1),
            new Event(12_345_678, Kind.ALLOCATED, 1, 1, 3, 0, 1, 0xffff888000123008L, -1),
            new Event(12_345_678, Kind.ALLOCATED, 1, 1, 3, 0, 1, 0xffff888000123000L, 0));
    assertThat(others).extracting(event -> hash(List.of(event))).doesNotHaveDuplicates();
  }

  @Test
  void theOrderAndTheNumberOfEventsCount() {
    SplittableRandom random = new SplittableRandom(SEED);
    Set<Long> hashes = new HashSet<>();
    int histories = 0;
    for (int round = 0; round < 200; round++) {
      List<Event> events = new RandomEvents(new SplittableRandom(random.nextLong())).list(20);
      hashes.add(hash(events));
      hashes.add(hash(events.subList(0, 19)));
      List<Event> swapped = new ArrayList<>(events);
      int at = random.nextInt(19);
      Collections.swap(swapped, at, at + 1);
      hashes.add(hash(swapped));
      histories += swapped.equals(events) ? 2 : 3;
    }
    assertThat(hashes).as("seed " + SEED).hasSize(histories);
  }
}
