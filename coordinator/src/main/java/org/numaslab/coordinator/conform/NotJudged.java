package org.numaslab.coordinator.conform;

/// A step that an emulated machine cannot do yet, or whose outcome no machine could say.
final class NotJudged extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotJudged(String why) {
    super(why);
  }
}
