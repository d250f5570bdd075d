package org.numaslab.coordinator.debug;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SlabFlags;

/// The cases of the kernel's own suite for its allocator, with its names and its counts:
/// lib/slub_kunit.c, v6.1, and of later kernels those whose mechanism v6.1 has.
class SlubKunitTest {
  private static final int SIZE = 64;

  private final CheckedMachine machine = new CheckedMachine(1);

  @AfterEach
  void close() {
    machine.close();
  }

  private KmemCache cache(String name, int flags) {
    return machine.cache(name, SIZE, flags | SlabFlags.NO_USER_FLAGS);
  }

  private int errorsOfValidate(KmemCache cache) {
    machine.validate(cache);
    return machine.errors().size();
  }

  @Test
  void test_clobber_zone() {
    KmemCache cache = cache("TestSlub_RZ_alloc", SlabFlags.RED_ZONE);
    long p = machine.alloc(cache);

    machine.write(p + SIZE, 0x12);

    assertThat(errorsOfValidate(cache)).isEqualTo(2);
    machine.free(cache, p);
    machine.destroy(cache);
    assertThat(machine.errors()).isEmpty();
  }

  @Test
  void test_next_pointer() {
    KmemCache cache = cache("TestSlub_next_ptr_free", SlabFlags.POISON);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    long pointer = p + cache.geometry().offset();
    long before = machine.memory.load(pointer);
    machine.write(pointer, ~(int) before);

    // The chain, the number in use that is wrong now, and its correction.
    assertThat(errorsOfValidate(cache)).isEqualTo(3);
    // The pointer repaired, the number is wrong again, and corrected.
    machine.memory.store(pointer, before);
    assertThat(errorsOfValidate(cache)).isEqualTo(2);
    assertThat(errorsOfValidate(cache)).isZero();

    machine.destroy(cache);
    assertThat(machine.errors()).isEmpty();
  }

  @Test
  void test_first_word() {
    KmemCache cache = cache("TestSlub_1th_word_free", SlabFlags.POISON);
    long p = machine.alloc(cache);
    machine.free(cache, p);

    machine.write(p, 0x78);

    assertThat(errorsOfValidate(cache)).isEqualTo(2);
    machine.destroy(cache);
    assertThat(machine.errors()).isEmpty();
  }

  @Test
  void test_clobber_50th_byte() {
    KmemCache cache = cache("TestSlub_50th_word_free", SlabFlags.POISON);
    long p = machine.alloc(cache);
    machine.free(cache, p);

    machine.write(p + 50, 0x9a);

    assertThat(errorsOfValidate(cache)).isEqualTo(2);
    machine.destroy(cache);
    assertThat(machine.errors()).isEmpty();
  }

  @Test
  void test_clobber_redzone_free() {
    KmemCache cache = cache("TestSlub_RZ_free", SlabFlags.RED_ZONE);
    long p = machine.alloc(cache);
    machine.free(cache, p);

    machine.write(p + SIZE, 0xab);

    assertThat(errorsOfValidate(cache)).isEqualTo(2);
    machine.destroy(cache);
    assertThat(machine.errors()).isEmpty();
  }

  /// Later kernels count the report of the slab and the warning of the destroyer; v6.1 prints both.
  @Test
  void test_leak_destroy() {
    KmemCache cache = cache("TestSlub_leak_destroy", 0);
    long p = machine.alloc(cache);

    machine.destroy(cache);

    assertThat(machine.log())
        .filteredOn(line -> line.startsWith("BUG ") || line.startsWith("kmem_cache_destroy "))
        .containsExactly(
            "BUG TestSlub_leak_destroy (Not tainted): Objects remaining in TestSlub_leak_destroy"
                + " on __kmem_cache_shutdown()",
            "kmem_cache_destroy TestSlub_leak_destroy: Slab cache still has objects when called"
                + " from kmem_cache_destroy");
    assertThat(machine.slabs(cache.id())).isOne();
    assertThat(p).isPositive();
  }
}
