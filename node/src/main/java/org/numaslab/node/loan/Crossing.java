package org.numaslab.node.loan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol.Activate;
import org.numaslab.node.protocol.NodeProtocol.Count;
import org.numaslab.node.protocol.NodeProtocol.Deactivate;
import org.numaslab.node.protocol.NodeProtocol.Fill;
import org.numaslab.node.protocol.NodeProtocol.Find;
import org.numaslab.node.protocol.NodeProtocol.Free;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeProtocol.GivePages;
import org.numaslab.node.protocol.NodeProtocol.Load;
import org.numaslab.node.protocol.NodeProtocol.NewSlab;
import org.numaslab.node.protocol.NodeProtocol.Store;
import org.numaslab.node.protocol.NodeProtocol.TakePages;
import org.numaslab.node.protocol.NodeProtocol.TakePartial;
import org.numaslab.node.protocol.NodeProtocol.Unfreeze;
import org.numaslab.node.protocol.NodeProtocol.Zero;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeReply.Activated;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Counted;
import org.numaslab.node.protocol.NodeReply.Found;
import org.numaslab.node.protocol.NodeReply.Gone;
import org.numaslab.node.protocol.NodeReply.Granted;
import org.numaslab.node.protocol.NodeReply.Handed;
import org.numaslab.node.protocol.NodeReply.Loaded;
import org.numaslab.node.protocol.NodeReply.OutOfBounds;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.protocol.NodeReply.Refused;
import org.numaslab.node.protocol.NodeReply.TookPages;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.SlabObjects;

/// Which addresses a cpu's request takes across the border, and what it is answered where the home
/// cannot be reached.
///
/// | request | takes out of the member | brings in | unanswered in time | answered too late |
/// |---|---|---|---|---|
/// | TakePartial, NewSlab | - | the first slab's free objects, or an object | refused | the slabs go back |
/// | Activate | - | the slab's free objects | the slab was full | they go back |
/// | TakePages | - | the block | refused | it goes back |
/// | Deactivate, Free, GivePages | what they name | - | waits | - |
/// | Unfreeze | - | - | waits | - |
/// | Zero | - | - | gone | the object goes back |
/// | Load, Find, Count | - | - | gone | - |
/// | Store, Fill | - | - | waits | - |
///
/// Owner: the border.
final class Crossing {
  private static final long[] NOTHING = {};
  private static final int[] NO_INDEXES = {};
  private static final Outcome[] NO_OUTCOMES = {};

  /// What comes back without a cpu that waits has no number of the cpu's.
  private static final long NOBODYS = 0;

  private final Function<CacheId, SlabObjects> objects;

  /// @param objects where the objects of a cache lie in its slabs
  Crossing(Function<CacheId, SlabObjects> objects) {
    this.objects = objects;
  }

  private long[] addresses(CacheId cache, SlabRef slab, int[] indexes) {
    if (indexes.length == 0) {
      return NOTHING;
    }
    SlabObjects of = objects.apply(cache);
    return Arrays.stream(indexes).mapToLong(index -> of.objectAt(slab.frame(), index)).toArray();
  }

  long[] leaving(FromCpu message) {
    return switch (message) {
      case Deactivate m -> addresses(m.cache(), m.slab(), m.indexes());
      case Free m -> freed(m.runs());
      case GivePages m -> new long[] {m.address()};
      default -> NOTHING;
    };
  }

  private static long[] freed(FreedRun[] runs) {
    if (runs.length == 1) {
      return runs[0].objects(); // by far the most
    }
    int count = 0;
    for (FreedRun run : runs) {
      count += run.objects().length;
    }
    long[] objects = new long[count];
    int at = 0;
    for (FreedRun run : runs) {
      System.arraycopy(run.objects(), 0, objects, at, run.objects().length);
      at += run.objects().length;
    }
    return objects;
  }

  long[] entering(FromCpu message, NodeReply reply) {
    return switch (reply) {
      case Granted granted -> {
        SlabGrant first = granted.slabs()[0];
        CacheId cache = cacheOf(message);
        yield cache == null ? NOTHING : addresses(cache, first.slab(), first.indexes());
      }
      case Activated activated ->
          message instanceof Activate m
              ? addresses(m.cache(), m.slab(), activated.indexes())
              : NOTHING;
      case Handed handed -> new long[] {handed.object()};
      case TookPages took -> new long[] {took.frame() << Memory.PAGE_SHIFT};
      default -> NOTHING;
    };
  }

  /// Whether an answer gives a cpu something to use: also the right to a slab that it has freed
  /// into, or an object that it has only waited to be cleared.
  static boolean isGrant(FromCpu message, NodeReply reply) {
    return switch (reply) {
      case Granted granted -> true;
      case Handed handed -> true;
      case TookPages took -> true;
      case Activated activated -> activated.indexes().length > 0;
      case Applied applied -> message instanceof Zero || hasFrozen(applied.outcomes());
      default -> false;
    };
  }

  /// Whether a home may answer a request like that.
  static boolean isAnswer(FromCpu message, NodeReply reply) {
    boolean isOfKind =
        switch (message) {
          case TakePartial m -> isSlabs(reply);
          case NewSlab m -> isSlabs(reply);
          case TakePages m -> reply instanceof TookPages || reply instanceof Refused;
          case Activate m -> reply instanceof Activated;
          case Deactivate m -> reply instanceof Applied;
          case Unfreeze m -> reply instanceof Applied;
          case Free m -> reply instanceof Applied;
          case GivePages m -> reply instanceof Applied;
          case Zero m -> reply instanceof Applied || reply instanceof Gone;
          case Count m -> reply instanceof Counted || reply instanceof Gone;
          case Find m -> reply instanceof Found || reply instanceof Gone;
          case Load m -> reply instanceof Loaded || isWithout(reply);
          case Store m -> reply instanceof Applied || isWithout(reply);
          case Fill m -> reply instanceof Applied || isWithout(reply);
        };
    return isOfKind && reply.request() == message.request();
  }

