package org.numaslab.coordinator.audit;

/// Something that happened to an object or a member, in plain numbers.
///
/// | kind | at | peer | object | number |
/// |---|---|---|---|---|
/// | JOINED, DIED | the member | - | - | - |
/// | REMOVED | who takes it over | who is removed | - | - |
/// | LEASED | who may use it | the home | - | until when, in the time of the history |
/// | EXECUTED | who does it | who has asked | the home's node, its life in the upper half | the request's sequence |
/// | ALLOCATED | the task's member and cpu | the home | its address | the node it must be of, -1 for any |
/// | FREED | the task's member and cpu | the home | its address | - |
/// | PASSED | the task's member and cpu | the home | its address | the cpu of the next task, in the same member |
/// | HANDED | the task's member and cpu | the home | its address | the cpu of the next task, in another member |
/// | TAKEN, RETURNED | the task's member and cpu | the home | its address | - |
/// | LOST | the task's member and cpu | the home, which is gone | its address | - |
/// | DAMAGED | the task's member and cpu | the home | its address | what it holds instead of its stamp |
/// | RECLAIMED | the home | - | its address | the census |
/// | CENSUS | the home | - | - | the census that begins |
/// | FAULT, OVER | - | - | - | the fault, by its place in the schedule |
/// | HEALED | - | - | - | nothing goes wrong from here on |
///
/// @param time nanoseconds since the begin
/// @param node of the member where it happens, [#NONE] for none
/// @param life of that member
/// @param peer node of the other one, [#NONE] for none
public record Event(
    long time,
    Kind kind,
    int node,
    int life,
    int cpu,
    int peer,
    int peerLife,
    long object,
    long number) {
  public static final int NONE = -1;

  /// What happened.
  public enum Kind {
    JOINED,
    DIED,
    REMOVED,
    LEASED,
    EXECUTED,
    ALLOCATED,
    FREED,
    PASSED,
    HANDED,
    TAKEN,
    RETURNED,
    LOST,
    DAMAGED,
    RECLAIMED,
    CENSUS,
    FAULT,
    OVER,
    HEALED
  }
}
