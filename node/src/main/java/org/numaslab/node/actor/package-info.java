/// The shell around a node.
@NullMarked
package org.numaslab.node.actor;

import org.jspecify.annotations.NullMarked;
