package org.numaslab.node.loan;

import org.numaslab.node.cache.CacheId;

/// What a member knows of the partial lists of other nodes.
public interface NrPartials {
  /// A node has said how long its list is.
  void set(CacheId cache, int node, int slabs);
}
