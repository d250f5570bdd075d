@NullMarked
package org.numaslab.cpu.cache;

import org.jspecify.annotations.NullMarked;
