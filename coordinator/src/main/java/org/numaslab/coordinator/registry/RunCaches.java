package org.numaslab.coordinator.registry;

import java.util.List;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.BadInput;

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
  /// @throws BadInput when what exists is of another run: whoever goes on with one has its options
  public void begin(Registry registry, Runnable then) {
    for (KmemCache there : registry.caches()) {
      int number = there.id().value();
      if (number < made.size() && !isOf(there, made.get(number))) {
        throw new BadInput(
            "the options of the run: got cache %d as %s, allowed: those of the run that is under way, where it is %s"
                .formatted(
                    number,
                    text(made.get(number).name(), made.get(number).geometry()),
                    text(there.name(), there.geometry())));
      }
    }
    make(registry, then);
  }

  private static boolean isOf(KmemCache there, SharedCache wanted) {
    return there.name().equals(wanted.name())
        && there.geometry().size() == wanted.geometry().size();
  }

  private static String text(String name, CacheGeometry geometry) {
    return name + " in slots of " + geometry.size();
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
