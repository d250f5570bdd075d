package org.numaslab.deploy.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/// Who alone may reserve memory, use actors, take the time or draw a random number.
@AnalyzeClasses(packages = "org.numaslab", importOptions = ImportOption.DoNotIncludeTests.class)
class OwnershipTest {
  /// What decides: one input in, state changed, messages into an outbox. Whatever else it needs is
  /// passed in.
  private static final String[] STATE_MACHINES = {
    "org.numaslab.node.topology..",
    "org.numaslab.node.memory..",
    "org.numaslab.node.buddy..",
    "org.numaslab.node.slab..",
    "org.numaslab.node.cache..",
    "org.numaslab.node.protocol..",
    "org.numaslab.cpu.cache..",
    "org.numaslab.cpu.protocol.."
  };

  private static final String MEMORY = "org.numaslab.node.memory..";

  @ArchTest
  static final ArchRule onlyMemoryReservesMemory =
      noClasses()
          .that()
          .resideOutsideOfPackage(MEMORY)
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Linker.class)
          .orShould()
          .callMethodWhere(call(MemorySegment.class, "reinterpret", "ofAddress"))
          .orShould()
          .callMethodWhere(call(Arena.class, "allocate", "allocateFrom"))
          .because("emulated memory is reserved once per JVM, in node.memory");

  /// A trace file is mapped, or read into one direct buffer, by the scanner that reads it; that is
  /// no emulated memory.
  @ArchTest
  static final ArchRule onlyMemoryAndTheTraceScannerOpenSegments =
      noClasses()
          .that()
          .resideOutsideOfPackages(MEMORY, "org.numaslab.coordinator.trace..")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Arena.class)
          .orShould()
          .callMethodWhere(call(ByteBuffer.class, "allocateDirect"));

  @ArchTest
  static final ArchRule nobodyUsesUnsafe =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching("(sun\\.misc|jdk\\.internal\\.misc)\\.Unsafe");

  @ArchTest
  static final ArchRule onlyShellsUseActors =
      noClasses()
          .that()
          .resideOutsideOfPackages("..actor..", "..driver..", "org.numaslab.deploy..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.pekko..");

  @ArchTest
  static final ArchRule stateMachinesRunInTheThreadThatCallsThem =
      noClasses()
          .that()
          .resideInAnyPackage(STATE_MACHINES)
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Executor.class)
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("java.util.concurrent.locks..");

  @ArchTest
  static final ArchRule stateMachinesTakeNoTime =
      noClasses()
          .that()
          .resideInAnyPackage(STATE_MACHINES)
          .should()
          .callMethodWhere(call(System.class, "nanoTime", "currentTimeMillis"))
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .orShould()
          .callMethodWhere(
              describe(
                  "now()",
                  c ->
                      c.getName().equals("now")
                          && c.getTargetOwner().getPackageName().equals("java.time")));

  /// A seeded generator that was passed in is fine: its maker printed the seed.
  @ArchTest
  static final ArchRule stateMachinesDrawNothingUnseeded =
      noClasses()
          .that()
          .resideInAnyPackage(STATE_MACHINES)
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Random.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(SecureRandom.class)
          .orShould()
          .callMethodWhere(call(Math.class, "random"))
          .orShould()
          .callMethodWhere(call(UUID.class, "randomUUID"))
          .orShould()
          .callMethodWhere(call(RandomGenerator.class, "of", "getDefault"))
          .orShould()
          .callConstructorWhere(unseeded(SplittableRandom.class));

  /// JMH writes its loops into packages of its own.
  @ArchTest
  static final ArchRule everyPackageIsNullMarked =
      classes()
          .that()
          .resideOutsideOfPackage("..jmh_generated..")
          .should(Packages.beAnnotatedWith(NullMarked.class));

  @ArchTest
  static final ArchRule namesSayWhatAThingIs =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Impl");

  private static DescribedPredicate<JavaCall<?>> call(Class<?> owner, String... methods) {
    Set<String> names = Set.of(methods);
    return describe(
        owner.getSimpleName() + "." + names,
        c -> names.contains(c.getName()) && c.getTargetOwner().isAssignableTo(owner));
  }

  private static DescribedPredicate<JavaConstructorCall> unseeded(Class<?> owner) {
    return describe(
        "an unseeded " + owner.getSimpleName(),
        c ->
            c.getTargetOwner().isEquivalentTo(owner)
                && c.getTarget().getRawParameterTypes().isEmpty());
  }
}
