package org.numaslab.cpu.client;

import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.cache.KmemCache;

/// The files of /sys/kernel/slab, as a task writes them (`slab_attr_store` of mm/slub.c, v6.1).
///
/// Owner: the task.
public final class SlabFiles {
  private final Task current;

  SlabFiles(Task current) {
    this.current = current;
  }

  /// Writes a file of a cache (`echo TEXT > /sys/kernel/slab/CACHE/ATTRIBUTE`). Sleeps until
  /// everybody concerned goes by it.
  ///
  /// @param attribute name of the file, as `min_partial`
  /// @return how many characters were taken, or the negative errno of open or write
  public int write(KmemCache cache, String attribute, String text) {
    TaskReply reply =
        current.ask(
            r -> new TaskRequest.WriteAttribute(current.cpu(), r, cache.id(), attribute, text));
    return reply instanceof TaskReply.Refused refused ? -refused.error().number() : text.length();
  }
}
