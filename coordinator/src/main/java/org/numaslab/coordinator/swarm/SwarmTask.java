package org.numaslab.coordinator.swarm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Loaded;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// A task that allocates, keeps, passes on and frees objects at random, and writes down what it
/// does.
///
/// It keeps a stamp in each object of its own node, and in some of others by message, and finds it
/// again or says so. When its member leaves or the cluster is healed it frees all that it has, and
/// ends.
///
/// Owner: its member.
final class SwarmTask implements MemberTask {
  /// Objects and pages are kept alike: pages are of no cache.
  private static final int PAGES = -1;

  private static final int BULK_MAX = 16;
  private static final long[] NO_NAMES = {};
  private static final long STAMP = 0x9e3779b97f4a7c15L;

  private record Kept(int cache, long object, Incarnation home, boolean isStamped) {}

  private record Passed(int cache, long[] objects, Incarnation home) {}

  private enum Waiting {
    NOTHING,
    OBJECT,
    BULK,
    PAGES,
    GIVEN_BACK,
    STAMPED,
    CHECKED
  }

  private final MemberHost member;
  private final CpuId cpu;
  private final Load load;
  private final SplittableRandom random;
  private final Progress progress;
  private final Queue<Kept> inbox = new ConcurrentLinkedQueue<>();
  private final Map<Long, Passed> handingOff = new HashMap<>();
  private Kept[] kept;
  private int size;
  private Waiting waiting = Waiting.NOTHING;

  /// The open caches when it last had nothing of any other.
  private @Nullable List<KmemCache> seen;

  private int cache;
  private int wanted;
  private boolean isBound;
  private long memoryChanges;
  private final long[] bulk = new long[BULK_MAX];

  /// An object of another node that is to be stamped: the last one that it keeps.
  private @Nullable Kept toStamp;

  /// An object of another node whose stamp is read before it is freed: it is not among the others.
  private @Nullable Kept checking;

  SwarmTask(MemberHost member, CpuId cpu, Load load, SplittableRandom random, Progress progress) {
    this.member = member;
    this.cpu = cpu;
    this.load = load;
    this.random = random;
    this.progress = progress;
    this.kept = new Kept[load.keptMax() + BULK_MAX];
  }

  private boolean draws(int percent) {
    return percent > 0 && random.nextInt(100) < percent;
  }

  @Override
  public long thinkNanos() {
    return load.thinkNanos() == 0 || member.isLeaving()
        ? 0
        : random.nextLong(2 * load.thinkNanos());
  }

  @Override
  public Step step(Cpu on) {
    while (!inbox.isEmpty()) {
      keep(inbox.remove());
    }
    Kept stamps = toStamp;
    if (stamps != null) {
      waiting = Waiting.STAMPED;
      byte[] bytes = bytes(stamp(stamps.object, stamps.home));
      on.ask(
          stamps.home.node(),
          r -> new NodeProtocol.Store(on.caller(), r, stamps.object, bytes, true));
      return Step.WAITS;
    }
    int closed = ofClosed();
    if (closed >= 0) {
      return release(on, closed, false);
    }
    boolean ends = member.isLeaving() || progress.operations >= load.operations();
    if (ends) {
      return size > 0 ? release(on, random.nextInt(size), false) : Step.FINISHED;
    }
    progress.operations++;
    progress.lastNanos = member.now();
    return size == 0 || (size < load.keptMax() && random.nextInt(100) < 55)
        ? alloc(on)
        : release(on, random.nextInt(size), draws(load.passedPercent()));
  }

  // ---- allocation

