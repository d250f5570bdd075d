package org.numaslab.coordinator.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.numaslab.coordinator.fault.FaultAttr.Filters;
import org.numaslab.coordinator.fault.FaultAttr.Printing;
import org.numaslab.coordinator.fault.FaultAttr.Settings;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// Injection points decide as the kernel's do, in its order.
class FaultAttrTest {
  private static final int CALLS = 1_000_000;

  private final List<String> log = new ArrayList<>();

  private final FakeTask task = new FakeTask(1);

  private Surroundings drawing(int draw) {
    return new Surroundings(() -> draw, () -> 0, log::add);
  }

  /// `should_fail_ex` line by line, with the kernel's signed atomics, as the slowest way to say it.
  /// Methods are prefixes here.
  private static final class Reference {
    final long interval;
    final int probability;
    final boolean taskFilter;
    final int depth;
    final @Nullable String require;
    final @Nullable String reject;
    long space;
    int times;
    long count;

    Reference(
        Settings settings,
        boolean taskFilter,
        @Nullable String require,
        @Nullable String reject,
        int depth) {
      interval = settings.interval();
      probability = settings.probability();
      space = settings.space();
      times = settings.times();
      this.taskFilter = taskFilter;
      this.require = require;
      this.reject = reject;
      this.depth = depth;
    }

    /// @param failNth of each task, by pid
    boolean decide(
        long size, int draw, int pid, int[] failNth, boolean marked, List<String> stack) {
      if (failNth[pid] != 0) {
        failNth[pid] = failNth[pid] - 1;
        if (failNth[pid] == 0) {
          fail();
          return true;
        }
        return false;
      }
      if (probability == 0) {
        return false;
      }
      if (taskFilter && !marked) {
        return false;
      }
      if (times == 0) {
        return false;
      }
      if (space > size) {
        space = space - size;
        return false;
      }
      if (interval > 1) {
        count = count + 1;
        if (count % interval > 0) {
          return false;
        }
      }
      if (draw >= probability) {
        return false;
      }
      if (!comesFromThere(stack)) {
        return false;
      }
      fail();
      return true;
    }

    private void fail() {
      if (times > 0) {
        times = times - 1;
      }
    }

    private boolean comesFromThere(List<String> stack) {
      boolean found = require == null;
      if (depth == 0) {
        return found;
      }
      for (int i = 0; i < stack.size() && i < depth; i++) {
        if (reject != null && stack.get(i).startsWith(reject)) {
          return false;
        }
        if (require != null && stack.get(i).startsWith(require)) {
          found = true;
        }
      }
      return found;
    }
  }

  @Test
  void decidesAsTheKernelOnRandomSequences() {
    long seed = Long.getLong("numaslab.seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    for (int done = 0; done < CALLS; ) {
      Settings settings =
          new Settings(
              random.nextInt(5),
              random.nextInt(101),
              random.nextBoolean() ? 0 : random.nextInt(50_000),
              random.nextBoolean() ? FaultAttr.WITHOUT_END : random.nextInt(200));
      boolean taskFilter = random.nextInt(3) == 0;
      String require = random.nextInt(3) == 0 ? prefix(random) : null;
      String reject = random.nextInt(3) == 0 ? prefix(random) : null;
      int depth = random.nextInt(4) == 0 ? StackFilter.DEPTH_MAX : random.nextInt(5);
      FaultAttr attr =
          new FaultAttr(
              "failslab",
              settings,
              new Filters(
                  taskFilter,
                  StackFilter.of(
                      require == null ? null : require + "*",
                      reject == null ? null : reject + "*",
                      depth),
                  0),
              Printing.NOTHING);
      Reference reference = new Reference(settings, taskFilter, require, reject, depth);
      FakeTask[] tasks = {new FakeTask(0), new FakeTask(1), new FakeTask(2)};
      int[] failNth = new int[tasks.length];
      int length = 1 + random.nextInt(5000);
      long failures = 0;
      for (int i = 0; i < length; i++, done++) {
        int size = 1 + random.nextInt(4096);
        int draw = random.nextInt(100);
        FakeTask who = tasks[random.nextInt(tasks.length)];
        if (random.nextInt(16) == 0) {
          who.nth = random.nextInt(6);
          failNth[who.pid()] = who.nth;
        }
        who.marked ^= random.nextInt(8) == 0;
        List<String> stack = stack(random);
        who.in(stack.toArray(String[]::new));
        boolean fails = attr.shouldFail(size, false, who, drawing(draw));
        assertThat(fails)
            .as(
                "seed %d, %s, task filter %s, require %s, reject %s, depth %d, call %d",
                seed, settings, taskFilter, require, reject, depth, i)
            .isEqualTo(reference.decide(size, draw, who.pid(), failNth, who.marked, stack));
        assertThat(who.failNth()).isEqualTo(failNth[who.pid()]);
        failures += fails ? 1 : 0;
      }
      assertThat(attr.calls()).isEqualTo(length);
      assertThat(attr.failures()).isEqualTo(failures);
    }
  }

