package org.numaslab.coordinator.audit;

/// Takes what happens, in the order in which it happens.
public interface History {
  void add(Event event);
}
