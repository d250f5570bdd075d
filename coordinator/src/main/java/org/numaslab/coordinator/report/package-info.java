/// What a run came to: gathered once, then written for people and for programs.
///
/// ```text
/// Experiment --> RunPart        what one process has: nodes, CPUs, counts, dump; PartBytes sends it
/// RunParts   --> WholeRun       added up: one process is one part
/// WholeRun, Trace, Audit --> RunResult (records) --> Summary      summary.txt, the terminal's
///                                                \-> JSON         result.json
/// WholeRun, clocks       --> RunTiming           --> JSON         timing.json
/// WholeRun               --> RunFiles            --> texts        slabinfo, dmesg, all of the above
///                        \-> MachineFiles        --> texts, links proc/..., sys/...
/// MachineDump            --> StateFile           --> JSON         state.json, for later
///                        \-> CacheView           --> text         one cache, slab by slab
/// ```
///
/// Decisions:
/// - The summary is written from the records that become result.json, and from RunTiming: so every
///   figure that it shows is in one of the two files.
/// - RunResult holds nothing that a clock said but what crossing processes cost, so two simulated
///   runs with one seed give the same bytes.
/// - A machine of several processes has the figures that one process would have, from the same
///   code; what crossed processes is a section of its own (ClusterFigures, CostSplit, LossTiming),
///   which is absent where there was one.
/// - A figure is *measured* (of a real machine: the recorded one, or by our clock), *modelled*
///   (what the emulated kernel did) or *assumed* (the inputs do not say).
@NullMarked
package org.numaslab.coordinator.report;

import org.jspecify.annotations.NullMarked;
