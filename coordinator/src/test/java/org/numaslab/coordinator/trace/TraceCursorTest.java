package org.numaslab.coordinator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.coordinator.trace.TraceText.P1;
import static org.numaslab.coordinator.trace.TraceText.P2;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.BadInput;

class TraceCursorTest {
  private static final Trace TRACE =
      new TraceText()
          .alloc(0, P1, 8, 8)
          .alloc(2, P2, 8, 8)
          .kfree(2, P1)
          .alloc(0, P1, 8, 8)
          .decode();

  private static String walk(Trace trace, int cpu, int rounds) {
    List<String> words = new ArrayList<>();
    for (TraceCursor cursor = trace.cursor(cpu, rounds); cursor.isAtOperation(); cursor.advance()) {
      words.add(
          cursor.round()
              + ":"
              + (cursor.isFree() ? "-" : "+")
              + cursor.slot()
              + "@"
              + cursor.sequence());
    }
    return String.join(" ", words);
  }

  @Test
  void oneRoundIsTheTraceItself() {
    assertThat(walk(TRACE, 0, 1)).isEqualTo("0:+0@0 0:+2@3");
    assertThat(walk(TRACE, 2, 1)).isEqualTo("0:+1@1 0:-0@2");
    assertThat(walk(TRACE, 1, 1)).isEmpty();
    assertThat(walk(TRACE, 77, 3)).isEmpty();
  }

  @Test
  void betweenRoundsWhatIsLiveIsFreedByTheCpuThatAllocatedItInTheOrderOfAllocation() {
    assertThat(walk(TRACE, 0, 2)).isEqualTo("0:+0@0 0:+2@3 0:-2@5 1:+0@6 1:+2@9");
    assertThat(walk(TRACE, 2, 2)).isEqualTo("0:+1@1 0:-0@2 0:-1@4 1:+1@7 1:-0@8");
    assertThat(TRACE.closingFrees()).isEqualTo(2);
    assertThat(TRACE.operations(0, 2)).isEqualTo(5);
  }

  @Test
  void theCpusTakeTurnsInTheOrderOfTheSequence() {
    TreeMap<Long, Integer> turns = new TreeMap<>();
    for (int cpu = 0; cpu < TRACE.cpuCount(); cpu++) {
      for (TraceCursor cursor = TRACE.cursor(cpu, 3); cursor.isAtOperation(); cursor.advance()) {
        assertThat(turns.put(cursor.sequence(), cpu)).isNull();
        assertThat(TRACE.cpuAt(cursor.sequence())).isEqualTo(cpu);
      }
    }
    assertThat(turns).hasSize(16).containsKey(0L).containsKey(15L);
  }

  @Test
  void aCpuThatOnlyFreesHasOneOperationPerRound() {
    Trace trace = new TraceText().alloc(0, P1, 8, 8).kfree(1, P1).decode();
    assertThat(walk(trace, 1, 3)).isEqualTo("0:-0@1 1:-0@3 2:-0@5");
  }

  @Test
  void lessThanOneRoundIsBadInput() {
    assertThatThrownBy(() -> TRACE.cursor(0, 0))
        .isInstanceOf(BadInput.class)
        .hasMessage("repeat: got 0, allowed: 1 or more");
  }
}
