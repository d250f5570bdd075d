package org.numaslab.deploy.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Arrows go one way: between the modules, and between the packages inside each.
@AnalyzeClasses(packages = "org.numaslab", importOptions = ImportOption.DoNotIncludeTests.class)
class ArrowsTest {
  @ArchTest
  static final ArchRule modulesUseOnlyThoseBelow =
      Layers.lowestFirst("org.numaslab", "node", "cpu", "coordinator", "deploy");

  @ArchTest
  static final ArchRule packagesOfNodeUseOnlyThoseBelow =
      Layers.lowestFirst(
          "org.numaslab.node",
          "topology",
          "memory",
          "buddy",
          "slab",
          "cache",
          "protocol",
          "loan",
          "actor");

  @ArchTest
  static final ArchRule packagesOfCpuUseOnlyThoseBelow =
      Layers.lowestFirst("org.numaslab.cpu", "cache", "protocol", "client", "actor");

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("org.numaslab.(**)").should().beFreeOfCycles();
}
