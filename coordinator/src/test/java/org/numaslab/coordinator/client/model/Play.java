package org.numaslab.coordinator.client.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.client.model.Model.Entry;
import org.numaslab.coordinator.client.model.Model.Held;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.experiment.Dumper;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Runs a sequence on its machine.
final class Play {
  private final Sequence sequence;
  private final Api api;
  private final @Nullable Consumer<String> trace;
  private final Model model;
  private final List<LiveNatures> natures = new ArrayList<>();

  private Play(Sequence sequence, Api api, @Nullable Consumer<String> trace) {
    this.sequence = sequence;
    this.api = api;
    this.trace = trace;
    this.model = new Model(sequence.machine().topology().cpuCount());
  }

  /// @param trace receives a line for each call; null where nobody looks
  /// @return what went wrong, null when nothing did
  static @Nullable Throwable of(Sequence sequence, Api api, @Nullable Consumer<String> trace) {
    AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();
    // A machine of one thread hands the baton to tasks on virtual threads: from one of its own in
    // half the time.
    Thread player =
        Thread.ofVirtual()
            .name("player")
            .start(() -> wrong.set(new Play(sequence, api, trace).play()));
    try {
      player.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a sequence is played", e);
    }
    return wrong.get();
  }

  private @Nullable Throwable play() {
    try (Machine machine = sequence.machine().start(natures)) {
      run(machine);
      return null;
    } catch (RuntimeException | Error wrong) {
      return wrong;
    }
  }

  private void run(Machine machine) {
    RandomMachine drawn = sequence.machine();
    Kthreads kthreads = machine.boot(drawn.boot(), drawn.initOnAlloc());
    int tasks = drawn.topology().cpuCount();
    for (int round = 0; round < sequence.rounds(); round++) {
      for (int t = 0; t < tasks; t++) {
        long[] mine = sequence.of(round, t);
        int number = t;
        kthreads.run(
            new CpuId(t),
            "model-" + t,
            current -> {
              Calls calls = new Calls(number, current, model, api, drawn, write(machine), trace);
              for (long call : mine) {
                calls.make(sequence.draws(call));
              }
            });
      }
      machine.run(kthreads);
      check(machine);
    }
    freeAll(machine, kthreads);
    check(machine);
    for (NodeState node : machine.state().nodes()) {
      for (KmemCacheNode half : node.caches().values()) {
        if (half.cache().id().value() >= NaiveKmalloc.CACHES && half.nrSlabs() > 0) {
          throw new AssertionError(
              half.cache().name() + " is destroyed, but node " + node.id().value() + " has slabs");
        }
      }
    }
  }

  private static Memories.Construct write(Machine machine) {
    return (address, value) ->
        machine
            .state()
            .memory()
            .copyIn(
                address,
                ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(0, value)
                    .array());
  }

  private void freeAll(Machine machine, Kthreads kthreads) {
    RandomMachine drawn = sequence.machine();
    for (int node = 0; node < drawn.topology().nodeCount(); node++) {
      machine.setMemory(new NodeId(node), true);
    }
    for (int t = 0; t < drawn.topology().cpuCount(); t++) {
      machine.setCpu(new CpuId(t), true);
      int number = t;
      kthreads.run(
          new CpuId(t),
          "end-" + t,
          current -> {
            Calls calls = new Calls(number, current, model, api, drawn, write(machine), trace);
            model.takeAllHandedOver().forEach(calls::release);
            List.copyOf(model.own(number)).forEach(calls::release);
          });
    }
    machine.run(kthreads);
    kthreads.run(
        new CpuId(0),
        "destroys",
        current -> {
          SplittableRandom random = new SplittableRandom(0);
          for (Entry e = model.toDestroy(random); e != null; e = model.toDestroy(random)) {
            current.slab().kmemCacheDestroy(e.cache);
          }
        });
    machine.run(kthreads);
  }

  /// @throws AssertionError when the machine at rest does not add up
  private void check(Machine machine) {
    for (String line : machine.kernelLog().take()) {
      if (line.contains("BUG") || line.contains("still has objects") || line.contains("FIX")) {
        throw new AssertionError("the kernel printed: " + line);
      }
    }
    MachineState state = machine.state();
    List<CacheDump> caches =
        state.registry().caches().stream()
            .map(cache ->
                new CacheDump(
                    cache.id().value(),
                    cache.name(),
                    cache.geometry().size(),
                    cache.geometry().redLeftPad(),
                    model.allocations(cache.id().value()),
                    model.frees(cache.id().value())))
            .toList();
    Audit audit = Audit.of(Dumper.dump(state, natures.getLast(), caches, model.liveByCache()));
    if (!audit.isClean()) {
      throw new AssertionError(
          "audit: " + String.join("\n", audit.findings().stream().limit(5).toList()));
    }
    requireContents(state);
    model.requireMemory();
  }

  private void requireContents(MachineState state) {
    for (Held held : model.allLive()) {
      Long stamp = model.stamp(held);
      if (stamp != null) {
        long at = held.address() + (held.constructed() ? Long.BYTES : 0);
        long found =
            ByteBuffer.wrap(state.memory().copyOut(at, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(0);
        if (found != stamp) {
          throw new AssertionError("%s: found 0x%x, written 0x%x".formatted(held, found, stamp));
        }
      }
    }
  }
}
