package org.numaslab.node.buddy;

/// Whether a node's memory can be used.
///
/// | state | pages | leaves when |
/// |---|---|---|
/// | ONLINE | handed out and taken back | it shall go off line -> GOING_OFFLINE |
/// | GOING_OFFLINE | taken back only | all are free -> OFFLINE; some are in use -> ONLINE |
/// | OFFLINE | none: no zone has them | it comes back, as at boot -> ONLINE |
///
/// Models the states of `struct memory_block` of include/linux/memory.h, v6.1, for all blocks of a
/// node at once, and MIGRATE_ISOLATE of its pageblocks.
public enum MemoryState {
  ONLINE,
  GOING_OFFLINE,
  OFFLINE
}
