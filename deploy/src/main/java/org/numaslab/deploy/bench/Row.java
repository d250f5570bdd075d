package org.numaslab.deploy.bench;

import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What is measured, beside what, and what is to be reached.
///
/// | goal | holds when |
/// |---|---|
/// | `atMost` | ours / limit is at most so much |
/// | `atLeast` | limit / ours is at least so much: here the other one is not a limit, but the plain way |
/// | `noGarbage` | ours allocates nothing on the heap |
public enum Row {
  PAIR(HotPair.class, "alloc and free of one object", "pop and push of a LIFO list") {
    @Override
    Goal goal() {
      return new Goal(3.0, null, true);
    }
  },
  BATCH_32(RandomBatch.class, "32 objects, freed in random order", "the same of a LIFO list"),
  BATCH_256(RandomBatch.class, "256 objects, freed in random order", "the same of a LIFO list") {
    @Override
    Goal goal() {
      return new Goal(4.3, null, false);
    }
  },
  BATCH_4096(RandomBatch.class, "4096 objects, freed in random order", "the same of a LIFO list"),
  CROSS_CPU(CrossCpuFree.class, "free on another cpu of the node", "the ring between them alone") {
    @Override
    boolean needsTwoCores() {
      return true;
    }

    @Override
    LongSupplier operations() {
      return () -> CrossCpuFree.OBJECTS;
    }
  },
  NODE(NodeSlowPath.class, "a slab from its node's actor", "round trip of a tell") {
    @Override
    Goal goal() {
      return new Goal(1.5, null, false);
    }

    @Override
    LongSupplier operations() {
      return () -> NodeSlowPath.OPERATIONS;
    }
  },
  DECODE(Decoding.class, "event decoded from text", "BufferedReader and String.split") {
    @Override
    Goal goal() {
      return new Goal(null, 8.0, false);
    }

    @Override
    int warmups() {
      return SLOW_TO_COMPILE;
    }

    @Override
    LongSupplier operations() {
      return Decoding::events;
    }
  },
  PREPARE(Preparing.class, "event made ready for replay", "decoded only") {
    @Override
    int warmups() {
      return SLOW_TO_COMPILE;
    }

    @Override
    LongSupplier operations() {
      return Decoding::events;
    }
  },
  REPLAY(EmbeddedReplay.class, "event replayed by actors", "its operations gone through") {
    @Override
    LongSupplier operations() {
      return EmbeddedReplay::operations;
    }
  };

  /// What is to be reached; null where nothing is.
  record Goal(@Nullable Double atMost, @Nullable Double atLeast, boolean noGarbage) {
    static final Goal NONE = new Goal(null, null, false);
  }

  private static final String BATCH = "BATCH_";

  /// An invocation is a whole trace: what the others do in one iteration takes it several.
  private static final int SLOW_TO_COMPILE = 6;

  private final Class<?> benchmark;
  private final String ours;
  private final String limit;

  Row(Class<?> benchmark, String ours, String limit) {
    this.benchmark = benchmark;
    this.ours = ours;
    this.limit = limit;
  }

  /// As the command line has it.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public String ours() {
    return ours;
  }

  public String limit() {
    return limit;
  }

  Goal goal() {
    return Goal.NONE;
  }

  /// Whether two threads work at the same time, and so need a core each.
  boolean needsTwoCores() {
    return false;
  }

  /// How often the warm-up is repeated before it is measured.
  int warmups() {
    return 1;
  }

  /// Per invocation.
  LongSupplier operations() {
    return () -> HotPair.PAIRS;
  }

  /// The benchmark method of one side, as a regular expression.
  String method(String side) {
    return benchmark.getName().replace(".", "\\.") + "\\." + side + "$";
  }

  /// The objects of a batch; null where the row is no batch.
  @Nullable String batch() {
    return name().startsWith(BATCH) ? name().substring(BATCH.length()) : null;
  }
}
