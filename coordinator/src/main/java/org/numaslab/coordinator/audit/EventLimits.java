package org.numaslab.coordinator.audit;

import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event.Kind;

/// Which numbers an event may have, by its kind and the machine: what [Event] says in its table.
///
/// A number that the kind does not use may also be missing, [Event#NONE]; one that it needs may
/// not. The writer of a history and its reader ask the same.
record EventLimits(int nodes, int cpus) {

  /// The first field that cannot be.
  record Wrong(Column column, String allowed) {}

  static EventLimits of(HistoryHeader header) {
    return new EventLimits(header.nodes(), header.cpus());
  }

  @Nullable Wrong check(Event event) {
    Kind kind = event.kind();
    if (event.time() < 0) {
      return new Wrong(Column.TIME, "0.000000 or later");
    }
    if (isWrongMember(event.node(), event.life(), hasMember(kind))) {
      return new Wrong(Column.NODE, members(hasMember(kind)));
    }
    if (isOutside(event.cpu(), cpus, isOfTask(kind))) {
      return new Wrong(Column.CPU, range(cpus, isOfTask(kind)));
    }
    if (isWrongMember(event.peer(), event.peerLife(), hasPeer(kind))) {
      return new Wrong(Column.PEER, members(hasPeer(kind)));
    }
    if (kind == Kind.EXECUTED && isNoHome(event.object())) {
      return new Wrong(
          Column.OBJECT, "a node of 0x0..0x%x, with a life in the upper half".formatted(nodes - 1));
    }
    return switch (kind) {
      case PASSED, HANDED ->
          isOutside(event.number(), cpus, true)
              ? new Wrong(Column.NUMBER, range(cpus, true))
              : null;
      case ALLOCATED ->
          isOutside(event.number(), nodes, false)
              ? new Wrong(Column.NUMBER, range(nodes, false))
              : null;
      default -> null;
    };
  }

  private static boolean isOutside(long number, int count, boolean isNeeded) {
    return number >= count || number < (isNeeded ? 0 : Event.NONE);
  }

  /// A node, with its life in the upper half.
  private boolean isNoHome(long object) {
    return (object & 0xffff_ffffL) >= nodes || object < 0;
  }

  private boolean isWrongMember(int node, int life, boolean isNeeded) {
    return isOutside(node, nodes, isNeeded) || life < (node == Event.NONE ? Event.NONE : 0);
  }

  private static String range(int count, boolean isNeeded) {
    return "0.." + (count - 1) + (isNeeded ? "" : ", or - for none");
  }

  private String members(boolean isNeeded) {
    return "NODE.LIFE with a node of " + range(nodes, isNeeded);
  }

  private static boolean hasMember(Kind kind) {
    return switch (kind) {
      case FAULT, OVER, HEALED -> false;
      default -> true;
    };
  }

  private static boolean hasPeer(Kind kind) {
    return isOfTask(kind) || kind == Kind.REMOVED || kind == Kind.LEASED || kind == Kind.EXECUTED;
  }

  /// A task does it, on a cpu, with an object.
  static boolean isOfTask(Kind kind) {
    return switch (kind) {
      case ALLOCATED, FREED, PASSED, HANDED, TAKEN, RETURNED, LOST, DAMAGED -> true;
      case JOINED, DIED, REMOVED, LEASED, EXECUTED, RECLAIMED, CENSUS, FAULT, OVER, HEALED -> false;
    };
  }
}
