package org.numaslab.deploy.architecture;

import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;

/// An order of packages, lowest first, as a rule: each may use those before it and none after it.
final class Layers {
  private Layers() {}

  /// The packages `root.name` and all below each, in the order of `names`.
  static LayeredArchitecture lowestFirst(String root, String... names) {
    List<String> order = List.of(names);
    LayeredArchitecture layers =
        Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true);
    for (String name : order) {
      layers = layers.layer(name).definedBy(root + "." + name + "..");
    }
    for (int i = 0; i < order.size() - 1; i++) {
      String[] above = order.subList(i + 1, order.size()).toArray(String[]::new);
      layers = layers.whereLayer(order.get(i)).mayOnlyBeAccessedByLayers(above);
    }
    return layers.whereLayer(order.getLast()).mayNotBeAccessedByAnyLayer();
  }
}