  private static String prefix(SplittableRandom random) {
    return "fs." + (char) ('A' + random.nextInt(6)) + (random.nextBoolean() ? "." : ".f");
  }

  private static List<String> stack(SplittableRandom random) {
    return random
        .ints(random.nextInt(6), 0, 12)
        .mapToObj(i -> "fs." + (char) ('A' + i / 2) + (i % 2 == 0 ? ".f" : ".g"))
        .toList();
  }

  @Test
  void aFailureIsPrintedAsTheKernelPrintsItUnlessItIsToBeQuiet() {
    FaultAttr attr = attr("1,100,0,2");
    assertThat(attr.shouldFail(64, false, task, drawing(0))).isTrue();
    assertThat(attr.shouldFail(64, true, task, drawing(0))).isTrue();
    assertThat(attr.shouldFail(64, false, task, drawing(0))).isFalse();
    assertThat(log)
        .containsExactly(
            "FAULT_INJECTION: forcing a failure.",
            "name failslab, interval 1, probability 100, space 0, times 2");
  }

  @Test
  void aVerboseFailureShowsWhereItsCallerIs() {
    task.in("fs.Inode.alloc", "fs.Open.create");
    assertThat(attr("1,100,0,-1,verbose=2").shouldFail(64, false, task, drawing(0))).isTrue();
    assertThat(log)
        .containsExactly(
            "FAULT_INJECTION: forcing a failure.",
            "name failslab, interval 1, probability 100, space 0, times -1",
            "CPU: 1 PID: 1 Comm: fake-1",
            "Call Trace:",
            " <TASK>",
            " fs.Inode.alloc(Fake.java:7)",
            " fs.Open.create(Fake.java:7)",
            " </TASK>");
  }

  @Test
  void failuresThatComeTooFastAreFailuresButNotPrinted() {
    FaultAttr attr =
        attr("1,100,0,-1,verbose_ratelimit_interval_ms=1000,verbose_ratelimit_burst=2");
    long[] now = {0};
    Surroundings at = new Surroundings(() -> 0, () -> now[0], log::add);
    for (int i = 0; i < 5; i++) {
      assertThat(attr.shouldFail(64, false, task, at)).isTrue();
    }
    assertThat(log).hasSize(4);
    log.clear();
    now[0] = 1_000_000_001;
    assertThat(attr.shouldFail(64, false, task, at)).isTrue();
    assertThat(log)
        .startsWith("fail_dump: 3 callbacks suppressed", "FAULT_INJECTION: forcing a failure.");
  }

  @Test
  void withoutALimitEveryFailureIsPrinted() {
    FaultAttr attr = attr("1,100,0,-1");
    for (int i = 0; i < 50; i++) {
      attr.shouldFail(64, false, task, drawing(0));
    }
    assertThat(log).hasSize(100);
  }

