package org.numaslab.coordinator.registry;

import java.util.List;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SharedCache;

/// The caches of a run, and what is written to their files before it and after it.
///
/// @param made in the order of their numbers
/// @param initOnAlloc of all of them
/// @param seed of what is drawn for them
public record RunCaches(
    List<SharedCache> made, boolean initOnAlloc, long seed, List<Write> before, List<Write> after) {
  /// A write to a file of /sys/kernel/slab.
  ///
  /// @param cache its number
  public record Write(int cache, String attribute, String text) {}

  public RunCaches {
    made = List.copyOf(made);
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /// Makes what is not there yet, then writes. May be done again by a registry that has learned
  /// what exists: so it comes to the same.
  ///
  /// @param then runs when everybody has confirmed all of it
  public void begin(Registry registry, Runnable then) {
    for (KmemCache there : registry.caches()) {
      int number = there.id().value();
      if (number < made.size() && !there.name().equals(made.get(number).name())) {
        throw new IllegalStateException(
            "cache %d of the run is %s, there is %s"
                .formatted(number, made.get(number).name(), there.name()));
      }
    }
    make(registry, then);
  }

  private void make(Registry registry, Runnable then) {
    int next = registry.caches().size();
    if (next >= made.size()) {
      write(registry, before, 0, then);
    } else {
      registry.create(made.get(next), initOnAlloc, null, () -> make(registry, then));
    }
  }

  /// Writes what is to be written after the run.
  ///
  /// @param then runs when everybody has confirmed all of it
  public void end(Registry registry, Runnable then) {
    write(registry, after, 0, then);
  }

  private void write(Registry registry, List<Write> all, int next, Runnable then) {
    if (next == all.size()) {
      then.run();
      return;
    }
    Write write = all.get(next);
    registry.write(
        new CacheId(write.cache),
        write.attribute,
        write.text,
        refused -> {
          if (refused.isPresent()) {
            throw new IllegalStateException(write + " is refused: " + refused.get());
          }
          write(registry, all, next + 1, then);
        });
  }
}
