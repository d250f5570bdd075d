package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.cpu.client.Contents;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Slab;
import org.numaslab.node.buddy.Gfp;

/// kmalloc and its relatives.
@Timeout(60)
class KmallocTest {
  @ParameterizedTest
  @EnumSource
  void givesMemoryOfTheAskedSizeOnTheAskedNode(Machines machines) {
    machines.run(current -> {
      Kmalloc heap = current.kmalloc();
      List<Long> all = new ArrayList<>();
      for (int node = 0; node < 2; node++) {
        for (long size : new long[] {1, 8, 96, 100, 192, 200, 4096, 8192, 8193, 1 << 20}) {
          long address = heap.kmallocNode(size, Gfp.KERNEL, node);
          assertThat(address).isNotEqualTo(Slab.NULL);
          assertThat(heap.ksize(address)).isGreaterThanOrEqualTo(size);
          assertThat(address < 64 << 20 ? 0 : 1).isEqualTo(node);
          all.add(address);
        }
      }
      assertThat(all).doesNotHaveDuplicates();
      all.forEach(heap::kfree);
    });
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsAPointerOfItsOwn(Machines machines) {
    machines.run(current -> {
      Kmalloc heap = current.kmalloc();
      assertThat(heap.kmalloc(0, Gfp.KERNEL)).isEqualTo(Kmalloc.ZERO_SIZE_PTR);
      heap.kfree(Kmalloc.ZERO_SIZE_PTR);
      heap.kfree(Slab.NULL);
      assertThat(heap.ksize(Kmalloc.ZERO_SIZE_PTR)).isZero();
    });
  }

  @ParameterizedTest
  @EnumSource
  void kzallocGivesZerosEverywhere(Machines machines) {
    machines.run(current -> {
      Kmalloc heap = current.kmalloc();
      Contents contents = current.contents();
      for (int node = 0; node < 2; node++) {
        for (int size : new int[] {64, 100_000}) {
          long used = heap.kmallocNode(size, Gfp.KERNEL, node);
          contents.fill(used, size, (byte) 0x5c);
          heap.kfree(used);
          long zeros = heap.kzallocNode(size, Gfp.KERNEL, node);
          assertThat(contents.read(zeros, size)).containsOnly(0);
          heap.kfree(zeros);
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void anArrayThatIsTooLargeForALongIsRefused(Machines machines) {
    machines.run(current -> {
      Kmalloc heap = current.kmalloc();
      assertThat(heap.kmallocArray(1L << 62, 8, Gfp.KERNEL)).isEqualTo(Slab.NULL);
      assertThat(heap.kcalloc(-1, 2, Gfp.KERNEL)).isEqualTo(Slab.NULL);
      assertThat(heap.kcalloc(0, 100, Gfp.KERNEL)).isEqualTo(Kmalloc.ZERO_SIZE_PTR);
    });
  }

  @ParameterizedTest
  @EnumSource
  void kreallocKeepsWhatWasThere(Machines machines) {
    machines.run(current -> {
      Kmalloc heap = current.kmalloc();
      Contents contents = current.contents();
      byte[] text = "kept over all sizes".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      long address = heap.krealloc(Slab.NULL, 24, Gfp.KERNEL);
      contents.write(address, text);
      assertThat(heap.krealloc(address, 32, Gfp.KERNEL)).isEqualTo(address);
      for (long size : new long[] {33, 500, 9000, 2_000_000}) {
        address = heap.krealloc(address, size, Gfp.KERNEL);
        assertThat(contents.compare(address, text)).isEqualTo(text.length);
      }
      assertThat(heap.krealloc(address, 0, Gfp.KERNEL)).isEqualTo(Kmalloc.ZERO_SIZE_PTR);
    });
  }

  @ParameterizedTest
  @EnumSource
  void kfreeSensitiveLeavesNothingToRead(Machines machines) {
    machines.run(current -> {
      for (int node = 0; node < 2; node++) {
        long secret = current.kmalloc().kmallocNode(64, Gfp.KERNEL, node);
        current.contents().fill(secret, 64, (byte) 0x5c);
        current.kmalloc().kfreeSensitive(secret);
        // The free pointer lies in the middle of the object.
        assertThat(current.contents().read(secret, 32)).containsOnly(0);
        assertThat(current.contents().read(secret + 40, 24)).containsOnly(0);
      }
      current.kmalloc().kfreeSensitive(Slab.NULL);
    });
  }

  @ParameterizedTest
  @EnumSource
  void eachFamilyHasCachesOfItsOwn(Machines machines) {
    machines.run(current -> {
      List<Integer> caches = new ArrayList<>();
      for (int family : new int[] {0, Gfp.ACCOUNT, Gfp.RECLAIMABLE, Gfp.DMA}) {
        long object = current.kmalloc().kmalloc(100, Gfp.KERNEL | family);
        caches.add(current.contents().find(object).cache());
        current.kmalloc().kfree(object);
      }
      assertThat(caches).doesNotHaveDuplicates();
    });
  }
}
