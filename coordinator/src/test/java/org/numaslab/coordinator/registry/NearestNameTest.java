package org.numaslab.coordinator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  private static final List<String> NAMES = List.of("dentry", "filp", "kmalloc-64", "kmalloc-96");

  @Test
  void aSlipOfTheFingerFindsTheName() {
    assertThat(NearestName.to("dentyr", NAMES)).contains("dentry");
    assertThat(NearestName.to("kmaloc-64", NAMES)).contains("kmalloc-64");
    assertThat(NearestName.to("Filp", NAMES)).contains("filp");
  }

  @Test
  void ofTwoAsNearItIsTheFirstByName() {
    assertThat(NearestName.to("kmalloc-66", NAMES)).contains("kmalloc-64");
  }

  @Test
  void anotherWordFindsNothing() {
    assertThat(NearestName.to("tcp_sock", NAMES)).isEmpty();
    assertThat(NearestName.to("x", List.of())).isEmpty();
  }
}
