package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is wrong with what was given: one line that names it, exit code 2, nothing written.
class RunBadInputTest {
  private static final String DEMO = "recordings/demo/";

  @TempDir Path folder;

  /// What is wrong, what the line must name, and the arguments; `@` stands for the test's folder.
  static Stream<Arguments> badInputs() {
    return Stream.of(
        bad("missing trace", "@/nothing: no such file", "--trace", "@/nothing"),
        bad("folder as trace", "got a folder", "--trace", "@/empty-folder"),
        bad("empty trace", "got an empty file", "--trace", "@/empty.txt"),
        bad("no trace", "not a trace: got \"hello\"", "--trace", "@/hello.txt"),
        bad("binary trace", "not a trace", "--trace", "@/binary"),
        bad("truncated gzip", "ends in the middle", "--trace", "@/truncated.gz"),
        bad("line cut in the middle", "cut.txt:12: got a line that is cut", "--trace", "@/cut.txt"),
        bad("absurd size", "absurd.txt:153: got", "--trace", "@/absurd.txt"),
        bad("negative size", "negative.txt:153: got", "--trace", "@/negative.txt"),
        bad("absurd cpu", "cpu.txt:153: got", "--trace", "@/cpu.txt"),
        bad(
            "cpu beyond the topology",
            "good.txt:4: got an event on cpu 1, allowed: cpu 0 to 0",
            "--trace",
            "@/good.txt",
            "--topology",
            "1x1"),
        bad(
            "node beyond the topology",
            "node 7, allowed: node 0 to 1",
            "--trace",
            "@/node.txt",
            "--topology",
            "2x1"),
        bad("nothing left", "nothing to replay", "--trace", "@/good.txt", "--caches", "nothing*"),
        bad("times in the wrong order", "0 <= from < to", "--from", "40", "--to", "30"),
        bad("negative time", "0 <= from < to", "--from", "-1"),
        bad("no time", "--from", "--from", "soon"),
        bad("cpus backwards", "7-2", "--cpus", "7-2"),
        bad("cpus as words", "all", "--cpus", "all"),
        bad("limit of none", "limit of 0", "--limit", "0"),
        bad("repeat of none", "--repeat: got 0", "--repeat", "0"),
        bad("huge repeat", "--repeat: got 2000000000", "--repeat", "2000000000"),
        bad("missing kernel folder", "@/nothing: no such folder", "--kernel", "@/nothing"),
        bad("file as kernel folder", "got a file", "--kernel", "@/hello.txt"),
        bad("incomplete kernel folder", "is missing", "--kernel", "@/empty-folder"),
        bad("broken kernel folder beside the trace", "is missing", "--trace", "@/beside/trace.txt"),
        bad("row that no one knows", "slabinfo.txt:3", "--kernel", "@/bad-kernel"),
        bad("topology against the kernel", "got 2 nodes against 4", "--topology", "2x4"),
        bad("unknown topology", "4y2", "--topology", "4y2"),
        bad("blank topology", "topology", "--topology", ""),
        bad("folder that is no topology", "cpulist", "--topology", "@/empty-folder"),
        bad("matrix that is not square", "numactl1.txt:7", "--topology", "@/numactl1.txt"),
        bad("diagonal that is not 10", "numactl2.txt:7", "--topology", "@/numactl2.txt"),
        bad("negative nodes", "-4", "--topology", "-4x2"),
        bad("no nodes", "allowed: 1..1024", "--topology", "0x2"),
        bad("huge number of nodes", "allowed: 1..1024", "--topology", "99999999999999999999x2"),
        bad("huge number of cpus", "allowed: 1..2048", "--topology", "4x99999"),
        bad("no memory", "memory per node", "--topology", "4x2:0G"),
        bad("huge memory", "memory per node", "--topology", "4x2:99999T"),
        bad("unknown load", "got steady, allowed: random", "--workload", "steady"),
        bad("load of no length", "got random:0,", "--workload", "random:0"),
        bad("load of negative length", "got random:-3,", "--workload", "random:-3"),
        bad("load of words", "got random:soon,", "--workload", "random:soon"),
        bad("load of years", "got random:99999999,", "--workload", "random:99999999"),
        bad(
            "timed load without a clock",
            "no clock, allowed: random:Nops",
            "--workload",
            "random:5",
            "--driver",
            "simulate"),
        bad(
            "load and trace",
            "got options of a trace too",
            "--workload",
            "random",
            "--trace",
            "@/good.txt"),
        bad("load and order", "got --order too", "--workload", "random", "--order", "exact"),
        bad("caches of no load", "got no --workload", "--workload-caches", "3"),
        bad(
            "no caches",
            "got 0, allowed: 1..4096",
            "--workload",
            "random",
            "--workload-caches",
            "0"),
        bad("unknown inference", "got 'all', allowed: bulk", "--infer", "all"),
        bad("unknown option", "unknown option '--sed'", "--sed", "1"),
        bad("unknown argument", "unknown argument 'trace.txt'", "trace.txt"),
        bad("repeated option", "only once", "--seed", "1", "--seed", "2"),
        bad("option without its value", "--trace", "--trace"),
        bad(
            "unknown driver",
            "got 'cluster9', allowed: embedded, simulate",
            "--driver",
            "cluster9"),
        bad("unknown order", "got 'random', allowed: causal, exact", "--order", "random"),
        bad("unknown draw", "got 'x', allowed: seeded, won, lost", "--remote-draw", "x"),
        bad("seed as a word", "got 'many', allowed: a whole number", "--seed", "many"),
        bad("no limit of memory", "got '0', allowed: a size", "--limit-touched", "0"),
        bad("negative limit of memory", "got '-1G', allowed: a size", "--limit-touched", "-1G"),
        bad("absurd limit of memory", "allowed: a size", "--limit-touched", "99999999999T"),
        bad(
            "write without a value",
            "got \"dentry/shrink\", allowed: ",
            "--write",
            "dentry/shrink"),
        bad("write without a cache", "allowed: CACHE/ATTRIBUTE", "--write-after", "/shrink=1"),
        bad("write to an unknown cache", "did you mean dentry?", "--write", "dentri/shrink=1"),
        bad("pattern of no cache", "no such cache: got x*", "--write-after", "x*/shrink=1"),
        bad(
            "write to an unknown attribute",
            "--write dentry/colour=1: No such file or directory: cache dentry, attribute colour:"
                + " got \"1\", allowed: one of min_partial,",
            "--write",
            "dentry/colour=1"),
        bad(
            "write of nonsense",
            "--write dentry/cpu_partial=lots: write error: Invalid argument: cache dentry,"
                + " attribute cpu_partial: got \"lots\", allowed: a number of objects",
            "--write",
            "dentry/cpu_partial=lots"),
        bad("write of nothing", "write error: Invalid argument", "--write", "dentry/min_partial="),
        bad(
            "write beyond the range",
            "write error: Numerical result out of range",
            "--write-after",
            "dentry/remote_node_defrag_ratio=101"),
        bad(
            "write to what can only be read",
            "Permission denied: cache dentry, attribute poison",
            "--write",
            "dentry/poison=1"),
        bad("counter set to a number", "allowed: 0", "--write-after", "dentry/alloc_slab=7"),
        bad(
            "validation without debug flags",
            "none of the flags FZPUT",
            "--write-after",
            "*/validate=1"),
        bad("file as output folder", "got a file", "--out", "@/hello.txt"),
        bad("output below a file", "cannot be written", "--out", "@/hello.txt/a/b"),
        bad("output folder of someone else", "holds their.txt", "--out", "@/foreign"),
        bad("output folder that cannot be", "cannot be written", "--out", "/proc/numaslab/a"),
        bad(
            "output folder with an endless name",
            "cannot be written",
            "--out",
            "@/" + "a".repeat(300)));
  }

