package org.numaslab.deploy.samples;

import java.util.function.Consumer;
import org.numaslab.cpu.client.Kthreads;

/// Programs that show how the API is used, as `numaslab sample` runs them.
public enum Sample {
  DRIVER(
      "driver",
      "a cache with a constructor, objects on a list, bulk allocation, destroy",
      ClassicDriver::start),
  FORK("fork", "task_struct, with a panic where the cache cannot be made", Fork::start),
  NETWORK(
      "network",
      "a driver that allocates on one node, and a receiver that frees on another",
      NetworkDriver::start),
  DEVICE("device", "memory that a device owns and gives back when it goes", ManagedDevice::start),
  RCU("rcu", "readers without a lock, a writer that waits for them", RcuReaders::start);

  private final String label;
  private final String shows;

  @SuppressWarnings("ImmutableEnumChecker") // method references without state
  private final Consumer<Kthreads> program;

  Sample(String label, String shows, Consumer<Kthreads> program) {
    this.label = label;
    this.shows = shows;
    this.program = program;
  }

  /// Its name on the command line.
  public String label() {
    return label;
  }

  /// What it shows, in a few words.
  public String shows() {
    return shows;
  }

  /// Starts its tasks; it needs a machine of two nodes with a cpu each, or more.
  public void start(Kthreads kthreads) {
    program.accept(kthreads);
  }
}
