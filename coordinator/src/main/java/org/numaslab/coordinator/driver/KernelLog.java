package org.numaslab.coordinator.driver;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.slab.KernelMessages;

/// What the emulated kernel has printed, in order. Written by nodes and the registry, from any
/// thread.
public final class KernelLog implements KernelMessages {
  private final List<String> lines = new ArrayList<>();

  @Override
  public synchronized void print(String line) {
    lines.add(line);
  }

  /// The lines since the last call.
  public synchronized List<String> take() {
    List<String> taken = List.copyOf(lines);
    lines.clear();
    return taken;
  }
}
