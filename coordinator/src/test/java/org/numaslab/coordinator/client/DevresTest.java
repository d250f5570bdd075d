package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.Contents;
import org.numaslab.cpu.client.Device;
import org.numaslab.cpu.client.Devres;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Pages;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.AddressInfo.What;

/// Memory that a device owns.
@Timeout(60)
class DevresTest {
  private static Task.Body notes(List<String> order, String what) {
    return current -> order.add(what);
  }

  /// Those that the device does not own any more; gives the others back.
  private static List<Long> freedOf(Task current, Device dev, long... addresses) {
    List<Long> freed = new ArrayList<>();
    for (long address : addresses) {
      int before = dev.managed();
      current.devres().devmKfree(dev, address);
      if (dev.managed() == before) {
        freed.add(address);
      }
    }
    return freed;
  }

  @ParameterizedTest
  @EnumSource
  void devmKmallocTakesMemoryOfTheDevicesNodeWithAHeaderBeforeIt(Machines machines) {
    machines.run(current -> {
      for (int node = 0; node < 2; node++) {
        Device dev = new Device("eth" + node, node);
        long address = current.devres().devmKmalloc(dev, 24, Gfp.KERNEL);
        assertThat(HotplugRun.nodeOf(address)).isEqualTo(node);
        assertThat(current.kmalloc().ksize(address - 40)).isEqualTo(64);
        assertThat(current.contents().readLong(address - 8)).isEqualTo(24);
        assertThat(dev.managed()).isEqualTo(1);
        assertThat(current.devres().devresReleaseAll(dev)).isEqualTo(1);
        assertThat(dev.managed()).isZero();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void devmKzallocAndDevmKcallocGiveZeros(Machines machines) {
    machines.run(current -> {
      Devres devres = current.devres();
      Contents contents = current.contents();
      Device dev = new Device("uart", 1);
      long used = devres.devmKmalloc(dev, 80, Gfp.KERNEL);
      contents.fill(used, 80, (byte) 0x5a);
      devres.devmKfree(dev, used);
      assertThat(contents.read(devres.devmKzalloc(dev, 80, Gfp.KERNEL), 80)).containsOnly(0);
      assertThat(contents.read(devres.devmKcalloc(dev, 10, 8, Gfp.KERNEL), 80)).containsOnly(0);
      devres.devresReleaseAll(dev);
    });
  }

  @ParameterizedTest
  @EnumSource
  void devmKmallocOfNothingIsAPointerThatTheDeviceDoesNotOwn(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Device dev = new Device("null");
          long nothing = current.devres().devmKmalloc(dev, 0, Gfp.KERNEL);
          assertThat(nothing).isEqualTo(Kmalloc.ZERO_SIZE_PTR);
          assertThat(dev.managed()).isZero();
          current.devres().devmKfree(dev, nothing);
          current.devres().devmKfree(dev, Slab.NULL);
          assertThat(current.devres().devmKrealloc(dev, nothing, 8, Gfp.KERNEL)).isNotZero();
          current.devres().devresReleaseAll(dev);
        });

    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void devmSizesThatOverflowAreRefused(Machines machines) {
    machines.run(current -> {
      Devres devres = current.devres();
      Device dev = new Device("huge");
      assertThat(devres.devmKmallocArray(dev, 1L << 62, 8, Gfp.KERNEL)).isEqualTo(Slab.NULL);
      assertThat(devres.devmKcalloc(dev, -1, 2, Gfp.KERNEL)).isEqualTo(Slab.NULL);
      assertThat(devres.devmKmalloc(dev, -1, Gfp.KERNEL)).isEqualTo(Slab.NULL);
      assertThat(devres.devmKmalloc(dev, Long.MAX_VALUE, Gfp.KERNEL)).isEqualTo(Slab.NULL);
      assertThat(devres.devmKmalloc(dev, 4 << 20, Gfp.KERNEL)).isEqualTo(Slab.NULL);
      assertThat(devres.devmKmallocArray(dev, 10, 8, Gfp.KERNEL)).isNotZero();
      assertThat(dev.managed()).isEqualTo(1);
      devres.devresReleaseAll(dev);
    });
  }

  @ParameterizedTest
  @EnumSource
  void devmKstrdupAndDevmKmemdupCopy(Machines machines) {
    machines.run(current -> {
      Devres devres = current.devres();
      Device dev = new Device("eth0", 1);
      byte[] name = "eth0-rx\0".getBytes(StandardCharsets.US_ASCII);
      long text = devres.devmKstrdup(dev, "eth0-rx", Gfp.KERNEL);
      assertThat(current.contents().read(text, name.length)).isEqualTo(name);
      long copy = devres.devmKmemdup(dev, name, Gfp.KERNEL);
      assertThat(current.contents().read(copy, name.length)).isEqualTo(name);
      assertThat(devres.devmKstrdup(dev, null, Gfp.KERNEL)).isEqualTo(Slab.NULL);
      assertThat(devres.devmKmemdup(dev, new byte[0], Gfp.KERNEL)).isEqualTo(Kmalloc.ZERO_SIZE_PTR);
      assertThat(devres.devresReleaseAll(dev)).isEqualTo(2);
    });
  }

  @ParameterizedTest
  @EnumSource
  void devmKreallocKeepsTheContentsAndThePlaceInTheOrder(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Devres devres = current.devres();
          Device dev = new Device("grows");
          byte[] text = "kept".getBytes(StandardCharsets.US_ASCII);
          long first = devres.devmKmemdup(dev, text, Gfp.KERNEL);
          assertThat(devres.devmKrealloc(dev, first, 24, Gfp.KERNEL)).isEqualTo(first);
          devres.devresOpenGroup(dev, "later", Gfp.KERNEL);
          long grown = devres.devmKrealloc(dev, first, 5000, Gfp.KERNEL);
          assertThat(grown).isNotEqualTo(first);
          assertThat(current.contents().compare(grown, text)).isEqualTo(text.length);
          assertThat(devres.devresReleaseGroup(dev, "later")).isZero();
          assertThat(dev.managed()).isEqualTo(1);
          assertThat(devres.devmKrealloc(dev, grown, 0, Gfp.KERNEL))
              .isEqualTo(Kmalloc.ZERO_SIZE_PTR);
          assertThat(dev.managed()).isZero();
        });

    assertThat(log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatAnotherDeviceOwnsIsWarnedOfAndStays(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Devres devres = current.devres();
          Device mine = new Device("mine");
          Device other = new Device("other");
          long address = devres.devmKmalloc(mine, 100, Gfp.KERNEL);
          devres.devmKfree(other, address);
          assertThat(devres.devmKrealloc(other, address, 4000, Gfp.KERNEL)).isEqualTo(Slab.NULL);
          assertThat(devres.devmKrealloc(other, 64 << 12, 4000, Gfp.KERNEL)).isEqualTo(Slab.NULL);
          assertThat(devres.devresReleaseAll(mine)).isEqualTo(1);
          devres.devmKfree(mine, address);
        });

    assertThat(log)
        .containsExactly(
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devm_kfree",
            "Memory chunk not managed or managed by a different device.",
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devm_krealloc",
            "Pointer doesn't point to dynamically allocated memory.",
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devm_krealloc",
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devm_kfree");
  }

  @ParameterizedTest
  @EnumSource
  void allOfADeviceGoesBackNewestFirst(Machines machines) {
    List<String> order = new ArrayList<>();
    machines.run(current -> {
      Devres devres = current.devres();
      Device dev = new Device("probe", 0);
      assertThat(devres.devmAddAction(dev, notes(order, "a"))).isZero();
      long memory = devres.devmKmalloc(dev, 100, Gfp.KERNEL);
      devres.devmAddAction(
          dev,
          task -> {
            // Taken after it, so it is there still.
            task.contents().fill(memory, 100, (byte) 1);
            order.add("b");
          });
      devres.devmAddActionOrReset(dev, notes(order, "c"));
      assertThat(devres.devresReleaseAll(dev)).isEqualTo(4);
      assertThat(order).containsExactly("c", "b", "a");
      assertThat(devres.devresReleaseAll(dev)).isZero();
    });
  }

  @ParameterizedTest
  @EnumSource
  void aDriverThatIsBoundAgainGetsTheSameMemoryAgain(Machines machines) {
    machines.run(current -> {
      Devres devres = current.devres();
      Device dev = new Device("again", 0);
      List<Long> before = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          taken.add(devres.devmKmalloc(dev, 300, Gfp.KERNEL));
        }
        assertThat(round == 0 ? taken : before).isEqualTo(taken);
        before = taken;
        devres.devresReleaseAll(dev);
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void anActionIsRemovedOrDoneAtOnce(Machines machines) {
    List<String> order = new ArrayList<>();
    List<String> log =
        machines.run(current -> {
          Devres devres = current.devres();
          Device dev = new Device("acts");
          Task.Body removed = notes(order, "removed");
          Task.Body released = notes(order, "released");
          devres.devmAddAction(dev, removed);
          devres.devmAddAction(dev, released);
          devres.devmRemoveAction(dev, removed);
          devres.devmReleaseAction(dev, released);
          assertThat(order).containsExactly("released");
          assertThat(dev.managed()).isZero();
          devres.devmRemoveAction(dev, removed);
          devres.devmReleaseAction(dev, released);
        });

    assertThat(order).containsExactly("released");
    assertThat(log)
        .containsExactly(
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devm_remove_action",
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devm_release_action");
  }

  @ParameterizedTest
  @EnumSource
  void aGroupGoesBackWithTheGroupsInIt(Machines machines) {
    machines.run(current -> {
      Devres devres = current.devres();
      Device dev = new Device("groups");
      long outside = devres.devmKmalloc(dev, 8, Gfp.KERNEL);
      Object outer = devres.devresOpenGroup(dev, null, Gfp.KERNEL);
      long inOuter = devres.devmKmalloc(dev, 8, Gfp.KERNEL);
      devres.devresOpenGroup(dev, "inner", Gfp.KERNEL);
      long inInner = devres.devmKmalloc(dev, 8, Gfp.KERNEL);
      devres.devresCloseGroup(dev, "inner");
      devres.devresCloseGroup(dev, null);
      long behind = devres.devmKmalloc(dev, 8, Gfp.KERNEL);

      assertThat(devres.devresReleaseGroup(dev, outer)).isEqualTo(2);
      assertThat(freedOf(current, dev, outside, inOuter, inInner, behind))
          .containsExactly(inOuter, inInner);
    });
  }

  @ParameterizedTest
  @EnumSource
  void anOpenGroupReachesToTheNewest(Machines machines) {
    machines.run(current -> {
      Devres devres = current.devres();
      Device dev = new Device("open");
      long before = devres.devmKmalloc(dev, 8, Gfp.KERNEL);
      devres.devresOpenGroup(dev, "probe", Gfp.KERNEL);
      long failed = devres.devmKmalloc(dev, 8, Gfp.KERNEL);
      assertThat(devres.devresReleaseGroup(dev, null)).isEqualTo(1);
      assertThat(freedOf(current, dev, before, failed)).containsExactly(failed);
    });
  }

  @ParameterizedTest
  @EnumSource
  void groupsThatOverlapKeepWhatLiesOutside(Machines machines) {
    machines.run(current -> {
      Devres devres = current.devres();
      Device dev = new Device("overlap");
      devres.devresOpenGroup(dev, "a", Gfp.KERNEL);
      devres.devresOpenGroup(dev, "b", Gfp.KERNEL);
      devres.devmKmalloc(dev, 8, Gfp.KERNEL);
      devres.devresCloseGroup(dev, "a");
      devres.devmKmalloc(dev, 8, Gfp.KERNEL);
      devres.devresCloseGroup(dev, "b");
      assertThat(devres.devresReleaseGroup(dev, "a")).isEqualTo(1);
      assertThat(devres.devresReleaseGroup(dev, "b")).isEqualTo(1);
      assertThat(devres.devresReleaseAll(dev)).isZero();
    });
  }

  @ParameterizedTest
  @EnumSource
  void aRemovedGroupLeavesWhatIsInIt(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Devres devres = current.devres();
          Device dev = new Device("removed");
          devres.devresOpenGroup(dev, "g", Gfp.KERNEL);
          devres.devmKmalloc(dev, 8, Gfp.KERNEL);
          devres.devresRemoveGroup(dev, "g");
          devres.devresRemoveGroup(dev, "g");
          devres.devresCloseGroup(dev, "g");
          assertThat(devres.devresReleaseGroup(dev, "g")).isZero();
          assertThat(devres.devresReleaseAll(dev)).isEqualTo(1);
        });

    assertThat(log)
        .containsExactly(
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devres_remove_group",
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devres_close_group",
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devres_release_group");
  }

  @ParameterizedTest
  @EnumSource
  void aDeviceOwnsPages(Machines machines) {
    List<String> log =
        machines.run(current -> {
          Devres devres = current.devres();
          Device dev = new Device("dma");
          long first = devres.devmGetFreePages(dev, Gfp.KERNEL | Gfp.ZERO, 2);
          assertThat(current.contents().read(first, 4 << 12)).containsOnly(0);
          devres.devmFreePages(dev, first);
          assertThat(current.contents().find(first).what()).isEqualTo(What.NOTHING);
          long second = devres.devmGetFreePages(dev, Gfp.KERNEL, 2);
          assertThat(devres.devmGetFreePages(dev, Gfp.KERNEL, Pages.MAX_ORDER))
              .isEqualTo(Slab.NULL);
          assertThat(devres.devresReleaseAll(dev)).isEqualTo(1);
          assertThat(current.contents().find(second).what()).isEqualTo(What.NOTHING);
          devres.devmFreePages(dev, second);
        });

    assertThat(log)
        .containsExactly(
            "WARNING: CPU: 0 PID: 1 at mm/page_alloc.c __alloc_pages",
            "WARNING: CPU: 0 PID: 1 at drivers/base/devres.c devm_free_pages");
  }

  @ParameterizedTest
  @EnumSource
  void whatOneCpuTookForADeviceAnotherGivesBack(Machines machines) {
    Device dev = new Device("shared", 1);
    machines.runAll(
        List.of(current -> {
          for (int i = 0; i < 50; i++) {
            current.devres().devmKmalloc(dev, 500, Gfp.KERNEL);
          }
          HotplugRun.kthread(
              current, 2, task -> assertThat(task.devres().devresReleaseAll(dev)).isEqualTo(50));
        }));
    assertThat(dev.managed()).isZero();
  }
}
