package org.numaslab.coordinator.driver.embedded;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.numaslab.coordinator.driver.StuckMachine;
import org.numaslab.cpu.actor.CpuActor.Standing;
import org.numaslab.cpu.actor.CpuActor.Standing.Doing;

/// Notices that no program can ever go on: each is blocked or finished, and no wake is under way.
///
/// Each cpu is asked twice, the second time after all have answered the first. Who wakes another
/// cpu has a turn for it, and the wake lies before the second question in that cpu's mailbox. So
/// where all turns are the same both times, there was no wake between them, and there is nobody
/// left to send one, but for a grace period that some wait for: the messages of one are fewer than
/// those of [#LOOKS] looks, which go through the same mailboxes.
final class StallCheck {
  /// Equal looks that prove it.
  private static final int LOOKS = 5;

  private List<Standing> before = List.of();
  private int equal;

  /// @param now how each cpu stands, asked after the answers of the last time were complete
  /// @throws StuckMachine when the programs wait for each other for ever
  void refuse(List<Standing> now) {
    boolean anyBlocked = now.stream().anyMatch(s -> s.doing() == Doing.BLOCKED);
    boolean anyBusy = now.stream().anyMatch(s -> s.doing() == Doing.BUSY);
    equal = anyBlocked && !anyBusy && now.equals(before) ? equal + 1 : 1;
    if (equal == LOOKS) {
      Map<Integer, String> waiting = new TreeMap<>();
      for (int cpu = 0; cpu < now.size(); cpu++) {
        if (now.get(cpu).doing() == Doing.BLOCKED) {
          waiting.put(cpu, now.get(cpu).waitsFor());
        }
      }
      throw new StuckMachine(waiting);
    }
    before = now;
  }
}
