package org.numaslab.coordinator.report;

import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.topology.BadInput;

/// The object in whose slot an address lies, in a machine at rest: what `kmem_dump_obj` and drgn's
/// `slab_object_info` tell of a kernel.
///
/// | state | means |
/// |---|---|
/// | allocated | a task has it |
/// | free, next N on cpu C | on the list of the cpu whose current slab it is in; 0 is the next to be taken |
/// | free, next N in its slab | on the slab's own list |
///
/// @param where of its slab, as [CacheState] says it
/// @param object its address, as the kernel prints it
public record ObjectState(
    String cache, int node, String slab, String where, int index, String object, String state) {

  /// @param address physical, in any byte of an object's slot
  /// @throws BadInput when it lies in no slab
  public static ObjectState at(MachineDump machine, long address) {
    for (NodeDump node : machine.nodes()) {
      for (SlabDump slab : node.slabs()) {
        long begin = slab.frame() << Memory.PAGE_SHIFT;
        if (address >= begin && address - begin < (long) Memory.PAGE_BYTES << slab.order()) {
          return in(machine, node.id(), slab, address - begin);
        }
      }
    }
    throw new BadInput(
        "address: got %s, allowed: one in a slab of this machine"
            .formatted(ObjectAddress.print(address)));
  }

  private static ObjectState in(MachineDump machine, int node, SlabDump slab, long offset) {
    CacheDump cache = cache(machine, slab);
    int index = (int) (offset / cache.slotBytes());
    if (index >= slab.objects()) {
      throw new BadInput(
          "address: got one behind the last object of slab 0x%x, allowed: one of its %d objects"
              .formatted(slab.frame(), slab.objects()));
    }
    CacheState.Slab place = place(machine, cache, node, slab);
    int onCpu = position(place.freeOnCpu(), index);
    int inSlab = position(place.free(), index);
    return new ObjectState(
        cache.name(),
        node,
        place.frame(),
        place.where(),
        index,
        ObjectAddress.print(object(cache, slab, index)),
        onCpu >= 0
            ? "free, next " + onCpu + " on " + place.where().replace("lent to ", "")
            : inSlab >= 0 ? "free, next " + inSlab + " in its slab" : "allocated");
  }

  /// The physical addresses of all objects of a cache that tasks have, ascending by node and slab:
  /// drgn's `slab_cache_for_each_allocated_object`.
  ///
  /// @throws BadInput when the machine has no cache of this name
  public static LongStream allocated(MachineDump machine, String name) {
    CacheState state = CacheState.of(machine, name);
    return machine.nodes().stream()
        .flatMapToLong(node ->
            node.slabs().stream()
                .filter(slab -> cache(machine, slab).name().equals(state.cache()))
                .flatMapToLong(slab -> allocated(machine, node.id(), slab)));
  }

  private static LongStream allocated(MachineDump machine, int node, SlabDump slab) {
    CacheDump cache = cache(machine, slab);
    CacheState.Slab place = place(machine, cache, node, slab);
    BitSet free = new BitSet();
    IntStream.concat(IntStream.of(place.freeOnCpu()), IntStream.of(place.free()))
        .forEach(free::set);
    return IntStream.range(0, slab.objects())
        .filter(index -> !free.get(index))
        .mapToLong(index -> object(cache, slab, index));
  }

  private static CacheDump cache(MachineDump machine, SlabDump slab) {
    return machine.caches().stream()
        .filter(known -> known.id() == slab.cache())
        .findFirst()
        .orElseThrow(
            () -> new BadInput("state: slab 0x%x is of no cache in it".formatted(slab.frame())));
  }

  private static CacheState.Slab place(
      MachineDump machine, CacheDump cache, int node, SlabDump slab) {
    String frame = "0x" + Long.toHexString(slab.frame());
    return CacheState.of(machine, cache.name()).nodes().stream()
        .filter(of -> of.node() == node)
        .flatMap(of -> of.slabs().stream())
        .filter(of -> of.frame().equals(frame))
        .findFirst()
        .orElseThrow();
  }

  private static int position(int[] list, int index) {
    for (int i = 0; i < list.length; i++) {
      if (list[i] == index) {
        return i;
      }
    }
    return -1;
  }

  private static long object(CacheDump cache, SlabDump slab, int index) {
    return (slab.frame() << Memory.PAGE_SHIFT)
        + (long) index * cache.slotBytes()
        + cache.firstBytes();
  }

  /// The object in one line.
  public String line() {
    return "%s of %s: %s; index %d of slab %s of node %d, which is %s%n"
        .formatted(object, cache, state, index, slab, node, where);
  }
}
