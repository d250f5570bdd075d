/// Descriptions of machines, as people and kernels write them, and what is made of them.
///
/// ```text
/// "4x2:8G"              --+
/// numactl --hardware    --+--> Topologies.parse --> DescribedTopology: Topology + what was used + what was assumed
/// /sys/devices/../node  --+
///
/// folder of a kernel: node/ zoneinfo.txt slabinfo.txt slab_sysfs.tsv.gz slab_symlinks.tsv buddyinfo.txt
///                       --> KernelDirectory: Topology with real page frames, caches oldest first, aliases, counts
/// ```
///
/// One format, one small file. Whatever is wrong in a file is a
/// [org.numaslab.node.topology.BadInput] of one line that names file and line, what was got and
/// what is allowed; whatever is not in it is filled in, and said under "assumed".
///
/// Numbers are kept: a trace of the machine speaks of its cpu 5 and its node 8, so gaps in the
/// numbering (offline cpus, absent nodes) are filled with cpus that do nothing and nodes that have
/// nothing, rather than closed.
@NullMarked
package org.numaslab.coordinator.topologies;

import org.jspecify.annotations.NullMarked;
