package org.numaslab.coordinator.driver.simulate;

import java.util.function.BooleanSupplier;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// A node that has no page for anybody while somebody says so.
record FailingPages(Nature nature, BooleanSupplier hasNone) implements Nature {
  @Override
  public long page(CacheId cache, NodeId node, int order, int gfp, Watermark mark) {
    return hasNone.getAsBoolean() ? REFUSED : nature.page(cache, node, order, gfp, mark);
  }

  @Override
  public void giveBack(CacheId cache, long pageFrame, int order) {
    nature.giveBack(cache, pageFrame, order);
  }

  @Override
  public void setMemory(MemoryState state) {
    nature.setMemory(state);
  }

  @Override
  public int firstIndex(KmemCache cache, int objects) {
    return nature.firstIndex(cache, objects);
  }

  @Override
  public int[] randomSequence(CacheId cache, int objects) {
    return nature.randomSequence(cache, objects);
  }

  @Override
  public long cookie(CacheId cache) {
    return nature.cookie(cache);
  }

  @Override
  public boolean searchRemote(KmemCache cache, CpuId cpu) {
    return nature.searchRemote(cache, cpu);
  }
}