  private static Arguments bad(String what, String named, String... arguments) {
    return Arguments.of(what, named, List.of(arguments));
  }

  @BeforeEach
  void inputs() throws IOException {
    Files.createDirectory(folder.resolve("empty-folder"));
    Files.createDirectories(folder.resolve("beside/kernel"));
    Files.createDirectory(folder.resolve("foreign"));
    Files.createFile(folder.resolve("foreign/their.txt"));
    Files.createFile(folder.resolve("empty.txt"));
    Files.writeString(folder.resolve("hello.txt"), "hello\n");
    Files.write(folder.resolve("binary"), new byte[] {0, 1, 2, (byte) 200, 10, 13, 0, 7});
    byte[] demo = Files.readAllBytes(Path.of(DEMO + "trace.txt.gz"));
    Files.write(folder.resolve("truncated.gz"), Arrays.copyOf(demo, 200_000));
    TraceText.small().in(folder.resolve("good.txt"));
    TraceText.small().in(folder.resolve("beside/trace.txt"));
    TraceText.small().alloc(0, 400, 7).in(folder.resolve("node.txt"));
    List<String> lines = Files.readAllLines(folder.resolve("good.txt"));
    lines.set(11, lines.get(11).substring(0, 60));
    Files.write(folder.resolve("cut.txt"), lines);
    String sizes =
        "  t-1 [000] ..... 9.0: kmalloc: call_site=f ptr=ffff888100000000 bytes_req=%s"
            + " bytes_alloc=%s gfp_flags=GFP_KERNEL node=-1";
    TraceText.small()
        .line(sizes.formatted("99999999999999", "99999999999999999"))
        .in(folder.resolve("absurd.txt"));
    TraceText.small().line(sizes.formatted("-8", "-8")).in(folder.resolve("negative.txt"));
    TraceText.small()
        .line(sizes.formatted("8", "8").replace("[000]", "[99999]"))
        .in(folder.resolve("cpu.txt"));
    String numactl =
        """
        available: 2 nodes (0-1)
        node 0 cpus: 0 1 2 3
        node 1 cpus: 4 5 6 7
        node distances:
        node   0   1
          0:  10  20
          1:  20%s
        """;
    Files.writeString(folder.resolve("numactl1.txt"), numactl.formatted(""));
    Files.writeString(folder.resolve("numactl2.txt"), numactl.formatted("  12"));
    copy(Path.of(DEMO + "kernel"), folder.resolve("bad-kernel"));
    Path slabinfo = folder.resolve("bad-kernel/slabinfo.txt");
    List<String> rows = Files.readAllLines(slabinfo);
    rows.set(2, "what is this?");
    Files.write(slabinfo, rows);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badInputs")
  void isOneLineAndExitCode2AndNothingIsWritten(String what, String named, List<String> arguments)
      throws IOException {
    List<String> before = tree();
    List<String> all = new ArrayList<>(List.of("run"));
    arguments.forEach(argument -> all.add(argument.replace("@", folder.toString())));
    if (!arguments.contains("--out")) {
      all.addAll(1, List.of("--out", folder.resolve("out/here").toString()));
    }

    CommandCall call = CommandCall.of(all.toArray(String[]::new));

    assertThat(call.exitCode()).as(call.err()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err().lines()).as("lines on standard error").hasSize(1);
    assertThat(call.err())
        .startsWith("numaslab: error: ")
        .contains(named.replace("@", folder.toString()))
        .doesNotContain("bug", "Exception");
    assertThat(call.out()).isEmpty();
    assertThat(tree()).as("files").isEqualTo(before);
  }

  private List<String> tree() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).sorted().toList();
    }
  }
}