  @Test
  void failNthOfACallerComesBeforeAllThatIsSet() {
    for (String text : List.of("1,0,0,-1", "1,100,0,0", "1,100,9999,-1", "9,100,0,-1")) {
      FaultAttr attr = attr(text + ",task-filter=Y,require=nobody,verbose=0");
      task.failNth(3);
      assertThat(attr.shouldFail(64, false, task, drawing(99))).isFalse();
      assertThat(attr.shouldFail(64, false, new FakeTask(2), drawing(99))).isFalse();
      assertThat(attr.shouldFail(64, false, task, drawing(99))).isFalse();
      assertThat(task.failNth()).isEqualTo(1);
      assertThat(attr.shouldFail(64, false, task, drawing(99))).as(text).isTrue();
      assertThat(task.failNth()).isZero();
      assertThat(attr.shouldFail(64, false, task, drawing(99))).isFalse();
    }
  }

  @Test
  void withATaskFilterOnlyMarkedCallersFail() {
    FaultAttr attr = attr("1,100,0,-1,task-filter=Y");
    assertThat(attr.shouldFail(64, false, task, drawing(0))).isFalse();
    task.marked = true;
    assertThat(attr.shouldFail(64, false, task, drawing(0))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          require=*.create                                | true
          require=*.create,stacktrace-depth=1             | false
          require=*.create,stacktrace-depth=2             | true
          require=*.create,stacktrace-depth=0             | false
          require=fs.Open                                 | false
          require=fs.Open.*                               | true
          reject=fs.Inode.*                               | false
          reject=fs.Open.*,stacktrace-depth=1             | true
          reject=*,stacktrace-depth=0                     | true
          require=fs.Inode.*,reject=fs.Open.*             | false
          require=fs.Inode.alloc,reject=net.*             | true
          """)
  void stackFiltersLookAtTheCallersMethods(String filters, boolean fails) {
    task.in("fs.Inode.alloc", "fs.Open.create");
    FaultAttr attr = attr("1,100,0,-1," + filters);
    assertThat(attr.shouldFail(64, false, task, drawing(0))).isEqualTo(fails);
  }

  @Test
  void aStackIsTakenOnlyWhereAFilterIsSetAndNothingElseLetsTheCallPass() {
    attr("1,100,0,-1").shouldFail(64, false, task, drawing(0));
    attr("1,10,0,-1,require=*").shouldFail(64, false, task, drawing(10));
    attr("1,100,0,0,require=*").shouldFail(64, false, task, drawing(0));
    attr("1,100,0,-1,stacktrace-depth=5").shouldFail(64, false, task, drawing(0));
    assertThat(task.stacksTaken).isZero();
    attr("1,10,0,-1,reject=nobody").shouldFail(64, false, task, drawing(9));
    assertThat(task.stacksTaken).isEqualTo(1);
  }

  @Test
  void whatMustNotFailNeverDoes() {
    FailSlab slab = FaultText.failSlab("--failslab", "1,100,0,-1,ignore-gfp-wait=N");
    assertThat(slab.shouldFail(cache(0), Gfp.KERNEL | Gfp.NOFAIL, task, drawing(0))).isFalse();
    assertThat(slab.shouldFail(cache(0), Gfp.KERNEL, task, drawing(0))).isTrue();
    FailPageAlloc pages =
        FaultText.failPageAlloc("--fail-page-alloc", "1,100,0,-1,ignore-gfp-wait=N,min-order=0");
    assertThat(pages.shouldFail(0, Gfp.KERNEL | Gfp.NOFAIL, task, drawing(0))).isFalse();
    assertThat(pages.shouldFail(0, Gfp.KERNEL, task, drawing(0))).isTrue();
  }

  @Test
  void whoMayWaitPassesByDefault() {
    FailSlab slab = FaultText.failSlab("--failslab", "1,100,0,-1");
    assertThat(slab.shouldFail(cache(0), Gfp.KERNEL, task, drawing(0))).isFalse();
    assertThat(slab.shouldFail(cache(0), Gfp.ATOMIC, task, drawing(0))).isTrue();
  }

  @Test
  void withTheCacheFilterOnlyMarkedCachesFail() {
    FailSlab slab = FaultText.failSlab("--failslab", "1,100,0,-1,cache-filter=Y");
    assertThat(slab.shouldFail(cache(0), Gfp.ATOMIC, task, drawing(0))).isFalse();
    assertThat(slab.shouldFail(cache(SlabFlags.FAILSLAB), Gfp.ATOMIC, task, drawing(0))).isTrue();
  }

  @Test
  void blocksBelowTheMinimumOrderPass() {
    FailPageAlloc pages = FaultText.failPageAlloc("--fail-page-alloc", "1,100,0,-1");
    assertThat(pages.shouldFail(0, Gfp.ATOMIC, task, drawing(0))).isFalse();
    assertThat(pages.shouldFail(1, Gfp.ATOMIC, task, drawing(0))).isTrue();
    assertThat(pages.shouldFail(1, Gfp.ATOMIC | Gfp.HIGHMEM, task, drawing(0))).isFalse();
  }

  private static FaultAttr attr(String text) {
    return FaultText.failSlab("--failslab", text).attr();
  }

  private static KmemCache cache(int flags) {
    CacheGeometry g =
        CacheGeometry.of(new CacheRequest("objects", 64, 0, 0, false), GeometryOptions.forCpus(1));
    CacheGeometry marked =
        new CacheGeometry(
            g.objectSize(),
            g.size(),
            g.align(),
            g.inUse(),
            g.offset(),
            g.redLeftPad(),
            g.ooOrder(),
            g.ooObjects(),
            g.minOrder(),
            g.minObjects(),
            g.minPartial(),
            g.cpuPartial(),
            g.cpuPartialSlabs(),
            g.flags() | flags,
            g.allocFlags(),
            g.ctor());
    return new KmemCache(
        new CacheId(0), "objects", marked, 5, 30, 2, 1000, false, 0, new int[0], false, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1,10,0                          | INTERVAL,PROBABILITY,SPACE,TIMES
          1,101,0,-1                      | PROBABILITY 0..100
          -1,10,0,-1                      | INTERVAL 0..9223372036854775807
          1,10,0,-2                       | TIMES -1..2147483647
          1,10,x,-1                       | SPACE 0..2147483647
          1,10,0,-1,min-order=1           | cache-filter=, fail-nth=, ignore-gfp-wait=, reject=, require=, stacktrace-depth=, task-filter=, verbose=, verbose_ratelimit_burst=, verbose_ratelimit_interval_ms=
          1,10,0,-1,ignore-gfp-wait=maybe | ignore-gfp-wait=Y or N
          1,10,0,-1,verbose=3             | verbose 0..2
          1,10,0,-1,task-filter=          | task-filter=Y or N
          1,10,0,-1,stacktrace-depth=33   | stacktrace-depth 0..32
          1,10,0,-1,require=              | require=PATTERN as in *.Mempools.*
          1,10,0,-1,reject=               | reject=PATTERN as in *.Mempools.*
          1,10,0,-1,fail-nth=-1           | fail-nth 0..2147483647
          1,10,0,-1,verbose_ratelimit_interval_ms=x | verbose_ratelimit_interval_ms 0..2147483647
          1,10,0,-1,verbose_ratelimit_burst=-1      | verbose_ratelimit_burst 0..2147483647
          """)
  void nonsenseIsBadInput(String text, String allowed) {
    assertThatThrownBy(() -> FaultText.failSlab("--failslab", text))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("--failslab: got '" + text + "', allowed: " + allowed);
  }
}
