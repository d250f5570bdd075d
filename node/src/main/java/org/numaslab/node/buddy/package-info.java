/// Free pages of one node.
@NullMarked
package org.numaslab.node.buddy;

import org.jspecify.annotations.NullMarked;
