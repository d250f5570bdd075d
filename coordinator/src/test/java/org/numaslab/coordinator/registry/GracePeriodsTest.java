package org.numaslab.coordinator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Who waits for a grace period shares it, or gets the next.
class GracePeriodsTest implements RegistryOutbox {
  private final Topology topology = Topology.uniform(2, 2, 64 << 20);
  private final Plugged plugged = new Plugged(topology, line -> {});
  private final List<String> sent = new ArrayList<>();
  private final List<Long> open = new ArrayList<>();
  private final List<String> ended = new ArrayList<>();
  private long last;
  private final GracePeriods periods =
      new GracePeriods(
          topology,
          Members.inOneProcess(topology),
          plugged,
          new Asks(topology, this, () -> ++last));

  @Override
  public void toNode(NodeId node, NodeProtocol.FromRegistry message) {
    sent.add(message.getClass().getSimpleName() + " node " + node.value());
    open.add(message.request());
  }

  @Override
  public void toCpu(CpuId cpu, CpuProtocol message) {
    sent.add(message.getClass().getSimpleName() + " cpu " + cpu.value());
    open.add(message.request());
  }

  private void answerAll() {
    List<Long> answered = List.copyOf(open);
    open.clear();
    answered.forEach(request -> assertThat(periods.receive(request)).isTrue());
  }

  @Test
  void theNodesNoteItsBeginBeforeTheCpusAreAsked() {
    plugged.set(new CpuId(1), false);
    periods.next(() -> ended.add("a"));
    assertThat(sent).containsExactly("BeginGracePeriod node 0", "BeginGracePeriod node 1");
    answerAll();
    assertThat(sent.subList(2, 5))
        .containsExactly("Quiesce cpu 0", "Quiesce cpu 2", "Quiesce cpu 3");
    answerAll();
    assertThat(sent.subList(5, 7))
        .containsExactly("EndGracePeriod node 0", "EndGracePeriod node 1");
    assertThat(ended).isEmpty();
    answerAll();
    assertThat(ended).containsExactly("a");
    assertThat(periods.isIdle()).isTrue();
  }

  @Test
  void whoComesWhileOneRunsSharesTheNext() {
    periods.next(() -> ended.add("a"));
    periods.next(() -> ended.add("b"));
    answerAll();
    periods.next(() -> ended.add("c"));
    answerAll();
    answerAll();
    assertThat(ended).containsExactly("a");
    assertThat(periods.isIdle()).isFalse();
    answerAll();
    answerAll();
    answerAll();
    assertThat(ended).containsExactly("a", "b", "c");
    assertThat(periods.isIdle()).isTrue();
    assertThat(sent.stream().filter(line -> line.equals("BeginGracePeriod node 0"))).hasSize(2);
  }

  @Test
  void answersToOthersAreNotItsOwn() {
    assertThat(periods.receive(0)).isFalse();
    periods.next(() -> {});
    assertThat(periods.receive(last + 1)).isFalse();
  }
}
