/// Slabs: how a cache's objects lie in pages, and who may take them.
///
/// ```text
/// CacheRequest + GeometryOptions --> SlotLayout --> SlabOrder --> CacheGeometry
///   what was asked   boot, machine     one slot       one slab      struct kmem_cache's numbers
///
/// SlubDebug: which cache gets which debug flags, in GeometryOptions
/// SharedCache: which older cache a request joins instead, oldest first; aliases and directories
/// KmallocClasses: the requests that boot makes for kmalloc, and which of them serves a size
/// ```
@NullMarked
package org.numaslab.node.slab;

import org.jspecify.annotations.NullMarked;
