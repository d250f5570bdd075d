package org.numaslab.coordinator.driver.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.Topology;

/// How a machine of actors ends: with its programs, with a failure, never not at all.
@Timeout(60)
class EmbeddedMachineTest {
  private static final long PAGE = Memory.PAGE_BYTES;

  private int openBefore;

  @BeforeEach
  void countMachines() {
    openBefore = Memory.openCount();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Memory.openCount()).isEqualTo(openBefore);
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (actorThreads() > 0 && System.nanoTime() < deadline) {
      pause(); // the last of them was still telling that all are gone
    }
    assertThat(actorThreads()).isZero();
  }

  private static long actorThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && thread.getName().startsWith("numaslab-"))
        .count();
  }

  private static EmbeddedMachine machine(int nodes, int cpus, long pages, long touchedPagesMax) {
    Topology topology = Topology.uniform(nodes, cpus, pages * PAGE);
    return EmbeddedMachine.start(
        topology,
        memory -> new LiveNatures(topology, memory, 1, RemoteDraw.WON),
        touchedPagesMax * PAGE,
        16);
  }

  private static CacheId cache(EmbeddedMachine machine, int size, int flags) {
    CacheRequest request = new CacheRequest("objects", size, 8, flags, false);
    return machine
        .create("objects", CacheGeometry.of(request, GeometryOptions.forCpus(1)), false, null)
        .id();
  }

  /// A program of one kind of step that may wait.
  private abstract static class Steps implements Program {
    @Override
    public void completed(Cpu cpu) {}
  }

  private static Program nothing() {
    return new Steps() {
      @Override
      public Step step(Cpu cpu) {
        return Step.FINISHED;
      }
    };
  }

  private static Program blocked() {
    return new Steps() {
      @Override
      public Step step(Cpu cpu) {
        return Step.BLOCKED;
      }
    };
  }

  /// Allocates for ever.
  private static Program greedy(CacheId cache) {
    return new Steps() {
      @Override
      public Step step(Cpu cpu) {
        return cpu.alloc(cache, -1, Gfp.KERNEL) == Cpu.WAIT ? Step.WAITS : Step.DONE;
      }
    };
  }

  private static Program failing(Throwable failure) {
    return new Steps() {
      @Override
      public Step step(Cpu cpu) {
        return sneak(failure);
      }
    };
  }

  private static Program.Step sneak(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  @Test
  void aFailingProgramEndsTheRunWithItsException() {
    IllegalStateException planted = new IllegalStateException("planted");
    try (EmbeddedMachine machine = machine(2, 1, 64, 64)) {
      assertThatThrownBy(() -> machine.run(List.of(busy(), failing(planted)))).isSameAs(planted);
    }
  }

  /// Goes on for ever and needs no memory.
  private static Program busy() {
    return new Program() {
      @Override
      public Step step(Cpu cpu) {
        return Step.DONE;
      }

      @Override
      public void completed(Cpu cpu) {
        throw new IllegalStateException("nothing was asked");
      }
    };
  }

  @Test
  void aFailureWhenAnAnswerComesEndsTheRun() {
    IllegalStateException planted = new IllegalStateException("planted");
    try (EmbeddedMachine machine = machine(1, 1, 64, 64)) {
      CacheId cache = cache(machine, 64, 0);
      Program failsLater =
          new Program() {
            @Override
            public Step step(Cpu cpu) {
              return cpu.alloc(cache, -1, Gfp.KERNEL) == Cpu.WAIT ? Step.WAITS : Step.DONE;
            }

            @Override
            public void completed(Cpu cpu) {
              throw planted;
            }
          };
      assertThatThrownBy(() -> machine.run(List.of(failsLater))).isSameAs(planted);
    }
  }

  @Test
  void aFailingNodeEndsTheRunWithItsException() {
    try (EmbeddedMachine machine = machine(2, 1, 64, 64)) {
      CacheId cache = cache(machine, 64, 0);
      Program freesWhatIsNoObject =
          new Steps() {
            private boolean freed;

            @Override
            public Step step(Cpu cpu) {
              if (!freed) {
                cpu.free(cache, 100 * PAGE);
                freed = true;
                return Step.DONE;
              }
              return Step.BLOCKED;
            }
          };
      assertThatThrownBy(() -> machine.run(List.of(freesWhatIsNoObject, greedy(cache))))
          .isInstanceOf(EmulatedOops.class)
          .hasMessage(
              "emulated oops: cpu 0, cache objects, Free on node 1: free of 0xffff888000064000,"
                  + " which is no object of objects");
    }
  }

  @Test
  void evenAnErrorOfTheVirtualMachineEndsTheRunAndNotTheProcess() {
    StackOverflowError planted = new StackOverflowError("planted");
    try (EmbeddedMachine machine = machine(1, 1, 64, 64)) {
      assertThatThrownBy(() -> machine.run(List.of(failing(planted)))).isSameAs(planted);
    }
  }

  @Test
  void touchingMoreThanAllowedIsAFailureOfTheEnvironment() {
    try (EmbeddedMachine machine = machine(2, 1, 1024, 100)) {
      CacheId cache = cache(machine, 512, 0);
      assertThatThrownBy(() -> machine.run(List.of(greedy(cache), greedy(cache))))
          .isInstanceOf(EnvironmentFailure.class)
          .hasMessageContaining("--limit-touched");
    }
  }

  @Test
  void aMachineThatCannotBeBuiltGivesItsMemoryBack() {
    Topology topology = Topology.uniform(1, 1, 16 * PAGE);
    assertThatThrownBy(() ->
            EmbeddedMachine.start(
                topology,
                memory -> {
                  throw new BadInput("planted");
                },
                PAGE,
                1))
        .isInstanceOf(BadInput.class);
  }

  @Test
  void anInterruptedCloseStillEndsActorsBeforeMemory() {
    EmbeddedMachine machine = machine(1, 2, 64, 64);
    CacheId cache = cache(machine, 64, 0);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> machine.run(List.of(greedy(cache), greedy(cache))))
        .hasMessageContaining("interrupted");
    machine.close();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void cachesCanBeCreatedAfterARunAndProgramsRunAgain() {
    try (EmbeddedMachine machine = machine(2, 2, 256, 512)) {
      for (int round = 0; round < 3; round++) {
        CacheId cache = cache(machine, 64 << round, 0);
        List<Filler> fillers = new ArrayList<>();
        for (int cpu = 0; cpu < 4; cpu++) {
          fillers.add(new Filler(cache, 50));
        }
        machine.run(fillers);
        assertThat(fillers).allMatch(filler -> filler.objects.size() == 50);
        assertThat(machine.state().cpus()).allMatch(Cpu::isQuiet);
      }
      assertThat(machine.state().registry().caches()).hasSize(3);
    }
  }

  @Test
  void pagesOfRcuCachesComeBackWhileTheRunGoesOn() {
    int pages = 64;
    try (EmbeddedMachine machine = machine(1, 1, pages, pages)) {
      CacheId cache = cache(machine, 4096, SlabFlags.TYPESAFE_BY_RCU);
      Filler filler = new Filler(cache, Integer.MAX_VALUE);
      int[] filled = new int[2];
      Program twice =
          new Program() {
            private int round;

            @Override
            public Step step(Cpu cpu) {
              if (filler.isFull()) {
                filler.objects.forEach(object -> cpu.free(cache, object));
                filled[round++] = filler.objects.size();
                filler.empty(filled[0]);
              }
              return round == 2 ? Step.FINISHED : filler.step(cpu);
            }

            @Override
            public void completed(Cpu cpu) {
              filler.completed(cpu);
            }
          };
      machine.run(List.of(twice));
      assertThat(filled[0]).isGreaterThan(20);
      assertThat(filled[1]).isEqualTo(filled[0]);
      assertThat(machine.state().nodes().getFirst().waitingForGracePeriod()).isZero();
    }
  }

  /// Allocates so many objects, or up to the first NULL where no number is given.
  private static final class Filler implements Program {
    private final CacheId cache;
    private int wanted;
    private boolean untilNull;
    private final List<Long> objects = new ArrayList<>();

    Filler(CacheId cache, int wanted) {
      this.cache = cache;
      this.wanted = wanted;
      this.untilNull = wanted == Integer.MAX_VALUE;
    }

    /// Begins again; now a NULL means to try again.
    void empty(int wantedNow) {
      objects.clear();
      wanted = wantedNow;
      untilNull = false;
    }

    boolean isFull() {
      return objects.size() >= wanted;
    }

    @Override
    public Step step(Cpu cpu) {
      if (isFull()) {
        return Step.FINISHED;
      }
      long object = cpu.alloc(cache, -1, Gfp.KERNEL);
      if (object == Cpu.WAIT) {
        return Step.WAITS;
      }
      take(object);
      return Step.DONE;
    }

    @Override
    public void completed(Cpu cpu) {
      take(cpu.result());
    }

    private void take(long object) {
      if (object != Cpu.NULL) {
        objects.add(object);
      } else if (untilNull) {
        wanted = objects.size();
      }
    }
  }

  @Test
  void programsThatWaitForEachOtherForEverAreReported() {
    try (EmbeddedMachine machine = machine(2, 2, 64, 64)) {
      CacheId cache = cache(machine, 64, 0);
      assertThatThrownBy(
              () -> machine.run(List.of(nothing(), blocked(), new Filler(cache, 20), blocked())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cpu 1 waits for another cpu; cpu 3 waits");
    }
  }

  @Test
  void aProgramThatWaitsLongIsWokenAndNotReported() {
    AtomicBoolean there = new AtomicBoolean();
    try (EmbeddedMachine machine = machine(1, 2, 64, 64)) {
      Program waits =
          new Steps() {
            @Override
            public Step step(Cpu cpu) {
              return there.get() ? Step.FINISHED : Step.BLOCKED;
            }
          };
      Program slow =
          new Steps() {
            private int steps;

            @Override
            public Step step(Cpu cpu) {
              if (steps++ < 200) {
                pause();
                return Step.DONE;
              }
              there.set(true);
              machine.wake(0);
              return Step.FINISHED;
            }
          };
      machine.run(List.of(waits, slow));
    }
    assertThat(there).isTrue();
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
