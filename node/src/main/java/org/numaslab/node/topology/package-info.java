/// Who is where on the machine: nodes, CPUs, distances, page frames, and the order in which nodes
/// stand in for one another.
@NullMarked
package org.numaslab.node.topology;

import org.jspecify.annotations.NullMarked;
