package org.numaslab.coordinator.registry;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SharedCache;

/// How the registry serves tasks.
public final class TaskRequests {
  private TaskRequests() {}

  /// Starts what is asked.
  ///
  /// @param then gets the answer when everybody concerned has confirmed it
  public static void serve(Registry registry, TaskRequest request, Consumer<TaskReply> then) {
    long number = request.request();
    Runnable done = () -> then.accept(new TaskReply.Done(number));
    switch (request) {
      case TaskRequest.CreateCache m -> create(registry, m, then);
      case TaskRequest.DestroyCache m when registry.isDestroyed(m.cache()) ->
          then.accept(new TaskReply.Refused(number, Errno.ENOENT, "it is destroyed already"));
      case TaskRequest.DestroyCache m -> registry.destroy(m.cache(), left -> done.run());
      case TaskRequest.ShrinkCache m ->
          registry.shrink(m.cache(), left -> then.accept(new TaskReply.Shrunk(number, left)));
      case TaskRequest.WriteAttribute m ->
          registry.write(
              m.cache(), m.attribute(), m.text(), refused -> then.accept(written(number, refused)));
      case TaskRequest.EndGracePeriod m -> registry.gracePeriod(done);
      case TaskRequest.SetCpu m -> registry.setCpu(m.cpu(), m.online(), returned(number, then));
      case TaskRequest.SetMemory m ->
          registry.setMemory(m.node(), m.online(), returned(number, then));
    }
  }

  private static IntConsumer returned(long number, Consumer<TaskReply> then) {
    return value -> then.accept(new TaskReply.Returned(number, value));
  }

  private static void create(
      Registry registry, TaskRequest.CreateCache m, Consumer<TaskReply> then) {
    if (!registry.joins(m.cache())
        && registry.hasDirectory(SharedCache.created(m.cache(), registry.boot()).directory())) {
      then.accept(
          new TaskReply.Refused(
              m.request(), Errno.EEXIST, "/kernel/slab/" + m.cache().name() + " exists"));
      return;
    }
    KmemCache[] cache = new KmemCache[1];
    cache[0] =
        registry.create(
            m.cache(),
            registry.boot(),
            registry.initOnAlloc(),
            m.constructor(),
            () -> then.accept(new TaskReply.Created(m.request(), cache[0])));
  }

  private static TaskReply written(long number, Optional<Refused> refused) {
    return refused
        .<TaskReply>map(r -> new TaskReply.Refused(number, r.error(), "allowed: " + r.allowed()))
        .orElseGet(() -> new TaskReply.Done(number));
  }
}
