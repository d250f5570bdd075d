package org.numaslab.node.slab;

/// Where the slab code prints, line by line: what a kernel has in its log.
@FunctionalInterface
public interface KernelMessages {
  void print(String line);
}
