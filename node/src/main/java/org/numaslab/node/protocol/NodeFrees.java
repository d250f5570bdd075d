package org.numaslab.node.protocol;

import java.util.Arrays;
import java.util.function.Function;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.DebugSlabs;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.cache.Tally;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.KernelMessages;

/// What a node does with objects that come back to it by address.
///
/// Owner: the node. Models `cache_from_obj` and the callers of `__slab_free` in mm/slub.c, v6.1.
final class NodeFrees {
  private static final long[] NO_OBJECTS = {};

  /// No slab is in frame 0, which ends lists.
  private static final long NO_SLAB = 0;

  /// Learns of a full slab that is frozen for whoever frees.
  interface Frozen {
    void add(KmemCacheNode cache, long slab);
  }

  private final FrameTable frames;
  private final Function<CacheId, KmemCacheNode> caches;
  private final KernelMessages messages;
  private final Tally tally;

  NodeFrees(
      FrameTable frames,
      Function<CacheId, KmemCacheNode> caches,
      KernelMessages messages,
      Tally tally) {
    this.frames = frames;
    this.caches = caches;
    this.messages = messages;
    this.tally = tally;
  }

  /// Frees what a cpu has freed to a cache, as it did.
  ///
  /// @param frozen is told of full slabs, which are frozen now
  void free(KmemCacheNode named, FreedRun run, Frozen frozen) {
    if (run.oneByOne()) {
      freeEach(named, run, frozen);
    } else {
      freeTogether(named, run.objects(), run.call(), frozen);
    }
  }

  /// Where objects of the same slab follow each other, one exchange takes them all: no cpu could
  /// come between.
  private void freeEach(KmemCacheNode named, FreedRun run, Frozen frozen) {
    long[] objects = run.objects();
    boolean unites = named.debug() == null && named.cache().hasCpuPartial();
    for (int end, at = 0; at < objects.length; at = end) {
      end = at + 1;
      long slab = unites ? ownSlabOf(named, objects[at]) : NO_SLAB;
      if (slab == NO_SLAB) {
        freeTogether(named, new long[] {objects[at]}, run.call(), frozen);
        continue;
      }
      int inUse = SlabWord.inUse(frames.word(slab));
      while (end < objects.length
          && end - at < inUse // more are freed twice: the slab may be given back before them
          && ownSlabOf(named, objects[end]) == slab) {
        end++;
      }
      free(named, slab, lastFirst(objects, at, end), end - at, frozen);
    }
  }

  /// The slab of an object of this very cache, [#NO_SLAB] for what is none.
  private long ownSlabOf(KmemCacheNode named, long object) {
    long frame = object >>> Memory.PAGE_SHIFT;
    if (!frames.isSlabOf(frame, named.cache().id().value())) {
      return NO_SLAB;
    }
    long slab = frames.head(frame);
    return isObject(named, slab, object) ? slab : NO_SLAB;
  }

  private boolean isObject(KmemCacheNode cache, long slab, long object) {
    return cache.objects().isObject(slab, SlabWord.objects(frames.word(slab)), object);
  }

  /// In the order in which a list has them to which each was put first.
  private static long[] lastFirst(long[] objects, int begin, int end) {
    long[] reversed = new long[end - begin];
    for (int i = begin; i < end; i++) {
      reversed[end - 1 - i] = objects[i];
    }
    return reversed;
  }

  /// Frees a run that the cpu took for one slab's, slab by slab: a cpu of another node sees
  /// addresses only.
  private void freeTogether(KmemCacheNode named, long[] run, Call call, Frozen frozen) {
    long[] rest = run;
    while (rest.length > 0) {
      long slab = slabOf(named, rest[0]);
      if (slab == NO_SLAB) {
        if (named.debug() == null) {
          throw noObject(named, rest[0]);
        }
        messages.print("virt_to_cache: Object is not a Slab page!");
        rest = Arrays.copyOfRange(rest, 1, rest.length);
        continue;
      }
      long[] same =
          rest.length == 1
              ? rest
              : Arrays.stream(rest).filter(o -> slabOf(named, o) == slab).toArray();
      if (same.length < rest.length) {
        rest = Arrays.stream(rest).filter(o -> slabOf(named, o) != slab).toArray();
      } else {
        rest = NO_OBJECTS;
      }
      KmemCacheNode cache = trueCache(named, slab, same[0]);
      DebugSlabs debug = cache.debug();
      if (debug != null) {
        tally.add(Stat.FREE_SLOWPATH);
        debug.free(call, slab, same, tally);
      } else {
        free(cache, slab, same, 1, frozen);
      }
    }
  }

  private void free(KmemCacheNode cache, long slab, long[] objects, int calls, Frozen frozen) {
    tally.add(Stat.FREE_SLOWPATH, calls);
    if (cache.free(slab, objects, calls, tally) == KmemCacheNode.Freed.FROZEN_FOR_FREER) {
      frozen.add(cache, slab);
    }
  }

  /// The cache that a slab is of. An object freed to another is told and goes where it belongs
  /// (`cache_from_obj`).
  private KmemCacheNode trueCache(KmemCacheNode named, long slab, long object) {
    KmemCacheNode cache = cacheOf(named, slab);
    if (cache != named) {
      messages.print(
          "cache_from_obj: Wrong slab cache. "
              + named.cache().name()
              + " but object is from "
              + cache.cache().name());
      cache.report().printTracks(object);
    }
    return cache;
  }

  /// Nearly always the one that was named: it is looked up once for all objects.
  private KmemCacheNode cacheOf(KmemCacheNode named, long slab) {
    int cache = frames.cache(slab);
    return cache == named.cache().id().value() ? named : caches.apply(new CacheId(cache));
  }

  /// The slab that an address lies in, [#NO_SLAB] for none. Where nothing else checks it, it must
  /// be an object: this machine has no word for a list of anything else.
  private long slabOf(KmemCacheNode named, long object) {
    long frame = object >>> Memory.PAGE_SHIFT;
    if (frames.kind(frame) != Kind.SLAB) {
      return NO_SLAB;
    }
    long slab = frames.head(frame);
    KmemCacheNode cache = cacheOf(named, slab);
    if (cache.debug() == null && !isObject(cache, slab, object)) {
      throw noObject(named, object);
    }
    return slab;
  }

  private static EmulatedOops noObject(KmemCacheNode named, long object) {
    return new EmulatedOops(
        "free of "
            + ObjectAddress.print(object)
            + ", which is no object of "
            + named.cache().name());
  }

  /// Frees an object that nobody has any more: no cpu is there to get its slab.
  void reclaim(long object) {
    long slab = frames.head(object >>> Memory.PAGE_SHIFT);
    long[] objects = {object};
    KmemCacheNode cache = caches.apply(new CacheId(frames.cache(slab)));
    DebugSlabs debug = cache.debug();
    if (debug != null) {
      debug.free(Call.on(0), slab, objects, tally);
    } else if (cache.free(slab, objects, 1, tally) == KmemCacheNode.Freed.FROZEN_FOR_FREER) {
      cache.unfreeze(new long[] {slab}, tally);
    }
  }
}
