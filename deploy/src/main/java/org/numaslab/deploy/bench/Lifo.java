package org.numaslab.deploy.bench;

import org.numaslab.node.memory.Memory;

/// A list of free objects and nothing else, the limit of every allocator that links them through
/// themselves: the next pointer lies where the cache has it, in the machine's memory.
final class Lifo {
  private final Memory memory;
  private final int offset;
  private long head;

  Lifo(Memory memory, int offset) {
    this.memory = memory;
    this.offset = offset;
  }

  long pop() {
    long object = head;
    head = memory.load(object + offset);
    return object;
  }

  void push(long object) {
    memory.store(object + offset, head);
    head = object;
  }
}
