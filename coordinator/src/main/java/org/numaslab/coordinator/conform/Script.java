package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// The commands of a recording, checked against the machine that is to run them.
///
/// @param commands one for each step
record Script(List<Command> commands) {
  /// @throws BadInput when a line is no command, or names a cpu, a node or a page that the machine
  ///   does not have
  static Script of(Recording recording, Topology machine) {
    List<Command> commands = new ArrayList<>();
    for (Step step : recording.steps()) {
      String where = recording.file() + ":" + step.line();
      Command command = Command.parse(step.command(), where);
      check(command, where, machine);
      checkRequest(command, where, step);
      for (Row row : step.rows()) {
        check(row, recording.file() + ":" + row.line(), machine);
      }
      commands.add(command);
    }
    return new Script(List.copyOf(commands));
  }

  private static void check(Command command, String where, Topology machine) {
    switch (command) {
      case Command.Alloc c -> {
        checkCpu(c.cpu(), where, machine);
        if (c.node() != NodeId.NONE) {
          checkNode(c.node(), where, machine);
        }
      }
      case Command.OnCpu c -> checkCpu(c.cpu(), where, machine);
      case Command.Eat c -> checkNode(c.node(), where, machine);
      case Command.Repeat c -> check(c.line(), where, machine);
      default -> {}
    }
  }

  /// A cache that no kernel makes is bad input, unless the recorded kernel refused it too.
  private static void checkRequest(Command command, String where, Step step) {
    if (command instanceof Command.Create c
        && step.rows().stream().noneMatch(row -> row.text().startsWith("RC\t-"))) {
      try {
        var _ = new CacheRequest("sp_c" + c.cache(), c.size(), c.align(), c.flags(), c.ctor());
      } catch (BadInput e) {
        throw new BadInput(where + ": " + e.getMessage(), e);
      }
    }
  }

  private static void check(Row row, String where, Topology machine) {
    String shape = RowShape.of(row.tag(), row.fields());
    for (int i = 0; i < shape.length(); i++) {
      switch (shape.charAt(i)) {
        case 'c' -> checkCpu(row.number(i), where, machine);
        case 'n' -> checkNode(row.number(i), where, machine);
        case 'p' -> checkFrame(row, i, where, machine);
        default -> {}
      }
    }
  }

  private static void checkCpu(int cpu, String where, Topology machine) {
    if (cpu >= machine.cpuCount()) {
      throw new BadInput(
          where
              + ": cpu "
              + cpu
              + ", allowed: 0.."
              + (machine.cpuCount() - 1)
              + ", those of the machine (--kernel names another)");
    }
  }

  private static void checkNode(int node, String where, Topology machine) {
    if (node >= machine.nodeCount()) {
      throw new BadInput(
          where
              + ": node "
              + node
              + ", allowed: 0.."
              + (machine.nodeCount() - 1)
              + ", those of the machine (--kernel names another)");
    }
  }

  /// The field after a page frame is its node.
  private static void checkFrame(Row row, int at, String where, Topology machine) {
    long frame = row.frame(at);
    int node = row.number(at + 1);
    int home = machine.nodeIndexOfFrame(frame);
    if (home != node) {
      throw new BadInput(
          where
              + ": page frame 0x"
              + Long.toHexString(frame)
              + " of node "
              + node
              + ", allowed: one of that node's, but on this machine it is "
              + (home < 0 ? "no node's" : "node " + home + "'s")
              + " (--kernel names the machine that was recorded)");
    }
  }

  static CpuId cpu(Command.OnCpu command) {
    return new CpuId(command.cpu());
  }
}
