package org.numaslab.node.protocol;

/// A slab as its node sees it, for reports.
///
/// @param inUse objects that are not on the slab's own list
/// @param free the indexes of that list, in list order
public record SlabView(long frame, int order, int inUse, int objects, boolean frozen, int[] free) {}
