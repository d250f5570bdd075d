/// What a run came to: gathered once, then written for people and for programs.
///
/// ```text
/// Replay, Trace, Audit --> RunResult (records) --> Summary      summary.txt, what the terminal shows
///                                              \-> JSON         result.json
/// clocks              --> RunTiming            --> JSON         timing.json
/// Machine             --> Slabinfo             --> text         slabinfo, /proc/slabinfo 2.1
/// Machine             --> MachineFiles         --> texts, links proc/..., sys/...
/// KernelLog           -->                          text         dmesg
/// MachineDump         --> StateFile            --> JSON         state.json, for later
///                             \-> CacheView    --> text         one cache, slab by slab
/// ```
///
/// Decisions:
/// - The summary is written from the records that become result.json, and from RunTiming: so every
///   figure that it shows is in one of the two files.
/// - RunResult holds nothing that a clock said, so two simulated runs with one seed give the same
///   bytes.
/// - A figure is *measured* (of a real machine: the recorded one, or by our clock), *modelled*
///   (what the emulated kernel did) or *assumed* (the inputs do not say).
@NullMarked
package org.numaslab.coordinator.report;

import org.jspecify.annotations.NullMarked;
