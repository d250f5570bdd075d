package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.experiment.ReplaySettings.Driver.SIMULATE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.cpu.cache.AllocPath;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.cache.KmemCache;

/// The simulated machine does the same again from the same seed, to the last list element.
class ReplayIsDeterministicTest {
  private static final RecordedTrace DEMO = RecordedTrace.demo();

  /// @param dump the [MachineDump] as text: records with arrays in them do not compare
  private record Outcome(
      String dump,
      List<Long> tally,
      List<Long> messages,
      List<List<Long>> stats,
      List<Long> slots) {}

  private static Outcome outcome(Order order, long seed) {
    try (Replay replay = DEMO.on(RecordedTrace.settings(SIMULATE, order, seed, 1))) {
      replay.run();
      List<Long> slots = new ArrayList<>();
      for (int slot = 0; slot < DEMO.trace().slotCount(); slot++) {
        slots.add(replay.slots().object(slot));
      }
      return new Outcome(
          text(replay.dump()), tally(replay), messages(replay), stats(replay), slots);
    }
  }

  private static String text(MachineDump dump) {
    try {
      return JsonMapper.builder()
          .configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true)
          .build()
          .writeValueAsString(dump);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Long> tally(Replay replay) {
    ReplayTally tally = replay.tally();
    List<Long> counts = new ArrayList<>();
    for (AllocPath path : AllocPath.values()) {
      counts.add(tally.count(path));
      counts.add(tally.latency(path).getTotalCount());
      counts.add(tally.latency(path).getMaxValue());
    }
    for (int cache = 0; cache < replay.caches().size(); cache++) {
      counts.add(tally.allocations(cache));
      counts.add(tally.frees(cache));
      counts.add(tally.offNode(cache));
      counts.add(tally.onRecordedNode(cache));
    }
    int nodes = DEMO.kernel().topology().nodeCount();
    for (int link = 0; link < nodes * nodes; link++) {
      counts.add(tally.homes(link / nodes, link % nodes));
    }
    return counts;
  }

  private static List<Long> messages(Replay replay) {
    List<Long> counts = new ArrayList<>();
    int nodes = DEMO.kernel().topology().nodeCount();
    for (MessageCounts.Kind kind : MessageCounts.Kind.values()) {
      for (int link = 0; link < nodes * nodes; link++) {
        counts.add(replay.machine().messages().get(link / nodes, link % nodes, kind));
      }
    }
    return counts;
  }

  private static List<List<Long>> stats(Replay replay) {
    List<List<Long>> stats = new ArrayList<>();
    for (Cpu cpu : replay.machine().state().cpus()) {
      for (KmemCache cache : replay.caches()) {
        stats.add(LongStream.of(cpu.cache(cache.id()).stats()).boxed().toList());
      }
    }
    return stats;
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void theSameSeedGivesTheSameMachine(Order order) {
    Outcome outcome = outcome(order, 7);
    Outcome again = outcome(order, 7);
    assertThat(again.equals(outcome)).isTrue(); // not shown: it is megabytes
    assertThat(outcome.messages).anyMatch(count -> count > 0);
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void anotherSeedGivesAnotherMachine(Order order) {
    Outcome outcome = outcome(order, 7);
    Outcome other = outcome(order, 8);
    assertThat(other.slots.equals(outcome.slots)).isFalse();
    assertThat(other.dump.equals(outcome.dump)).isFalse();
  }
}
