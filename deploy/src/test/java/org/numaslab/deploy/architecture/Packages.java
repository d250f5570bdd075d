package org.numaslab.deploy.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.annotation.Annotation;

/// Conditions on the package in which a class lies.
final class Packages {
  private Packages() {}

  static ArchCondition<JavaClass> beAnnotatedWith(Class<? extends Annotation> annotation) {
    return new ArchCondition<>("lie in a package with @" + annotation.getSimpleName()) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean annotated =
            type.getPackage()
                .tryGetPackageInfo()
                .map(info -> info.isAnnotatedWith(annotation))
                .orElse(false);
        String message =
            type.getPackageName() + "'s package-info has no @" + annotation.getSimpleName();
        events.add(new SimpleConditionEvent(type, annotated, message));
      }
    };
  }
}
