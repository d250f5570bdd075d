package org.numaslab.cpu.client;

import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// One call of `kmem_cache_create_usercopy` of mm/slab_common.c, v6.1: what it refuses, and how.
///
/// | argument | refused with -EINVAL | else |
/// |---|---|---|
/// | name | null, empty; longer than a file's name may be | a `/` in it stands as `!` in /sys/kernel/slab |
/// | size | 0, negative, above 4 MiB | - |
/// | align | negative, no power of two, above 4 MiB | rounded up to a word |
/// | flags | bits that no creator may set | - |
/// | usercopy region | - | one that leaves the object is dropped, with a warning |
///
/// A name that a cache of its own already has in /sys/kernel/slab is refused with -EEXIST. With
/// PANIC every refusal is a panic.
///
/// Departures: the kernel divides by a size of 0, and rounds to an alignment that is no power of
/// two; it takes names of any length.
final class CacheCreation {
  private static final String FUNCTION = "kmem_cache_create_usercopy";
  private static final int NAME_MAX = 255;

  private final Task current;
  private final @Nullable String name;
  private final int flags;

  CacheCreation(Task current, @Nullable String name, int flags) {
    this.current = current;
    this.name = name;
    this.flags = flags;
  }

  @Nullable KmemCache create(
      long size,
      long align,
      long userOffset,
      long userSize,
      @Nullable ObjectConstructor constructor) {
    String called = name;
    if (called == null || called.isEmpty() || size > CacheRequest.OBJECT_SIZE_MAX || size < 0) {
      current.print("kmem_cache_create(" + called + ") integrity check failed");
      return refused(Errno.EINVAL);
    }
    if (called.length() > NAME_MAX) {
      return refused(Errno.EINVAL);
    }
    CacheRequest request;
    try {
      request =
          new CacheRequest(
              called.replace('/', '!'),
              Math.toIntExact(size),
              Math.toIntExact(align),
              flags,
              constructor != null,
              copied(size, userOffset, userSize));
    } catch (BadInput | ArithmeticException refusal) {
      return refused(Errno.EINVAL);
    }
    TaskReply reply =
        current.ask(r -> new TaskRequest.CreateCache(current.cpu(), r, request, constructor));
    return switch (reply) {
      case TaskReply.Created created -> created.cache();
      case TaskReply.Refused refusal -> {
        current.print("sysfs: cannot create duplicate filename '/kernel/slab/" + called + "'");
        yield refused(refusal.error());
      }
      default -> throw new IllegalStateException("creation answered by " + reply);
    };
  }

  private int copied(long size, long userOffset, long userSize) {
    boolean none = userSize == 0 && userOffset == 0;
    boolean within =
        userSize > 0 && userOffset >= 0 && size >= userSize && size - userSize >= userOffset;
    boolean lies = none || within;
    if (!lies) {
      current.print("WARNING: mm/slab_common.c " + FUNCTION + ": bad usercopy region of " + name);
    }
    return lies ? Math.toIntExact(userSize) : 0;
  }

  private @Nullable KmemCache refused(Errno why) {
    if ((flags & SlabFlags.PANIC) != 0) {
      throw new KernelPanic(
          "%s: Failed to create slab '%s'. Error -%d".formatted(FUNCTION, name, why.number()));
    }
    current.print("%s(%s) failed with error -%d".formatted(FUNCTION, name, why.number()));
    return null;
  }
}