  private Step alloc(Cpu on) {
    if (draws(load.pagesPercent())) {
      return pages(on);
    }
    List<KmemCache> caches = member.openCaches();
    int nodes = member.topology().nodeCount();
    boolean isOfPartner = draws(load.partnerPercent());
    boolean isNamed = !isOfPartner && draws(load.namedPercent());
    int kept = load.partnerPercent() > 0 ? 1 : 0;
    cache = isOfPartner ? caches.size() - 1 : random.nextInt(caches.size() - kept);
    KmemCache of = caches.get(cache);
    cache = of.id().value();
    if (!on.knows(of.id())) {
      return Step.DONE; // this member is removed, and does not know it
    }
    wanted =
        isOfPartner
            ? (member.me().node().value() + 1) % nodes
            : isNamed ? random.nextInt(nodes) : NodeId.NONE;
    boolean isStrict = isNamed && random.nextBoolean();
    // Of a node without memory the kernel takes that for no node at all.
    isBound = isStrict && on.hasMemory(new NodeId(wanted));
    memoryChanges = on.memoryChanges();
    int gfp =
        Gfp.KERNEL | (isStrict ? Gfp.THISNODE : 0) | (draws(load.zeroPercent()) ? Gfp.ZERO : 0);
    if (wanted == NodeId.NONE && draws(load.bulkPercent())) {
      int count = 2 + random.nextInt(BULK_MAX - 1);
      Arrays.fill(bulk, 0);
      return began(Waiting.BULK, on, on.allocBulk(of.id(), gfp, bulk, count));
    }
    return began(Waiting.OBJECT, on, on.alloc(of.id(), wanted, gfp));
  }

  private Step pages(Cpu on) {
    cache = PAGES;
    wanted = NodeId.NONE;
    isBound = false;
    return began(Waiting.PAGES, on, on.allocPages(random.nextInt(3), NodeId.NONE, Gfp.KERNEL));
  }

  private Step began(Waiting what, Cpu on, long value) {
    waiting = what;
    if (value == Cpu.WAIT) {
      return Step.WAITS;
    }
    ended(on, value);
    return Step.DONE;
  }

  @Override
  public void completed(Cpu on) {
    ended(on, on.result());
  }

  @Override
  public boolean goesOnAfterCut() {
    waiting = Waiting.NOTHING;
    Kept object = checking;
    checking = null;
    if (object != null) {
      keep(object);
    }
    return true;
  }

  private void ended(Cpu on, long value) {
    Waiting what = waiting;
    waiting = Waiting.NOTHING;
    isBound &= on.memoryChanges() == memoryChanges;
    switch (what) {
      case OBJECT, PAGES -> got(value);
      case BULK -> {
        for (int i = 0; i < value; i++) {
          got(bulk[i]);
        }
        progress.failed += value == 0 ? 1 : 0;
      }
      case STAMPED -> stamped(on.answer());
      case CHECKED -> checked(on);
      case GIVEN_BACK, NOTHING -> {}
    }
  }

