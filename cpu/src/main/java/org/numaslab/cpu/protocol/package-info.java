/// What the registry says to CPUs, and what tasks on them ask of it. What nodes answer is in
/// [org.numaslab.node.protocol].
@NullMarked
package org.numaslab.cpu.protocol;

import org.jspecify.annotations.NullMarked;
