package org.numaslab.coordinator.conform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.BadInput;

class GeometrySweepTest {
  private static GeometrySweep sizes(String text) {
    return GeometrySweep.parse(text, "0", "none", false);
  }

  @Test
  void aNumberIsOneCache() {
    assertThat(sizes("256").single()).isTrue();
    assertThat(sizes("256").requests()).extracting(CacheRequest::objectSize).containsExactly(256);
  }

  @Test
  void rangesIncludeBothEndsWhenTheStepsMeetThem() {
    assertThat(sizes("8..32:8").sizes()).containsExactly(8, 16, 24, 32);
    assertThat(sizes("8..31:8").sizes()).containsExactly(8, 16, 24);
    assertThat(sizes("8..10").sizes()).containsExactly(8, 9, 10);
    assertThat(sizes("5..5").sizes()).containsExactly(5);
  }

  @Test
  void listsKeepTheirOrder() {
    assertThat(sizes("100,8..16:8, 4096").sizes()).containsExactly(100, 8, 16, 4096);
  }

  @Test
  void everyCombinationIsARequest() {
    GeometrySweep sweep = GeometrySweep.parse("8,16", "0,64", "none,rcu+hwalign", true);
    assertThat(sweep.requests()).hasSize(8).allMatch(CacheRequest::ctor);
    assertThat(sweep.requests().getLast().flags()).isEqualTo(0x82000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | --size: got \"\", allowed: numbers and ranges as 8,16,100..200:10",
        "8, | --size: got \"\", allowed: numbers and ranges as 8,16,100..200:10",
        "8..  | --size: got \"8..\", allowed: numbers and ranges as 8,16,100..200:10",
        "big  | --size: got \"big\", allowed: numbers and ranges as 8,16,100..200:10",
        "0    | --size: got 0, allowed: 1..4194304",
        "-8   | --size: got -8, allowed: 1..4194304",
        "4194305 | --size: got 4194305, allowed: 1..4194304",
        "99999999999999999999 | --size: got 99999999999999999999, allowed: 1..4194304",
        "64..8 | --size: got the empty range 64..8, allowed: its end not before its start",
        "8..64:0 | --size step: got 0, allowed: 1..4194304",
        "8..64:-8 | --size step: got -8, allowed: 1..4194304",
        "1..4194304 | --size: got 1..4194304, allowed: up to 262144 numbers"
      })
  void sizesThatAreNoneAreRefused(String text, String message) {
    assertThatThrownBy(() -> sizes(text)).isInstanceOf(BadInput.class).hasMessage(message);
  }

  @Test
  void absurdlyManyCombinationsAreRefused() {
    assertThatThrownBy(() -> GeometrySweep.parse("1..100000", "8,16,32", "none", false))
        .isInstanceOf(BadInput.class)
        .hasMessage("sweep: got 100000 sizes x 3 aligns x 1 flags, allowed: up to 262144 rows");
  }

  @Test
  void aTableHasAsManyFieldsAsItsHeader() {
    CacheRequest request = sizes("100").requests().getFirst();
    CacheGeometry geometry = CacheGeometry.of(request, GeometryOptions.forCpus(8));
    String[] header = GeometryText.tableHeader().split("\t");
    String[] row = GeometryText.tableRow(request, geometry).split("\t");
    assertThat(row).hasSameSizeAs(header);
    int size = IntStream.range(0, header.length).filter(i -> header[i].equals("size")).sum();
    assertThat(row[size]).isEqualTo("104");
  }

  @Test
  void aDebuggedSlotIsDrawnWithoutAGap() {
    GeometryOptions options = GeometryOptions.forCpus(8);
    CacheRequest request =
        GeometrySweep.parse("100", "0", "checks+rz+poi+user+kmalloc", false).requests().getFirst();
    String text = GeometryText.one(request, CacheGeometry.of(request, options), options);
    assertThat(text)
        .contains(
            "slot   left zone 8 | object 100 | right zone 4 | free pointer 8 | track of alloc 32"
                + " | track of free 32 | size asked for 4 | padding 12\n");
    assertThat(8 + 100 + 4 + 8 + 32 + 32 + 4 + 12).isEqualTo(200);
  }
}
