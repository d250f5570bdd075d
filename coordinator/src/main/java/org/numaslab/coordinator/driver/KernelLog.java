package org.numaslab.coordinator.driver;

import java.util.ArrayDeque;
import java.util.List;
import org.numaslab.node.slab.KernelMessages;

/// What the emulated kernel has printed, in order. Written by nodes and the registry, from any
/// thread.
///
/// As in the kernel's ring buffer the newest lines push out the oldest.
public final class KernelLog implements KernelMessages {
  /// Some 30 MB of heap. A traced cache prints a line for every allocation and free.
  static final int LINES_MAX = 1 << 18;

  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private long lost;

  @Override
  public synchronized void print(String line) {
    if (lines.size() == LINES_MAX) {
      lines.removeFirst();
      lost++;
    }
    lines.add(line);
  }

  /// The lines since the last call.
  public synchronized List<String> take() {
    List<String> taken = List.copyOf(lines);
    lines.clear();
    return taken;
  }

  /// How many lines were pushed out before anybody took them.
  public synchronized long lost() {
    return lost;
  }
}
