package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.AccessFault;
import org.numaslab.cpu.client.Contents;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.AddressInfo.What;
import org.numaslab.node.slab.EmulatedOops;

/// What lies in memory, on the own node and on another.
@Timeout(60)
class ContentsTest {
  @ParameterizedTest
  @EnumSource
  void whatIsWrittenIsReadOnEveryNode(Machines machines) {
    machines.run(current -> {
      Contents contents = current.contents();
      for (int node = 0; node < 2; node++) {
        for (int size : new int[] {64, 20_000}) {
          long object = current.kmalloc().kmallocNode(size, Gfp.KERNEL, node);
          contents.fill(object, size, (byte) 0x11);
          contents.write(object + 8, new byte[] {1, 2, 3, 4});
          contents.writeLong(object + 16, 0x0102030405060708L);
          assertThat(contents.read(object + 7, 6)).containsExactly(0x11, 1, 2, 3, 4, 0x11);
          assertThat(contents.readLong(object + 16)).isEqualTo(0x0102030405060708L);
          assertThat(contents.read(object + 16, 2)).containsExactly(8, 7);
          assertThat(contents.compare(object + 8, new byte[] {1, 2, 9, 4})).isEqualTo(2);
          assertThat(contents.compare(object + 8, new byte[] {1, 2, 3, 4})).isEqualTo(4);
          current.kmalloc().kfree(object);
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void anAccessBeyondItsObjectChangesNothing(Machines machines) {
    machines.run(current -> {
      Contents contents = current.contents();
      for (int node = 0; node < 2; node++) {
        long object = current.kmalloc().kzallocNode(64, Gfp.KERNEL, node);
        assertThatThrownBy(() -> contents.read(object + 60, 8))
            .isInstanceOf(AccessFault.class)
            .hasMessageContaining("slab-out-of-bounds");
        assertThatThrownBy(() -> contents.write(object + 60, new byte[8]))
            .isInstanceOf(AccessFault.class);
        assertThatThrownBy(() -> contents.fill(object, 65, (byte) 1))
            .isInstanceOf(AccessFault.class);
        assertThat(contents.read(object, 64)).containsOnly(0);
        contents.unchecked().fill(object, 64, (byte) 2);
        assertThat(contents.read(object, 64)).containsOnly(2);
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void memoryOfNobodyIsAFault(Machines machines) {
    machines.run(current -> {
      assertThatThrownBy(() -> current.contents().read((64L << 20) - 4096, 8))
          .isInstanceOf(AccessFault.class)
          .hasMessageContaining("wild-memory-access");
      assertThatThrownBy(() -> current.contents().read(1L << 50, 8))
          .isInstanceOf(EmulatedOops.class)
          .hasMessageContaining("unable to handle page fault");
    });
  }

  @ParameterizedTest
  @EnumSource
  void anAddressTellsItsObject(Machines machines) {
    machines.run(current -> {
      for (int node = 0; node < 2; node++) {
        long object = current.kmalloc().kmallocNode(192, Gfp.KERNEL, node);
        AddressInfo inside = current.contents().find(object + 100);
        assertThat(inside.what()).isEqualTo(What.OBJECT);
        assertThat(inside.begin()).isEqualTo(object);
        assertThat(inside.bytes()).isEqualTo(192);
        long pages = current.kmalloc().kmallocNode(1 << 20, Gfp.KERNEL, node);
        AddressInfo block = current.contents().find(pages + 12345);
        assertThat(block.what()).isEqualTo(What.PAGES);
        assertThat(block.begin()).isEqualTo(pages);
      }
      assertThat(current.contents().find(1L << 50).what()).isEqualTo(What.NOTHING);
    });
  }
}
