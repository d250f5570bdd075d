package org.numaslab.coordinator.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.audit.Event.Kind;

/// What is written is read again.
class HistoryFileTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final HistoryHeader TWO_NODES =
      new HistoryHeader(7, "0.1.0", 2, List.of(0, 0, 1, 1));

  @TempDir Path folder;

  private static void write(Path file, HistoryHeader header, List<Event> events) {
    try (HistoryWriter writer = HistoryFile.create(file, header)) {
      events.forEach(writer::add);
      writer.end();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"history.log", "history.log.gz"})
  void randomEventsComeBackAsTheyWere(String name) {
    SplittableRandom seeds = new SplittableRandom(SEED);
    for (int round = 0; round < 100; round++) {
      long seed = seeds.nextLong();
      RandomEvents random = new RandomEvents(new SplittableRandom(seed));
      List<Event> events = random.list(round * round);
      Path file = folder.resolve(name);
      write(file, random.header(), events);

      List<Event> read = new ArrayList<>();
      try (HistoryReader reader = HistoryFile.open(file)) {
        assertThat(reader.header()).as("seed " + SEED).isEqualTo(random.header());
        HistoryHash hash = reader.readTo(read::add);
        assertThat(hash.events()).isEqualTo(events.size());
      }
      assertThat(read).as("seed " + SEED).isEqualTo(events);
    }
  }

  @Test
  void peopleCanReadIt() throws IOException {
    Path file = folder.resolve("history.log");
    write(
        file,
        TWO_NODES,
        List.of(
            new Event(0, Kind.JOINED, 0, 1, Event.NONE, Event.NONE, Event.NONE, -1, -1),
            new Event(12_345_678, Kind.ALLOCATED, 1, 1, 3, 0, 1, 0xffff888000123000L, -1),
            new Event(12_345_700, Kind.REMOVED, 0, 1, -1, 1, 1, -1, -1)));

    assertThat(Files.readAllLines(file))
        .containsExactly(
            "numaslab history 1 seed=7 version=0.1.0 nodes=2 cpus=0,0,1,1",
            "0.000000\tJOINED\tnode=0.1\tcpu=-\tpeer=-\tobject=-\tnumber=-",
            "12.345678\tALLOCATED\tnode=1.1\tcpu=3\thome=0.1\tobject=0xffff888000123000\tnumber=-",
            "12.345700\tREMOVED\tnode=0.1\tcpu=-\tpeer=1.1\tobject=-\tnumber=-",
            "end events=3 hash=f96be3e8d5137cbc");
  }
}
