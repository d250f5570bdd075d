/// What runs on a cpu: programs that give it one operation at a time.
@NullMarked
package org.numaslab.cpu.client;

import org.jspecify.annotations.NullMarked;
