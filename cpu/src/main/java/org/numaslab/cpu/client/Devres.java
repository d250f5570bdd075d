package org.numaslab.cpu.client;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.client.Device.Action;
import org.numaslab.cpu.client.Device.Group;
import org.numaslab.cpu.client.Device.Managed;
import org.numaslab.cpu.client.Device.Mark;
import org.numaslab.cpu.client.Device.Memory;
import org.numaslab.cpu.client.Device.PageBlock;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.NodeId;

/// Memory that a device owns, as its driver uses it: the `devm_*` functions of
/// include/linux/device.h and drivers/base/devres.c, v6.1. What is not freed before goes back when
/// the device goes, newest first.
///
/// A piece of memory is one kmalloc, on the device's node:
///
/// ```text
/// 0      16        24     32     40            40 + size
/// +------+---------+------+------+-------------+
/// | list | release | name | size | data        |   devm_kmalloc gives the address of data
/// +------+---------+------+------+-------------+
/// ```
///
/// so that `devm_kmalloc(24)` takes an object of kmalloc-64.
///
/// Departure: of the header only `size` is filled in; the list itself is in [Device], so that a
/// driver which writes below its memory spoils no list.
///
/// Owner: the task.
public final class Devres {
  /// `sizeof(struct devres)`.
  static final int HEADER_BYTES = 40;

  private static final int SIZE_OFFSET = 32;

  /// `sizeof(struct devres_group)`: two headers, the id and a color.
  private static final int GROUP_BYTES = 2 * HEADER_BYTES + 16;

  /// Of `struct action_devres` and `struct pages_devres`: two words.
  private static final int TWO_WORDS = 16;

  private static final String FILE = "drivers/base/devres.c ";

  private final Task current;
  private final Kmalloc heap;

  Devres(Task current) {
    this.current = current;
    this.heap = current.kmalloc();
  }

  // ---- memory

  /// Takes memory for a device (`devm_kmalloc`).
  ///
  /// @param size in bytes
  /// @param gfp bits of [Gfp]
  /// @return its address, NULL when there is none, or [Kmalloc#ZERO_SIZE_PTR] for size 0, which the
  ///   device does not own
  public long devmKmalloc(Device dev, long size, int gfp) {
    if (size == 0) {
      return Kmalloc.ZERO_SIZE_PTR;
    }
    Memory made = allocDr(size, gfp, dev.node());
    if (made == null) {
      return Slab.NULL;
    }
    dev.add(made);
    return made.data();
  }

  /// Takes memory of zeros.
  public long devmKzalloc(Device dev, long size, int gfp) {
    return devmKmalloc(dev, size, gfp | Gfp.ZERO);
  }

  /// Takes memory for `count` elements of `size` bytes (`devm_kmalloc_array`).
  ///
  /// @return NULL also when the product is more than 64 bits hold
  public long devmKmallocArray(Device dev, long count, long size, int gfp) {
    return Math.unsignedMultiplyHigh(count, size) != 0
        ? Slab.NULL
        : devmKmalloc(dev, count * size, gfp);
  }

  /// Takes memory of zeros for `count` elements of `size` bytes.
  public long devmKcalloc(Device dev, long count, long size, int gfp) {
    return devmKmallocArray(dev, count, size, gfp | Gfp.ZERO);
  }

  /// Copies a text, with a zero byte behind it (`devm_kstrdup`).
  ///
  /// @param text in UTF-8 then; null gives NULL
  public long devmKstrdup(Device dev, @Nullable String text, int gfp) {
    return text == null
        ? Slab.NULL
        : devmKmemdup(dev, (text + '\0').getBytes(StandardCharsets.UTF_8), gfp);
  }

  /// Copies bytes (`devm_kmemdup`).
  public long devmKmemdup(Device dev, byte[] source, int gfp) {
    long copy = devmKmalloc(dev, source.length, gfp);
    if (copy != Slab.NULL && source.length > 0) {
      current.contents().write(copy, source);
    }
    return copy;
  }

