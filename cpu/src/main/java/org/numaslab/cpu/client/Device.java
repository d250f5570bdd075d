package org.numaslab.cpu.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.topology.NodeId;

/// A device that owns memory (`struct device` of include/linux/device.h): what [Devres] took for it
/// goes back when it does.
///
/// | entry | leaves the list when |
/// |---|---|
/// | memory, pages, action | it is freed or removed by name; a group around it is released; the device goes |
/// | mark that opens or closes a group | the group is removed; it is released, or an outer one is; the device goes |
///
/// For tasks of all CPUs of one JVM. Models the list `devres_head` of drivers/base/devres.c, v6.1.
public final class Device {
  /// What the device owns, each with its header in the machine's memory.
  sealed interface Managed {}

  /// `struct devres` with memory behind it.
  record Memory(long header) implements Managed {
    /// Where the memory is that the driver uses.
    long data() {
      return header + Devres.HEADER_BYTES;
    }
  }

  record Action(long header, Task.Body action) implements Managed {}

  record PageBlock(long header, long address, int order) implements Managed {}

  /// One end of a group.
  record Mark(Group group, boolean opens) implements Managed {}

  /// `struct devres_group`.
  static final class Group {
    final long header;
    final Object id;
    private boolean isClosed;
    private int color;

    /// @param id null where the group is its own
    Group(long header, @Nullable Object id) {
      this.header = header;
      this.id = id == null ? this : id;
    }
  }

  private final String name;
  private final int node;
  private final List<Managed> entries = new ArrayList<>();

  /// A device of no node in particular.
  public Device(String name) {
    this(name, NodeId.NONE);
  }

  /// @param name as of [#toString]
  /// @param node that its memory is taken from, if that has some (`dev_to_node`)
  public Device(String name, int node) {
    this.name = name;
    this.node = node;
  }

  /// Its node, or [NodeId#NONE].
  public int node() {
    return node;
  }

  /// How many pieces of memory, pages and actions it owns.
  public synchronized int managed() {
    return (int) entries.stream().filter(each -> !(each instanceof Mark)).count();
  }

  @Override
  public String toString() {
    return name;
  }

  synchronized void add(Managed entry) {
    entries.add(entry);
  }

  /// The newest that is looked for, null for none; it stays.
  synchronized @Nullable Managed find(Predicate<Managed> wanted) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (wanted.test(entries.get(i))) {
        return entries.get(i);
      }
    }
    return null;
  }

  /// The same, taken off the list.
  synchronized @Nullable Managed remove(Predicate<Managed> wanted) {
    Managed found = find(wanted);
    entries.remove(found);
    return found;
  }

  /// Puts another entry in an entry's place.
  ///
  /// @return the entry, null when there is none
  synchronized @Nullable Managed replace(Predicate<Managed> wanted, Managed other) {
    Managed found = find(wanted);
    if (found != null) {
      entries.set(entries.indexOf(found), other);
    }
    return found;
  }

  /// @param id null for the newest that is open
  private @Nullable Group findGroup(@Nullable Object id) {
    Managed found =
        find(each ->
            each instanceof Mark mark
                && mark.opens
                && (id == null ? !mark.group.isClosed : mark.group.id.equals(id)));
    return found instanceof Mark mark ? mark.group : null;
  }

  /// @return whether there is such a group
  synchronized boolean closeGroup(@Nullable Object id) {
    Group group = findGroup(id);
    if (group == null) {
      return false;
    }
    group.isClosed = true;
    entries.add(new Mark(group, false));
    return true;
  }

  /// Forgets a group; what is in it stays.
  synchronized @Nullable Group removeGroup(@Nullable Object id) {
    Group group = findGroup(id);
    entries.removeIf(each -> each instanceof Mark mark && mark.group.equals(group));
    return group;
  }

  /// Takes all of a group off the list; null when there is none.
  synchronized @Nullable List<Managed> takeGroup(@Nullable Object id) {
    Group group = findGroup(id);
    if (group == null) {
      return null;
    }
    int end = entries.indexOf(new Mark(group, false));
    return take(entries.indexOf(new Mark(group, true)), end < 0 ? entries.size() : end + 1);
  }

  synchronized List<Managed> takeAll() {
    return take(0, entries.size());
  }

  /// Takes what lies in a range: entries first, then groups that lie wholly in it; for one that is
  /// open its begin is enough (`remove_nodes`).
  private List<Managed> take(int from, int to) {
    List<Managed> range = entries.subList(from, to);
    List<Managed> taken = new ArrayList<>();
    List<Mark> marks = new ArrayList<>();
    for (Managed each : range) {
      if (each instanceof Mark mark) {
        mark.group.color = 0;
        marks.add(mark);
      } else {
        taken.add(each);
      }
    }
    for (Mark mark : marks) {
      mark.group.color += mark.group.isClosed ? 1 : 2;
      if (mark.group.color == 2) {
        taken.add(new Mark(mark.group, true));
      }
    }
    range.removeIf(each -> !(each instanceof Mark mark) || mark.group.color == 2);
    return taken;
  }
}
