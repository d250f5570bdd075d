package org.numaslab.cpu.actor;

/// What a cpu's shell passes before it touches the cpu. In a member that may lose others, what it
/// has of a lost home is taken from all of its CPUs at once: no turn runs meanwhile.
public interface Gate {
  /// Always open, where nobody is lost.
  Gate OPEN =
      new Gate() {
        @Override
        public void enter() {}

        @Override
        public void leave() {}

        @Override
        public void grant(Runnable completed) {
          throw new IllegalStateException("nothing is granted here: nodes answer");
        }
      };

  /// Waits until the cpu may be touched.
  void enter();

  /// Ends what the last [#enter] began; what the cpu wants of other members is asked now.
  void leave();

  /// Gives the cpu what homes have granted it, as far as that can be used now. Not between enter
  /// and leave.
  ///
  /// @param completed runs when the suspended operation is complete with it
  void grant(Runnable completed);
}
