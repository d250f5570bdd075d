package org.numaslab.coordinator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.registry.AttributeWrite.Changed;
import org.numaslab.coordinator.registry.AttributeWrite.Clears;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.AttributeWrite.Shrinks;
import org.numaslab.coordinator.registry.AttributeWrite.Validates;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;

/// What the kernel makes of a text that is written to a file of /sys/kernel/slab/CACHE.
class CacheAttributesTest {
  private static final KmemCache PLAIN = cache(0);
  private static final KmemCache DEBUG = cache(SlabFlags.RED_ZONE);

  private static KmemCache cache(int flags) {
    CacheRequest request = new CacheRequest("objects", 256, 8, flags, false);
    CacheGeometry geometry = CacheGeometry.of(request, GeometryOptions.forCpus(8));
    return new KmemCache(
        new CacheId(0), "objects", geometry, 5, 52, 7, 1000, true, 0, new int[0], false, null);
  }

  private static AttributeWrite write(String attribute, String text) {
    return CacheAttributes.write(PLAIN, attribute, text);
  }

  private static Errno error(AttributeWrite write) {
    assertThat(write).isInstanceOf(Refused.class);
    return ((Refused) write).error();
  }

  private static KmemCache changed(AttributeWrite write) {
    assertThat(write).isInstanceOf(Changed.class);
    return ((Changed) write).cache();
  }

  // ---- numbers, as kstrtoull reads them

  @ParameterizedTest
  @ValueSource(strings = {"7", "+7", "7\n", "007", "+0007\n"})
  void aNumberMayHaveAPlusZerosAndALineEnd(String text) {
    assertThat(changed(write("min_partial", text)).minPartial()).isEqualTo(7);
    assertThat(changed(write("cpu_partial", text)).cpuPartial()).isEqualTo(7);
    assertThat(changed(write("remote_node_defrag_ratio", text)).remoteNodeDefragRatio())
        .isEqualTo(70);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "-1",
        "-0",
        "+",
        "++7",
        "+-7",
        " 7",
        "7 ",
        "7\n\n",
        "7\r\n",
        "0x7",
        "7.0",
        "7k",
        "seven",
        "٧",
        "4294967296x"
      })
  void everythingElseIsNoNumber(String text) {
    assertThat(error(write("min_partial", text))).isEqualTo(Errno.EINVAL);
    assertThat(error(write("cpu_partial", text))).isEqualTo(Errno.EINVAL);
    assertThat(error(write("remote_node_defrag_ratio", text))).isEqualTo(Errno.EINVAL);
  }

  @ParameterizedTest
  @CsvSource({
    "min_partial, 18446744073709551616",
    "min_partial, 99999999999999999999999999x",
    "cpu_partial, 4294967296",
    "cpu_partial, 18446744073709551616",
    "remote_node_defrag_ratio, 101",
    "remote_node_defrag_ratio, 4294967296"
  })
  void aNumberThatIsTooLargeIsOutOfRange(String attribute, String text) {
    assertThat(error(write(attribute, text))).isEqualTo(Errno.ERANGE);
  }

  @Test
  void limitsHoldWhatTheKernelsFieldsHold() {
    assertThat(changed(write("min_partial", "9223372036854775807")).minPartial())
        .isEqualTo(Long.MAX_VALUE);
    assertThat(changed(write("min_partial", "18446744073709551615")).minPartial())
        .isEqualTo(Long.MAX_VALUE);
    assertThat(changed(write("cpu_partial", "4294967295")).cpuPartial()).isEqualTo(-1);
    assertThat(changed(write("remote_node_defrag_ratio", "100")).remoteNodeDefragRatio())
        .isEqualTo(1000);
    assertThat(changed(write("remote_node_defrag_ratio", "0")).remoteNodeDefragRatio()).isZero();
  }

  // ---- what each does

  @Test
  void onlyCpuPartialFlushesTheCpus() {
    assertThat(((Changed) write("cpu_partial", "3")).flushes()).isTrue();
    assertThat(((Changed) write("min_partial", "3")).flushes()).isFalse();
    assertThat(((Changed) write("remote_node_defrag_ratio", "3")).flushes()).isFalse();
  }

  @Test
  void cpuPartialInObjectsLimitsSlabs() {
    assertThat(changed(write("cpu_partial", "33")).cpuPartialSlabs())
        .isEqualTo(CacheGeometry.cpuPartialSlabs(33, PLAIN.geometry().ooObjects()));
  }

  @Test
  void aCacheWithDebugFlagsTakesNoCpuPartialButZero() {
    assertThat(error(CacheAttributes.write(DEBUG, "cpu_partial", "1"))).isEqualTo(Errno.EINVAL);
    assertThat(changed(CacheAttributes.write(DEBUG, "cpu_partial", "0")).cpuPartial()).isZero();
  }

  @Test
  void shrinkAndValidateLookAtTheFirstCharacter() {
    assertThat(write("shrink", "1")).isInstanceOf(Shrinks.class);
    assertThat(write("shrink", "1st\n")).isInstanceOf(Shrinks.class);
    assertThat(CacheAttributes.write(DEBUG, "validate", "12")).isInstanceOf(Validates.class);
    for (String other : new String[] {"0", "2", " 1", "\n", "yes"}) {
      assertThat(error(write("shrink", other))).isEqualTo(Errno.EINVAL);
      assertThat(error(CacheAttributes.write(DEBUG, "validate", other))).isEqualTo(Errno.EINVAL);
    }
  }

  @Test
  void onlyACacheWithDebugFlagsCanBeValidated() {
    assertThat(error(write("validate", "1"))).isEqualTo(Errno.EINVAL);
  }

  @ParameterizedTest
  @EnumSource
  void aCounterTakesWhatBeginsWithZero(Stat stat) {
    assertThat(write(stat.fileName(), "0")).isEqualTo(new Clears(stat));
    assertThat(write(stat.fileName(), "0\n")).isEqualTo(new Clears(stat));
    assertThat(error(write(stat.fileName(), "1"))).isEqualTo(Errno.EINVAL);
    assertThat(error(write(stat.fileName(), "\n"))).isEqualTo(Errno.EINVAL);
    assertThat(CacheAttributes.isCounter(stat.fileName())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"min_partial", "cpu_partial", "shrink", "validate", "alloc_fastpath"})
  void ofNoBytesAtAllTheCacheNeverHears(String attribute) {
    assertThat(write(attribute, "")).isEqualTo(new Changed(PLAIN, false));
  }

  // ---- what cannot be written

  @ParameterizedTest
  @ValueSource(strings = {"store_user", "red_zone", "poison", "sanity_checks", "trace", "objects"})
  void whatIsOnlyThereToBeReadIsNotOpened(String attribute) {
    assertThat(error(write(attribute, "1"))).isEqualTo(Errno.EACCES);
    assertThat(error(write(attribute, ""))).isEqualTo(Errno.EACCES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "colour", "MIN_PARTIAL", "shrink ", "../dentry/shrink"})
  void thereIsNoOtherFile(String attribute) {
    assertThat(error(write(attribute, "1"))).isEqualTo(Errno.ENOENT);
  }
}