  private static boolean isSlabs(NodeReply reply) {
    return reply instanceof Granted || reply instanceof Handed || reply instanceof Refused;
  }

  private static boolean isWithout(NodeReply reply) {
    return reply instanceof OutOfBounds || reply instanceof Gone;
  }

  private static boolean hasFrozen(Outcome[] outcomes) {
    for (Outcome outcome : outcomes) {
      if (outcome.frozen().length > 0) {
        return true;
      }
    }
    return false;
  }

  /// The cache that a request is about, null for none or several.
  static @Nullable CacheId cacheOf(FromCpu message) {
    return switch (message) {
      case TakePartial m -> m.cache();
      case NewSlab m -> m.cache();
      case Activate m -> m.cache();
      case Deactivate m -> m.cache();
      case Unfreeze m -> m.cache();
      case Zero m -> m.cache();
      case Count m -> m.cache();
      case Free m -> m.runs().length == 1 ? m.runs()[0].cache() : null;
      case GivePages m -> null;
      case TakePages m -> null;
      case Find m -> null;
      case Load m -> null;
      case Store m -> null;
      case Fill m -> null;
    };
  }

  /// Whether the caller goes on without an answer when it does not come in time.
  static boolean isGivenUp(FromCpu message) {
    return switch (message) {
      case TakePartial m -> true;
      case NewSlab m -> true;
      case Activate m -> true;
      case TakePages m -> true;
      case Zero m -> true;
      case Count m -> true;
      case Find m -> true;
      case Load m -> true;
      // One that comes late would write into an object that may be somebody else's.
      case Store m -> false;
      case Fill m -> false;
      case Deactivate m -> false;
      case Unfreeze m -> false;
      case Free m -> false;
      case GivePages m -> false;
    };
  }

  /// The answer that the home does not give.
  static NodeReply unavailable(FromCpu message) {
    long request = message.request();
    return switch (message) {
      case TakePartial m -> new Refused(request, NO_INDEXES);
      case NewSlab m -> new Refused(request, NO_INDEXES);
      case TakePages m -> new Refused(request, NO_INDEXES);
      case Activate m -> new Activated(request, NO_INDEXES, NO_INDEXES);
      case Deactivate m -> new Applied(request, NO_OUTCOMES);
      case Unfreeze m -> new Applied(request, NO_OUTCOMES);
      case Free m -> new Applied(request, NO_OUTCOMES);
      case GivePages m -> new Applied(request, NO_OUTCOMES);
      case Zero m -> new Gone(request);
      case Count m -> new Gone(request);
      case Find m -> new Gone(request);
      case Load m -> new Gone(request);
      case Store m -> new Gone(request);
      case Fill m -> new Gone(request);
    };
  }

  /// What gives back what a request has brought after its caller went on without it.
  static List<FromCpu> givingBack(FromCpu message, NodeReply reply) {
    Caller from = message.from();
    return switch (reply) {
      case Granted granted -> {
        CacheId cache = cacheOf(message);
        yield cache == null ? List.of() : givingBack(from, cache, granted.slabs());
      }
      case Activated activated ->
          message instanceof Activate m && activated.indexes().length > 0
              ? List.of(new Deactivate(from, NOBODYS, m.cache(), m.slab(), 0, activated.indexes()))
              : List.of();
      case Handed handed ->
          switch (message) {
            case TakePartial m -> List.of(free(from, m.cache(), handed.object(), m.call()));
            case NewSlab m -> List.of(free(from, m.cache(), handed.object(), m.call()));
            default -> List.of();
          };
      case TookPages took ->
          List.of(new GivePages(from, NOBODYS, took.frame() << Memory.PAGE_SHIFT));
      case Applied applied when message instanceof Zero m ->
          List.of(free(from, m.cache(), m.object(), Call.on(from.cpu().value())));
      case Applied applied -> {
        List<FromCpu> back = new ArrayList<>();
        for (Outcome outcome : applied.outcomes()) {
          if (outcome.frozen().length > 0) {
            back.add(unfreeze(from, outcome.cache(), outcome.frozen(), 0));
          }
        }
        yield back;
      }
      default -> List.of();
    };
  }

  private static List<FromCpu> givingBack(Caller from, CacheId cache, SlabGrant[] slabs) {
    SlabGrant first = slabs[0];
    Deactivate current = new Deactivate(from, NOBODYS, cache, first.slab(), 0, first.indexes());
    return slabs.length == 1 ? List.of(current) : List.of(current, unfreeze(from, cache, slabs, 1));
  }

  private static FromCpu unfreeze(Caller from, CacheId cache, SlabGrant[] slabs, int first) {
    SlabRef[] refs =
        Arrays.stream(slabs, first, slabs.length).map(SlabGrant::slab).toArray(SlabRef[]::new);
    return new Unfreeze(from, NOBODYS, cache, refs);
  }

  private static FromCpu free(Caller from, CacheId cache, long object, Call call) {
    FreedRun[] runs = {new FreedRun(cache, new long[] {object}, call, true)};
    return new Free(from, NOBODYS, runs);
  }
}
