/// Free pages of one node.
///
/// | class | does |
/// |---|---|
/// | [Buddy] | what the node asks: allocate, free, hold; the choice of the zone |
/// | [Zone] | split, merge, which end of a list |
/// | [ZoneReserve] | watermarks: whether a request may have pages; [ZoneLimits]: how high they are |
/// | [PageGrouping] | what a request takes from other migrate types; the high-order atomic reserve |
/// | [PageBlocks] | the migrate type of each 512 pages |
/// | [FreeAreas] | the lists, by order and migrate type |
/// | [FreeList] | one list, linked through the page-frame table |
/// | [FreshBlocks] | the part of the highest movable list that nobody has touched |
///
/// Decided: large blocks free since boot are a range, not a list. Linking them would write one page
/// of the page-frame table per 4 MiB, 1 GiB of real memory for an emulated TiB; that the order of
/// the list is the same is shown at [FreshBlocks] and tested against a model that links everything.
@NullMarked
package org.numaslab.node.buddy;

import org.jspecify.annotations.NullMarked;
