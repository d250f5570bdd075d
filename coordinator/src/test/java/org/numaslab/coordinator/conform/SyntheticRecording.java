package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.Topology;

/// A recording of the emulated machine itself: a script that nobody recorded is run, with pages as
/// they come, and what it does is written down.
///
/// What the judge makes of it is not told to it: it sees rows only, as of a kernel.
final class SyntheticRecording {
  static final Topology MACHINE = Topology.uniform(2, 2, 64 << 20);

  private static final int STRIDE = 7;

  private SyntheticRecording() {}

  /// The rows of a script, as the text of a file.
  static String of(String... script) {
    List<Step> steps = new ArrayList<>();
    for (String line : script) {
      List<Row> rows = new ArrayList<>();
      if (line.startsWith("create ")) {
        rows.add(new Row(1, "RANDSEQ", List.of("0", sequence(line))));
      }
      steps.add(new Step(steps.size() + 1, 1, line, rows));
    }
    StringBuilder text = new StringBuilder();
    RecordedNature[] nature = new RecordedNature[1];
    try (SimulatedMachine machine =
        SimulatedMachine.instant(
            MACHINE,
            memory -> {
              StandIns pages =
                  new StandIns(MACHINE, memory.frames(), new TreeSet<>(), f -> new int[0]);
              nature[0] = new RecordedNature(memory.frames(), pages);
              return nature[0];
            },
            1L << 28)) {
      ScriptRun run = new ScriptRun(MACHINE, machine, nature[0], new Expectations(List.of()));
      for (Step step : steps) {
        text.append(step.number()).append("\tCMD\t").append(step.command()).append('\n');
        step.rows()
            .forEach(
                row -> text.append(step.number()).append('\t').append(row.text()).append('\n'));
        for (String row : run.execute(Command.parse(step.command(), "here"), step)) {
          // The log comes masked; a recording has real addresses.
          String real =
              row.startsWith("DMESG") ? row.replace("ADDRESS", "0xffff888000001000") : row;
          text.append(step.number()).append('\t').append(real).append('\n');
        }
      }
    }
    return text.toString();
  }

  /// Some order of the indexes of the cache that a line creates.
  private static String sequence(String create) {
    Command.Create c = (Command.Create) Command.parse(create, "here");
    int objects = objects(c);
    return IntStream.range(0, objects)
        .mapToObj(
            i -> String.valueOf(objects % STRIDE == 0 ? objects - 1 - i : i * STRIDE % objects))
        .collect(Collectors.joining(","));
  }

  private static int objects(Command.Create c) {
    return CacheGeometry.of(
            new CacheRequest("t", c.size(), c.align(), c.flags(), c.ctor()),
            GeometryOptions.forCpus(MACHINE.cpuCount()))
        .ooObjects();
  }

  static Verdict judge(String text) {
    return new Judge(MACHINE).judge(Recording.parse("synthetic", "synthetic.tsv", text));
  }
}