  /// Another size for the same contents: where they are, or in new memory, which then takes the
  /// place of the old in the order of release (`devm_krealloc`).
  ///
  /// @param address that a devm function gave; NULL and ZERO_SIZE_PTR take new memory
  /// @param size 0 frees
  /// @return NULL when there is no memory, or the device does not own what is there: that stays
  public long devmKrealloc(Device dev, long address, long size, int gfp) {
    if (size == 0) {
      devmKfree(dev, address);
      return Kmalloc.ZERO_SIZE_PTR;
    }
    if (isNothing(address)) {
      return devmKmalloc(dev, size, gfp);
    }
    if (size < 0 || size > Long.MAX_VALUE - HEADER_BYTES) {
      return Slab.NULL;
    }
    long had = heap.ksize(address - HEADER_BYTES);
    if (had == 0) {
      current.print("Pointer doesn't point to dynamically allocated memory.");
      current.warn(FILE + "devm_krealloc");
      return Slab.NULL;
    }
    if (size + HEADER_BYTES <= had) {
      return address;
    }
    // The kernel, too, asks for the header twice.
    Memory grown = allocDr(size + HEADER_BYTES, gfp, dev.node());
    if (grown == null) {
      return Slab.NULL;
    }
    if (dev.replace(each -> isMemoryAt(each, address), grown) == null) {
      heap.kfree(grown.header());
      current.print("Memory chunk not managed or managed by a different device.");
      current.warn(FILE + "devm_krealloc");
      return Slab.NULL;
    }
    Contents contents = current.contents();
    contents.write(grown.data(), contents.read(address, (int) (had - HEADER_BYTES)));
    heap.kfree(address - HEADER_BYTES);
    return grown.data();
  }

  /// Gives memory back before its device goes (`devm_kfree`). What the device does not own stays,
  /// with a warning in the kernel's log.
  ///
  /// @param address that a devm function gave; NULL and ZERO_SIZE_PTR are nothing
  public void devmKfree(Device dev, long address) {
    if (isNothing(address)) {
      return;
    }
    if (dev.remove(each -> isMemoryAt(each, address)) == null) {
      current.warn(FILE + "devm_kfree");
      return;
    }
    heap.kfree(address - HEADER_BYTES);
  }

  // ---- pages

  /// Takes a block of pages for a device (`devm_get_free_pages`).
  ///
  /// @return its address, NULL when there is none
  public long devmGetFreePages(Device dev, int gfp, int order) {
    long address = current.pages().getFreePages(gfp, order);
    if (address == Slab.NULL) {
      return Slab.NULL;
    }
    Memory header = allocDr(TWO_WORDS, Gfp.KERNEL | Gfp.ZERO, NodeId.NONE);
    if (header == null) {
      current.pages().freePages(address, order);
      return Slab.NULL;
    }
    dev.add(new PageBlock(header.header(), address, order));
    return address;
  }

  /// Gives a block back before its device goes (`devm_free_pages`); what the device does not own
  /// stays, with a warning.
  public void devmFreePages(Device dev, long address) {
    Managed found =
        dev.remove(each -> each instanceof PageBlock block && block.address() == address);
    if (found == null) {
      current.warn(FILE + "devm_free_pages");
    } else {
      release(found);
    }
  }

  // ---- actions

  /// Has something done when the device goes (`devm_add_action`).
  ///
  /// @return 0, or -ENOMEM: then it is not done
  public int devmAddAction(Device dev, Task.Body action) {
    Memory header = allocDr(TWO_WORDS, Gfp.KERNEL | Gfp.ZERO, NodeId.NONE);
    if (header == null) {
      return -Errno.ENOMEM.number();
    }
    dev.add(new Action(header.header(), action));
    return 0;
  }

  /// The same; where there is no memory it is done at once (`devm_add_action_or_reset`).
  public int devmAddActionOrReset(Device dev, Task.Body action) {
    int refused = devmAddAction(dev, action);
    if (refused != 0) {
      action.run(current);
    }
    return refused;
  }

