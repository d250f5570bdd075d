package org.numaslab.coordinator.conform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The judge on recordings that no kernel made: what the grammar allows and the real ones do not
/// show.
class SyntheticRecordingsTest {
  private static final String[] SCRIPT = {
    "create 0 512 0 none 0",
    "create 1 256 0 hwalign 1",
    "create 2 2048 0 rcu 0",
    "alloc 0 0 0 100",
    "alloc 1 2 0 70",
    "statex 0",
    "free 0 2 0 50 2",
    "freel 1 1 3 4 5 40",
    "statex 0",
    "balloc 0 3 200 45",
    "bfree 0 0 200 45",
    "alloc 0 0 300 20 1 1",
    "alloc 0 1 400 5 1 -1 thisnode-zero",
    "statex 0",
    "statex 1",
    "!sysfs sp_c0",
    "!sysfsw sp_c0 cpu_partial 4",
    "!cat /sys/kernel/slab/sp_c0/cpu_partial",
    "!sysfsw sp_c0 remote_node_defrag_ratio 101",
    "!sysfsw sp_c0 min_partial nonsense",
    "!sysfsw sp_c9 min_partial 3",
    "!sysfsw sp_c0 min_partial 99999999999",
    "!sysfsw sp_c0 min_partial 1",
    "free 0 1 1 49 2",
    "!sysfsw sp_c0 shrink 1",
    "state 0",
    "!sh echo 0 > /sys/devices/system/cpu/cpu3/online; echo 2 > /sys/kernel/slab/sp_c0/min_partial",
    "!cat /sys/devices/system/cpu/online",
    "state 0",
    "alloc 0 3 500 1",
    "!sh echo 1 >/sys/devices/system/cpu/cpu3/online",
    "alloc 0 3 500 10",
    "eat 1 0",
    "alloc 0 3 600 200 1 1 thisnode-noreclaim-nowarn",
    "uneat",
    "!rep 3 alloc 1 2 900 2",
    "!rep 2 state 1",
    "alloc 2 1 0 30",
    "free 2 1 0 30",
    "shrink 2 1",
    "sync 2",
    "statex 2",
    "hex 1 0 one",
    "fill 1 0 41",
    "hex 1 0 two",
    "tail 1 0",
    "free 1 2 0 1 1 keep",
    "hex 1 0 three",
    "state 7",
    "destroy 2",
    "!sysfs sp_c2",
    "!sh ls -d /sys/kernel/slab/sp_c2",
    "destroy 0",
    "!dmesg",
    "cleanup",
  };

  @Test
  void whatTheMachineDoesItDoesAgain() {
    Verdict verdict = SyntheticRecording.judge(SyntheticRecording.of(SCRIPT));
    assertThat(verdict.first()).isNull();
    assertThat(verdict.notJudged()).isEmpty();
    assertThat(verdict.stepsEqual()).isEqualTo(SCRIPT.length);
  }

  @Test
  void aQuietScriptIsJudgedByItsStates() {
    String[] quiet =
        Stream.concat(Stream.of("quiet 1"), Arrays.stream(SCRIPT))
            .filter(line -> !line.startsWith("hex") && !line.equals("!dmesg"))
            .toArray(String[]::new);
    String text = SyntheticRecording.of(quiet);
    assertThat(text.lines().filter(row -> row.matches("\\d+\t[AR]\t.*"))).isEmpty();
    Verdict verdict = SyntheticRecording.judge(text);
    assertThat(verdict.first()).isNull();
    assertThat(verdict.isEqual()).isTrue();
  }

  @Test
  void whatWasAllocatedQuietlyShowsWhenItIsFreed() {
    String text =
        SyntheticRecording.of(
            "create 0 1024 0 none 0",
            "quiet 1",
            "alloc 0 0 0 100",
            "quiet 0",
            "state 0",
            "free 0 1 0 50 2",
            "statex 0",
            "alloc 0 1 200 90",
            "statex 0",
            "free 0 0 200 90",
            "shrink 0 0",
            "statex 0");
    assertThat(SyntheticRecording.judge(text).first()).isNull();
  }

  @Test
  void aQuietStateThatDiffersIsFound() {
    String text =
        SyntheticRecording.of("create 0 1024 0 none 0", "quiet 1", "alloc 0 0 0 99", "statex 0");
    String corrupt = text.replaceFirst("(4\tCPU\t0\t[0-9a-f]+\t0\t\\d\t)(\\d+)", "$17");
    assertThat(corrupt).isNotEqualTo(text);
    assertThat(SyntheticRecording.judge(corrupt).isEqual()).isFalse();
  }

