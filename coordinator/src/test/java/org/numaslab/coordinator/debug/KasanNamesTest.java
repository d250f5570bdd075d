package org.numaslab.coordinator.debug;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.slab.SlabFlags;

/// The cases of KASAN's and KFENCE's own suites that slub's checks can see, with their names
/// (mm/kasan/kasan_test.c, mm/kfence/kfence_test.c). Those catch the access itself; a debug cache
/// finds its traces, at the free, at the next allocation or when it is validated.
@SuppressWarnings("JUnitMethodInvoked") // one misuse has a KASAN and a KFENCE name
class KasanNamesTest {
  private static final int SIZE = 120;

  private final CheckedMachine machine = new CheckedMachine(3);
  private final KmemCache cache = machine.cache("test_cache", SIZE, SlabFlags.DEBUG_DEFAULT);

  @AfterEach
  void close() {
    machine.close();
  }

  private void assertReported(String... beginnings) {
    List<String> errors = machine.errors();
    assertThat(errors).hasSize(beginnings.length);
    for (int i = 0; i < beginnings.length; i++) {
      assertThat(errors.get(i)).startsWith(beginnings[i]);
    }
  }

  // ---- KASAN

  @Test
  void kmalloc_oob_right() {
    long p = machine.alloc(cache);
    machine.write(p + SIZE, 'x');
    machine.free(cache, p);
    assertReported("BUG Right Redzone overwritten", "FIX Restoring Right Redzone", "FIX Object at");
  }

  @Test
  void kmalloc_oob_left() {
    long p = machine.alloc(cache);
    machine.write(p - 1, 'x');
    machine.free(cache, p);
    assertReported("BUG Left Redzone overwritten", "FIX Restoring Left Redzone", "FIX Object at");
  }

  @Test
  void kmalloc_node_oob_right() {
    long p = machine.alloc(CheckedMachine.REMOTE_CPU, cache);
    machine.write(p + SIZE, 'x');
    machine.free(CheckedMachine.CPU, cache, p);
    assertReported("BUG Right Redzone overwritten", "FIX Restoring Right Redzone", "FIX Object at");
  }

  @Test
  void kmalloc_uaf() {
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.write(p + 8, 'x');
    machine.alloc(cache);
    assertReported(
        "BUG Poison overwritten", "FIX Restoring Poison", "FIX Marking all objects used");
  }

  @Test
  void kmalloc_uaf_memset() {
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.memory.fill(p, 33, (byte) 0);
    machine.validate(cache);
    assertReported("BUG Poison overwritten", "FIX Restoring Poison");
  }

  @Test
  void kmalloc_uaf2() {
    long p = machine.alloc(cache);
    machine.free(cache, p);
    long q = machine.alloc(cache);
    assertThat(q).isEqualTo(p);
    // The memory has a new owner: a write through the old pointer is his data, seen by nobody.
    machine.write(p + 40, 'x');
    machine.free(cache, q);
    assertReported();
  }

  @Test
  void kmem_cache_oob() {
    long p = machine.alloc(cache);
    int pad = cache.geometry().size() - cache.geometry().redLeftPad() - 1;
    machine.write(p + pad, 'x');
    machine.free(cache, p);
    assertReported("BUG Object padding overwritten", "FIX Restoring Object padding");
  }

  @Test
  void kmem_cache_double_free() {
    long keep = machine.alloc(cache);
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.free(cache, p);
    assertReported("BUG Object already free", "FIX Object at");
    // The second free has cut the list behind the object before anybody looked.
    machine.free(cache, keep);
    assertReported("BUG Wrong object count", "FIX Object count adjusted");
  }

  @Test
  void kmem_cache_invalid_free() {
    long p = machine.alloc(cache);
    machine.free(cache, p + 1);
    assertReported("BUG Invalid object pointer", "FIX Object at");
    machine.free(cache, p);
    assertReported();
  }

  @Test
  void kmem_cache_rcu_uaf() {
    KmemCache rcu =
        machine.cache("test_rcu", SIZE, SlabFlags.DEBUG_DEFAULT | SlabFlags.TYPESAFE_BY_RCU);
    long p = machine.alloc(rcu);
    machine.write(p, 'y');
    machine.free(rcu, p);
    // Readers may look until the grace period ends: the contents stay, no poison.
    assertThat(machine.read(p)).isEqualTo('y');
    machine.write(p, 'x');
    machine.alloc(rcu);
    assertReported();
  }

  @Test
  void kmem_cache_bulk() {
    long[] p = machine.alloc(cache, 10);
    for (long object : p) {
      machine.memory.fill(object, SIZE, (byte) 'x');
    }
    machine.freeBulk(cache, p);
    machine.validate(cache);
    assertReported();
    assertThat(SlabWord.inUse(machine.word(p[0]))).isZero();
  }

  @Test
  void kmem_cache_double_free_in_bulk() {
    long[] p = machine.alloc(cache, 3);
    machine.free(cache, p[1]);
    machine.freeBulk(cache, p[1], p[0]);
    assertReported(
        "BUG Wrong object count",
        "FIX Object count adjusted",
        "BUG Object already free",
        "FIX Object at");
  }

  @Test
  void kmem_cache_double_destroy() {
    machine.destroy(cache);
    machine.destroy(cache);
    assertReported();
  }

  // ---- KFENCE

  @Test
  void test_double_free() {
    kmem_cache_double_free();
  }

  @Test
  void test_invalid_addr_free() {
    long p = machine.alloc(cache);
    machine.free(cache, p + 1); // not freed
    machine.errors();
    machine.free(cache, p); // no error
    machine.validate(cache);
    assertReported();
  }

  @Test
  void test_corruption() {
    long[] p = machine.alloc(cache, 2);
    machine.write(p[0] + SIZE, machine.read(p[0] + SIZE) + 1);
    machine.write(p[1] - 1, machine.read(p[1] - 1) ^ 0x80);
    machine.free(cache, p[0]);
    machine.free(cache, p[1]);
    assertReported(
        "BUG Right Redzone overwritten",
        "FIX Restoring Right Redzone",
        "FIX Object at",
        "BUG Left Redzone overwritten",
        "FIX Restoring Left Redzone",
        "FIX Object at");
  }

  @Test
  void test_free_bulk() {
    kmem_cache_bulk();
  }

  @Test
  void test_shrink_memcache() {
    long p = machine.alloc(cache);
    machine.free(cache, p);
    machine.shrink(cache);
    assertThat(machine.slabs(cache.id())).isZero();
    assertReported();
  }

  @Test
  void test_memcache_ctor() {
    List<Long> constructed = new ArrayList<>();
    KmemCache withCtor =
        machine.cache(
            "test_ctor",
            SIZE,
            0,
            SlabFlags.DEBUG_DEFAULT,
            (home, object) -> {
              machine.memory.fill(object, SIZE, (byte) 'x');
              constructed.add(object);
            });
    long p = machine.alloc(withCtor);
    assertThat(constructed).hasSize(withCtor.geometry().ooObjects());
    assertThat(machine.read(p)).isEqualTo('x');
    machine.free(withCtor, p);
    assertThat(machine.alloc(withCtor)).isEqualTo(p);
    for (int i = 0; i < SIZE; i++) {
      assertThat(machine.read(p + i)).isEqualTo('x');
    }
    assertThat(constructed).hasSize(withCtor.geometry().ooObjects());
    machine.validate(withCtor);
    assertReported();
  }

  @Test
  void test_memcache_typesafe_by_rcu() {
    kmem_cache_rcu_uaf();
  }
}
