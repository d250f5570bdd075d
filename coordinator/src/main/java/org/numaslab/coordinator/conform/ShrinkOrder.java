package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.SlabView;

/// The one order that a shrink leaves open: CPUs are flushed at the same time, so slabs that are
/// equally full may stand either way.
final class ShrinkOrder {
  private ShrinkOrder() {}

  /// Arranges each node's partial list as recorded, where the recorded list has the same slabs and
  /// is equally full at every position.
  ///
  /// @return whether any list was arranged
  static boolean take(SimulatedMachine machine, CacheId cache, Step state) {
    boolean any = false;
    for (NodeState node : machine.state().nodes()) {
      List<SlabView> ours = node.partialSlabs(cache);
      long[] recorded = new long[ours.size()];
      int position = 0;
      boolean equallyFull = true;
      for (Row row : state.rows()) {
        if (row.tag().equals("NODEPART")
            && row.field(0).equals(String.valueOf(node.id().value()))) {
          equallyFull &=
              position < recorded.length
                  && row.field(5).equals(String.valueOf(ours.get(position).inUse()));
          if (position < recorded.length) {
            recorded[position] = Long.parseLong(row.field(2), 16);
          }
          position++;
        }
      }
      long[] frames = ours.stream().mapToLong(SlabView::frame).toArray();
      if (equallyFull
          && position == recorded.length
          && !Arrays.equals(frames, recorded)
          && sameSlabs(frames, recorded)) {
        node.cache(cache).arrangePartial(recorded);
        any = true;
      }
    }
    return any;
  }

  private static boolean sameSlabs(long[] a, long[] b) {
    List<Long> sortedA = new ArrayList<>(Arrays.stream(a).sorted().boxed().toList());
    return sortedA.equals(Arrays.stream(b).sorted().boxed().toList());
  }
}
