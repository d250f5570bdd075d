package org.numaslab.node.protocol;

import java.util.function.IntFunction;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Loaded;
import org.numaslab.node.protocol.NodeReply.OutOfBounds;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.slab.SlabObjects;

/// What lies in one node's memory, read and written: by the node for CPUs of other nodes, and by
/// each cpu of the node itself.
///
/// Owner: whoever may touch the node's memory.
public final class NodeContents {
  private static final Outcome[] NOTHING_COUNTED = {};

  private final Memory memory;
  private final IntFunction<KmemCache> caches;
  private final IntFunction<SlabObjects> objects;

  /// @param memory that may be touched
  /// @param caches a cache by its number, as it is known here
  public NodeContents(
      Memory memory, IntFunction<KmemCache> caches, IntFunction<SlabObjects> objects) {
    this.memory = memory;
    this.caches = caches;
    this.objects = objects;
  }

  /// What lies at an address of this node.
  public AddressInfo find(long address) {
    return AddressInfo.at(address, memory.frames(), caches, objects);
  }

  /// @return [Loaded] or [OutOfBounds]
  public NodeReply load(NodeProtocol.Load m) {
    if (m.within() && isOutside(m.address(), m.bytes())) {
      return new OutOfBounds(m.request(), find(m.address()));
    }
    return new Loaded(m.request(), memory.copyOut(m.address(), m.bytes()));
  }

  /// @return [Applied] or [OutOfBounds]
  public NodeReply store(NodeProtocol.Store m) {
    if (m.within() && isOutside(m.address(), m.bytes().length)) {
      return new OutOfBounds(m.request(), find(m.address()));
    }
    memory.copyIn(m.address(), m.bytes());
    return new Applied(m.request(), NOTHING_COUNTED);
  }

  /// @return [Applied] or [OutOfBounds]
  public NodeReply fill(NodeProtocol.Fill m) {
    if (m.within() && isOutside(m.address(), m.bytes())) {
      return new OutOfBounds(m.request(), find(m.address()));
    }
    memory.fill(m.address(), m.bytes(), m.value());
    return new Applied(m.request(), NOTHING_COUNTED);
  }

  private boolean isOutside(long address, long bytes) {
    return !find(address).holds(address, bytes);
  }
}
