/// What a cache is, and one node's half of it: the partial list, the slabs, and every path that the
/// kernel walks under `list_lock`.
///
/// A node's partial list is touched by the node alone; its mailbox stands for the lock. CPUs of the
/// node push objects into slabs by compare-and-exchange on the slab word, as the kernel's
/// `__slab_free` does:
///
/// | step | by the cpu | by the node |
/// |---|---|---|
/// | push onto a frozen slab, or a partial one that stays partial | yes | for CPUs of other nodes |
/// | freeze a full slab into which it frees | yes | for CPUs of other nodes |
/// | unfreeze a slab that has nothing free | yes | - |
/// | take the list of a slab that it has frozen | yes | for CPUs of other nodes |
/// | unfreeze a slab with free objects, list it, unlist it, discard it | never | yes |
@NullMarked
package org.numaslab.node.cache;

import org.jspecify.annotations.NullMarked;
