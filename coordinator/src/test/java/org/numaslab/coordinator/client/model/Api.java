package org.numaslab.coordinator.client.model;

import org.numaslab.cpu.client.Task;
import org.numaslab.node.cache.KmemCache;

/// The calls that give and take memory: a test may put a machine with a bug in their place.
class Api {
  long alloc(Task current, KmemCache cache, int gfp, int node) {
    return current.slab().kmemCacheAllocNode(cache, gfp, node);
  }

  void free(Task current, KmemCache cache, long object) {
    current.slab().kmemCacheFree(cache, object);
  }

  long kmalloc(Task current, long size, int gfp, int node) {
    return current.kmalloc().kmallocNode(size, gfp, node);
  }

  void kfree(Task current, long address) {
    current.kmalloc().kfree(address);
  }
}