  @Test
  void twoQuietSlabsInEachOthersPlaceAreFound() {
    String text =
        SyntheticRecording.of(
            "create 0 1024 0 none 0",
            "quiet 1",
            "alloc 0 0 0 64",
            "free 0 1 0 1",
            "free 0 1 31 1",
            "state 0",
            "alloc 0 1 100 1",
            "state 0");
    List<String> rows = text.lines().toList();
    assertThat(SyntheticRecording.judge(text).isEqual()).isTrue();
    String[] frames =
        rows.stream()
            .filter(row -> row.matches("6\tCPUPART\t1\t.*"))
            .map(row -> row.split("\t")[5])
            .toArray(String[]::new);
    assertThat(frames).hasSize(2);
    String swapped =
        String.join(
                "\n",
                rows.stream()
                    .map(row ->
                        row.startsWith("8\tCPU\t1\t") || row.startsWith("8\tCPUPART\t1\t")
                            ? row.replace(frames[0], "x")
                                .replace(frames[1], frames[0])
                                .replace("x", frames[1])
                            : row)
                    .toList())
            + "\n";
    assertThat(SyntheticRecording.judge(swapped).isEqual()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A",
        "R",
        "CPU",
        "CPUPART",
        "NODE",
        "NODEPART",
        "CTOR",
        "CTORSEQ",
        "DONE",
        "RC",
        "SYSFS",
        "SLABINFO",
        "CAT",
        "HEX",
        "HEXROW",
        "TAIL",
        "CREATE",
        "DESTROY",
        "CLEANUP",
        "DMESG"
      })
  void oneRowOfEachKindThatDiffersIsFound(String tag) {
    List<String> rows = SyntheticRecording.of(SCRIPT).lines().toList();
    List<Integer> ofKind =
        IntStream.range(0, rows.size())
            .filter(i -> rows.get(i).split("\t")[1].equals(tag))
            .boxed()
            .toList();
    assertThat(ofKind).isNotEmpty();
    int at = ofKind.get(ofKind.size() / 2);
    ArrayList<String> missing = new ArrayList<>(rows);
    missing.remove(at);
    Verdict verdict = SyntheticRecording.judge(String.join("\n", missing) + "\n");
    assertThat(verdict.isEqual()).isFalse();
    Verdict.Difference first = verdict.first();
    assertThat(first).isNotNull();
    if (first != null) {
      assertThat(String.valueOf(first.step())).isEqualTo(rows.get(at).split("\t")[0]);
    }
  }

  @Test
  void anotherNumberInAnyRowOfAStateIsFound() {
    String text =
        SyntheticRecording.of(
            "create 0 1024 0 none 0", "alloc 0 0 0 100", "free 0 2 0 50 2", "statex 0");
    List<String> rows = text.lines().toList();
    for (int i = 0; i < rows.size(); i++) {
      String[] fields = rows.get(i).split("\t");
      if (fields[0].equals("4") && fields[1].startsWith("NODE") && fields[2].equals("0")) {
        for (int field = 3; field < Math.min(fields.length, 6); field++) {
          String[] changed = fields.clone();
          if (!changed[field].matches("\\d+") || (fields[1].equals("NODEPART") && field <= 5)) {
            continue;
          }
          changed[field] = String.valueOf(Integer.parseInt(changed[field]) + 1);
          ArrayList<String> all = new ArrayList<>(rows);
          all.set(i, String.join("\t", changed));
          assertThat(SyntheticRecording.judge(String.join("\n", all) + "\n").isEqual())
              .as(all.get(i))
              .isFalse();
        }
      }
    }
  }

  @Test
  void aPageOfAnotherNodeThanTheKernelsIsFound() {
    String text = SyntheticRecording.of("create 0 1024 0 none 0", "alloc 0 0 0 1 1 1", "state 0");
    String elsewhere = text.replace("\tA\t0\t1\t0\t", "\tA\t0\t0\t0\t");
    assertThat(SyntheticRecording.judge(elsewhere).isEqual()).isFalse();
    // The recorded kernel got a page of node 1 although node 0 was asked first and had pages.
    String asked = text.replace("alloc 0 0 0 1 1 1", "alloc 0 0 0 1 1 0");
    Verdict verdict = SyntheticRecording.judge(asked);
    assertThat(verdict.isEqual()).isFalse();
    assertThat(String.valueOf(verdict.first())).contains("IMPOSSIBLE");
  }

  @Test
  void aDoubleFreeThatNothingNoticesIsNotJudged() {
    String text =
        SyntheticRecording.of(
            "create 0 1024 0 none 0",
            "create 1 64 0 none 0",
            "alloc 0 0 0 9",
            "free 0 0 0 1 1 keep");
    String more =
        text
            + "5\tCMD\tfree 0 0 0 1\n5\tRC\t0\tok\n6\tCMD\tstate 0\n6\tRC\t0\tok\n"
            + "7\tCMD\tdestroy 1\n7\tRC\t0\tok\n7\tDESTROY\t1\n";
    Verdict verdict = SyntheticRecording.judge(more);
    assertThat(verdict.stepsNotJudged()).isEqualTo(2);
    assertThat(verdict.stepsEqual()).isEqualTo(5);
    assertThat(verdict.isEqual()).isFalse();
    assertThat(String.valueOf(verdict.notJudged().keySet())).contains("freed twice");
  }
}