  /// Forgets an action (`devm_remove_action`).
  ///
  /// @param action the same object; one that was not added gives a warning
  public void devmRemoveAction(Device dev, Task.Body action) {
    Managed found = removeAction(dev, action, "devm_remove_action");
    if (found instanceof Action removed) {
      heap.kfree(removed.header());
    }
  }

  /// Does an action now, and not when the device goes (`devm_release_action`).
  public void devmReleaseAction(Device dev, Task.Body action) {
    Managed found = removeAction(dev, action, "devm_release_action");
    if (found != null) {
      release(found);
    }
  }

  private @Nullable Managed removeAction(Device dev, Task.Body action, String function) {
    Managed found = dev.remove(each -> each instanceof Action a && a.action().equals(action));
    if (found == null) {
      current.warn(FILE + function);
    }
    return found;
  }

  // ---- groups

  /// Begins a group: what the device gets from now on belongs to it. Groups nest
  /// (`devres_open_group`).
  ///
  /// @param id by which it is found again; null where the group names itself
  /// @return the id, null when there is no memory
  public @Nullable Object devresOpenGroup(Device dev, @Nullable Object id, int gfp) {
    long header = heap.kmalloc(GROUP_BYTES, gfp);
    if (header == Slab.NULL) {
      return null;
    }
    Group group = new Group(header, id);
    dev.add(new Mark(group, true));
    return group.id;
  }

  /// Ends a group (`devres_close_group`); a warning when there is none.
  ///
  /// @param id null for the newest that is open
  public void devresCloseGroup(Device dev, @Nullable Object id) {
    if (!dev.closeGroup(id)) {
      current.warn(FILE + "devres_close_group");
    }
  }

  /// Forgets a group; what is in it stays the device's (`devres_remove_group`).
  public void devresRemoveGroup(Device dev, @Nullable Object id) {
    Group group = dev.removeGroup(id);
    if (group == null) {
      current.warn(FILE + "devres_remove_group");
    } else {
      heap.kfree(group.header);
    }
  }

  /// Gives back what is in a group, with the groups in it, newest first (`devres_release_group`).
  ///
  /// @return how many pieces of memory and actions
  public int devresReleaseGroup(Device dev, @Nullable Object id) {
    List<Managed> taken = dev.takeGroup(id);
    if (taken == null) {
      current.warn(FILE + "devres_release_group");
      return 0;
    }
    return releaseAll(taken);
  }

  // ---- the device goes

  /// Gives back all that the device owns, newest first: at the end of `device_del`, or when its
  /// driver is unbound (`devres_release_all`). The device may be used again.
  ///
  /// @return how many pieces of memory and actions
  public int devresReleaseAll(Device dev) {
    return releaseAll(dev.takeAll());
  }

  private int releaseAll(List<Managed> taken) {
    taken.reversed().forEach(this::release);
    return (int) taken.stream().filter(each -> !(each instanceof Mark)).count();
  }

  private void release(Managed entry) {
    switch (entry) {
      case Memory memory -> heap.kfree(memory.header());
      case Action action -> {
        action.action().run(current);
        heap.kfree(action.header());
      }
      case PageBlock block -> {
        current.pages().freePages(block.address(), block.order());
        heap.kfree(block.header());
      }
      case Mark mark -> heap.kfree(mark.group().header);
    }
  }

  private @Nullable Memory allocDr(long size, int gfp, int node) {
    if (size < 0 || size > Long.MAX_VALUE - HEADER_BYTES) {
      return null;
    }
    long header = heap.kmallocNode(HEADER_BYTES + size, gfp, node);
    if (header == Slab.NULL) {
      return null;
    }
    Contents contents = current.contents();
    contents.fill(header, HEADER_BYTES, (byte) 0);
    contents.writeLong(header + SIZE_OFFSET, size);
    return new Memory(header);
  }

  private static boolean isMemoryAt(Managed entry, long address) {
    return entry instanceof Memory memory && memory.data() == address;
  }

  private static boolean isNothing(long address) {
    return address >= 0 && address <= Kmalloc.ZERO_SIZE_PTR;
  }
}
