/// Programs that show how the slab API of [org.numaslab.cpu.client] is used.
@NullMarked
package org.numaslab.deploy.samples;

import org.jspecify.annotations.NullMarked;