  private static byte[] bytes(long stamp) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(stamp).array();
  }

  private void stamped(NodeReply answer) {
    Kept object = toStamp;
    toStamp = null;
    for (int i = 0; object != null && i < size; i++) {
      if (kept[i].equals(object)) {
        kept[i] = new Kept(object.cache, object.object, object.home, answer instanceof Applied);
      }
    }
  }

  /// Its stamp was read, or its home could not be reached: it is freed all the same.
  private void checked(Cpu on) {
    Kept object = checking;
    checking = null;
    if (object != null) {
      if (on.answer() instanceof Loaded loaded) {
        compare(object, ByteBuffer.wrap(loaded.bytes()).order(ByteOrder.nativeOrder()).getLong());
      }
      free(on, object);
    }
  }

  private void compare(Kept object, long found) {
    if (found != stamp(object.object, object.home)) {
      member.note(Kind.DAMAGED, cpu.value(), object.home, object.object, found);
    }
  }

  private void got(long object) {
    if (object == Cpu.NULL) {
      progress.failed++;
      return;
    }
    Incarnation home = member.homeOf(object);
    if (home == null) {
      throw new IllegalStateException(
          member.me() + " was given 0x" + Long.toHexString(object) + " of a node that is gone");
    }
    member.note(Kind.ALLOCATED, cpu.value(), home, object, isBound ? wanted : Event.NONE);
    progress.allocations++;
    progress.remote += home.equals(member.me()) ? 0 : 1;
    boolean isStamped = cache != PAGES && home.equals(member.me());
    if (isStamped) {
      member.memory().store(object, stamp(object, home));
    }
    Kept got = new Kept(cache, object, home, isStamped);
    keep(got);
    boolean isRemote = cache != PAGES && !home.equals(member.me());
    if (isRemote && draws(load.touchedPercent())) {
      toStamp = got;
    }
  }

  private static long stamp(long object, Incarnation home) {
    return (object + home.life()) * STAMP;
  }

  private void keep(Kept object) {
    if (size == kept.length) {
      kept = Arrays.copyOf(kept, 2 * size);
    }
    kept[size++] = object;
  }

  // ---- release

  /// An object of a cache that is to be destroyed, -1 for none. Objects that come later are not
  /// looked for.
  @SuppressWarnings("ReferenceEquality") // a list that was replaced is another one
  private int ofClosed() {
    List<KmemCache> caches = member.openCaches();
    if (caches == seen) { // the very same: it is a new one when something has changed
      return -1;
    }
    for (int i = 0; i < size; i++) {
      int of = kept[i].cache;
      if (of != PAGES && caches.stream().noneMatch(cache -> cache.id().value() == of)) {
        return i;
      }
    }
    seen = caches;
    return -1;
  }

  private Step release(Cpu on, int which, boolean isPassed) {
    Kept object = kept[which];
    kept[which] = kept[--size];
    if (isPassed && object.cache != PAGES && passOn(object)) {
      return Step.DONE;
    }
    if (object.isStamped && !object.home.equals(member.me())) {
      waiting = Waiting.CHECKED;
      checking = object;
      on.ask(
          object.home.node(),
          r -> new NodeProtocol.Load(on.caller(), r, object.object, Long.BYTES, true));
      return Step.WAITS;
    }
    if (object.isStamped) {
      compare(object, member.memory().load(object.object));
    }
    return free(on, object);
  }

  private Step free(Cpu on, Kept object) {
    member.note(Kind.FREED, cpu.value(), object.home, object.object, Event.NONE);
    progress.frees++;
    if (object.cache == PAGES) {
      waiting = Waiting.GIVEN_BACK;
      on.ask(object.home.node(), r -> new NodeProtocol.GivePages(on.caller(), r, object.object));
      return Step.WAITS;
    }
    on.free(new CacheId(object.cache), object.object);
    return Step.DONE;
  }

  private static SwarmTask of(MemberTask task) {
    return task instanceof PacedTask paced ? paced.task() : (SwarmTask) task;
  }

  /// @return false when nobody takes it now
  private boolean passOn(Kept object) {
    CpuId to = new CpuId(random.nextInt(member.topology().cpuCount()));
    if (to.equals(cpu)) {
      keep(object);
      return true;
    }
    if (member.topology().nodeOf(to).equals(member.me().node())) {
      member.note(Kind.PASSED, cpu.value(), object.home, object.object, to.value());
      of(member.task(to)).inbox.add(object);
      member.wake(to);
      return true;
    }
    long[] objects = {object.object};
    Frame.HandOff handOff = new Frame.HandOff(to, new CacheId(object.cache), objects, NO_NAMES);
    long token = member.handOff(cpu, object.home, handOff);
    if (token == 0) {
      return false;
    }
    handingOff.put(token, new Passed(object.cache, objects, object.home));
    progress.handOffs++;
    return true;
  }

  @Override
  public void taken(Frame.HandOff handOff, Incarnation home) {
    for (long object : handOff.objects()) {
      inbox.add(new Kept(handOff.cache().value(), object, home, false));
    }
  }

  @Override
  public void handedOff(long token, boolean isTaken) {
    Passed passed = handingOff.remove(token);
    if (passed != null && !isTaken) {
      progress.refused++;
      for (long object : passed.objects) {
        member.note(Kind.RETURNED, cpu.value(), passed.home, object, Event.NONE);
        inbox.add(new Kept(passed.cache, object, passed.home, false));
      }
    }
  }

  @Override
  public void forget(Incarnation home) {
    int left = 0;
    for (int i = 0; i < size; i++) {
      if (kept[i].home.equals(home)) {
        lose(kept[i]);
      } else {
        kept[left++] = kept[i];
      }
    }
    size = left;
    Kept stamps = toStamp;
    if (stamps != null && stamps.home.equals(home)) {
      toStamp = null;
    }
    Kept checked = checking;
    if (checked != null && checked.home.equals(home)) {
      checking = null;
      lose(checked);
    }
    inbox.removeIf(object -> {
      if (object.home.equals(home)) {
        lose(object);
        return true;
      }
      return false;
    });
  }

  private void lose(Kept object) {
    progress.lost++;
    member.note(Kind.LOST, cpu.value(), object.home, object.object, Event.NONE);
  }
}
