package org.numaslab.cpu.client;

import java.util.Arrays;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.slab.EmulatedOops;

/// A reserve of elements for those who must get one (`mempool_t` of include/linux/mempool.h).
///
/// | reserve | [Mempools#mempoolAlloc] when there is no memory | [Mempools#mempoolFree] |
/// |---|---|---|
/// | full | takes from it | gives the element back to where it came from |
/// | not full, not empty | takes from it | refills it, wakes who waits |
/// | empty | waits if it may, else NULL | refills it, wakes who waits |
///
/// For tasks of all CPUs of one JVM. Models mm/mempool.c, v6.1.
public final class Mempool {
  /// Takes an element from memory (`mempool_alloc_t`).
  @FunctionalInterface
  public interface Alloc {
    /// @return its address, NULL when there is none
    long alloc(Task current, int gfp);
  }

  /// Gives an element back to memory (`mempool_free_t`).
  @FunctionalInterface
  public interface Free {
    /// @param element that [Alloc] gave
    void free(Task current, long element);
  }

  /// Where elements come from.
  ///
  /// @param debugged bytes of an element that are poisoned while it is in the reserve, null for a
  ///   backend that mm/mempool.c does not know
  record Backend(Alloc alloc, Free free, @Nullable ToLongBiFunction<Task, Long> debugged) {}

  final long header;
  final Backend backend;
  final WaitQueue wait;
  private long[] elements;
  private long array;
  private int minNr;
  private int currNr;
  private int returns;
  private boolean isDestroyed;

  /// @param header where the machine keeps the pool itself
  /// @param array where it keeps the list of elements
  Mempool(long header, long array, int minNr, Backend backend) {
    this.header = header;
    this.array = array;
    this.minNr = minNr;
    this.backend = backend;
    this.elements = new long[minNr];
    this.wait = new WaitQueue("an element of " + this);
  }

  /// Elements of the reserve when it is full (`min_nr`).
  public synchronized int minNr() {
    return minNr;
  }

  /// Elements in the reserve (`curr_nr`).
  public synchronized int currNr() {
    return currNr;
  }

  @Override
  public String toString() {
    return "mempool " + ObjectAddress.print(header);
  }

  synchronized void requireAlive() {
    if (isDestroyed) {
      throw new EmulatedOops("BUG: kernel NULL pointer dereference: " + this + " was destroyed");
    }
  }

  synchronized boolean hasRoom() {
    return currNr < minNr;
  }

  /// @return false when it is full
  synchronized boolean add(long element) {
    if (currNr >= minNr) {
      return false;
    }
    elements[currNr++] = element;
    returns++;
    return true;
  }

  /// Takes an element out of the reserve, the newest.
  ///
  /// @param keep so many stay
  /// @return NULL when there is none
  synchronized long remove(int keep) {
    return currNr > keep ? elements[--currNr] : Slab.NULL;
  }

  /// How often an element came back to the reserve.
  synchronized int returns() {
    return returns;
  }

  /// Makes the reserve smaller.
  ///
  /// @return false when there are more elements in it
  synchronized boolean shrink(int newMinNr) {
    if (currNr > newMinNr) {
      return false;
    }
    minNr = newMinNr;
    return true;
  }

  /// Makes the reserve larger, unless it is so large already.
  ///
  /// @return the array that is not needed now, the old or the new one
  synchronized long grow(int newMinNr, long newArray) {
    if (newMinNr <= minNr) {
      return newArray;
    }
    elements = Arrays.copyOf(elements, newMinNr);
    minNr = newMinNr;
    long old = array;
    array = newArray;
    return old;
  }

  /// @return its array
  synchronized long destroy() {
    isDestroyed = true;
    return array;
  }
}
