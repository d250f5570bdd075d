package org.numaslab.coordinator.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.audit.Event.NONE;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.audit.AuditedHistory.Numbered;
import org.numaslab.coordinator.audit.Event.Kind;

/// What led to a violation is found again in the file.
class AuditedHistoryTest {
  private static final long OBJECT = 0x1000;

  @TempDir Path folder;

  private AuditedHistory audited(List<Event> events) {
    Path file = folder.resolve("history.log");
    try (HistoryWriter writer =
        HistoryFile.create(file, new HistoryHeader(7, "x", 3, List.of(0, 1, 2)))) {
      events.forEach(writer::add);
      writer.end();
    }
    return AuditedHistory.of(file);
  }

  private static Event event(
      long time, Kind kind, int node, int cpu, int peer, long object, long number) {
    return new Event(time, kind, node, 1, cpu, peer, peer == NONE ? NONE : 1, object, number);
  }

  private static List<Long> lines(AuditedHistory audited, int violation) {
    return audited.explained().get(violation).events().stream().map(Numbered::line).toList();
  }

  @Test
  void theObjectsOwnEventsAreFoundUntilTheViolation() {
    AuditedHistory audited =
        audited(
            List.of(
                event(1, Kind.JOINED, 0, NONE, NONE, 0, 0),
                event(2, Kind.LEASED, 1, NONE, 0, NONE, 100), // line 3
                event(3, Kind.ALLOCATED, 1, 1, 0, OBJECT, NONE),
                event(4, Kind.ALLOCATED, 1, 1, 1, OBJECT, NONE), // of another home
                event(5, Kind.ALLOCATED, 0, 0, 0, OBJECT + 8, NONE),
                event(6, Kind.RECLAIMED, 0, NONE, NONE, OBJECT, 1), // line 7: not removed
                event(7, Kind.FREED, 1, 1, 1, OBJECT, NONE),
                event(8, Kind.ALLOCATED, 0, 0, 0, OBJECT, NONE),
                event(9, Kind.FREED, 0, 0, 0, OBJECT, NONE),
                event(10, Kind.FREED, 0, 0, 0, OBJECT + 8, NONE)));

    assertThat(audited.isClean()).isFalse();
    assertThat(audited.violations()).extracting(Violation::invariant).containsExactly("S8");
    assertThat(lines(audited, 0)).containsExactly(4L, 7L);
    assertThat(audited.explained().getFirst().earlier()).isZero();
    assertThat(audited.events()).isEqualTo(10);
    assertThat(audited.reclaimed()).isEqualTo(1);
  }

  @Test
  void ofALeakAllLivesOfTheAddressAreFound() {
    AuditedHistory audited =
        audited(
            List.of(
                event(1, Kind.ALLOCATED, 0, 0, 0, OBJECT, NONE),
                event(2, Kind.DIED, 0, NONE, NONE, 0, 0),
                new Event(3, Kind.ALLOCATED, 0, 2, 0, 0, 2, OBJECT, NONE)));

    assertThat(audited.violations()).extracting(Violation::invariant).containsExactly("L2");
    assertThat(lines(audited, 0)).containsExactly(2L, 3L, 4L);
    assertThat(audited.died()).isEqualTo(1);
  }

  @Test
  void ofARequestItsEffectsAndTheRemovalOfWhoAskedAreFound() {
    AuditedHistory audited =
        audited(
            List.of(
                event(1, Kind.EXECUTED, 0, NONE, 1, 0, 7),
                event(2, Kind.EXECUTED, 0, NONE, 1, 0, 8),
                event(3, Kind.EXECUTED, 0, NONE, 2, 0, 7),
                event(4, Kind.EXECUTED, 0, NONE, 1, 0, 7), // line 5: again
                event(5, Kind.REMOVED, 2, NONE, 1, 0, 0),
                event(6, Kind.REMOVED, 0, NONE, 1, 0, 0),
                event(7, Kind.EXECUTED, 0, NONE, 1, 0, 9))); // line 8: removed

    assertThat(audited.violations()).extracting(Violation::invariant).containsExactly("S7", "S8");
    assertThat(lines(audited, 0)).containsExactly(2L, 5L);
    assertThat(lines(audited, 1)).containsExactly(7L, 8L);
  }

  @Test
  void theLastTwentyEventsOfTheFirstTenAreKept() {
    List<Event> events = new ArrayList<>();
    for (int object = 0; object < 11; object++) {
      for (int i = 0; i < 25; i++) {
        Kind kind = i % 2 == 0 ? Kind.ALLOCATED : Kind.FREED;
        events.add(event(events.size(), kind, 0, 0, 0, object, NONE));
      }
      events.add(event(events.size(), Kind.ALLOCATED, 0, 0, 0, object, NONE));
      events.add(event(events.size(), Kind.FREED, 0, 0, 0, object, NONE));
    }

    AuditedHistory audited = audited(events);

    assertThat(audited.violations()).hasSize(11);
    assertThat(audited.explained()).hasSize(10);
    assertThat(lines(audited, 1)).hasSize(20).endsWith(27 + 26L + 1);
    assertThat(audited.explained().get(1).earlier()).isEqualTo(6);
  }
}
