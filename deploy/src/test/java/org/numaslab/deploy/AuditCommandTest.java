package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.audit.HistoryFile;
import org.numaslab.coordinator.audit.HistoryHeader;
import org.numaslab.coordinator.audit.HistoryWriter;

/// `numaslab audit`: a finished run is audited again, from its files alone.
class AuditCommandTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HistoryHeader HEADER = new HistoryHeader(7, "0.1.0", 2, List.of(0, 0, 1, 1));
  private static final long OBJECT = 0xffff888000123000L;

  @TempDir Path temporary;
  private Path folder = Path.of("");

  @BeforeEach
  void anEmptyFolder() throws IOException {
    folder = Files.createDirectories(temporary.resolve("out"));
  }

  private CommandCall audit() {
    return CommandCall.of("audit", folder.toString());
  }

  private static void assertBad(CommandCall call, String message) {
    assertThat(call.err()).isEqualTo("numaslab: error: " + message + "\n");
    assertThat(call.out()).isEmpty();
    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }

  // ---- the state of a run

  private JsonNode demo() throws IOException {
    FinishedRun.of(folder);
    return JSON.readTree(folder.resolve("state.json").toFile());
  }

  private CommandCall planted(Consumer<JsonNode> error) throws IOException {
    JsonNode state = demo();
    error.accept(state.get("machine"));
    Files.writeString(folder.resolve("state.json"), JSON.writeValueAsString(state));
    return audit();
  }

  private static JsonNode first(JsonNode of, String list) {
    for (JsonNode each : of) {
      if (each.get(list).size() > 0) {
        return each;
      }
    }
    throw new AssertionError("no " + list);
  }

  private static void assertFound(CommandCall call, String pattern) {
    assertThat(call.err()).isEmpty();
    assertThat(call.out().lines()).as(call.out()).anyMatch(line -> line.matches(pattern));
    assertThat(call.out().lines().toList().getLast()).matches("[1-9][0-9,]* findings?");
    assertThat(call.exitCode()).isEqualTo(ExitCode.DIFFERENT);
  }

  @Test
  void aFinishedRunIsClean() {
    FinishedRun run = FinishedRun.of(folder);

    CommandCall call = audit();

    assertThat(call.err()).isEmpty();
    assertThat(call.out().lines().toList().getLast()).isEqualTo("clean");
    JsonNode before = run.result().get("audit");
    assertThat(call.out().lines().toList().get(2).strip().replace(",", "").split(" +"))
        .containsExactly(
            before.get("checked_pages").asText(),
            before.get("checked_slabs").asText(),
            before.get("checked_objects").asText(),
            "0");
    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void anObjectThatTwoTasksHoldIsFound() throws IOException {
    assertFound(
        planted(machine -> {
          for (JsonNode addresses : machine.get("live")) {
            if (addresses.size() > 1) {
              ((ArrayNode) addresses).set(0, addresses.get(1));
              return;
            }
          }
        }),
        "object: object 0x\\w+ of .* is held by a task and by another task or a free list");
  }

  @Test
  void anObjectThatIsFreeTwiceIsFound() throws IOException {
    assertFound(
        planted(machine -> {
          for (JsonNode node : machine.get("nodes")) {
            for (JsonNode slab : node.get("slabs")) {
              if (slab.get("free").size() > 1) {
                ((ArrayNode) slab.get("free")).set(0, slab.get("free").get(1));
                return;
              }
            }
          }
        }),
        "object: index \\d+ of slab frame 0x\\w+ is free twice, in the slab's own list");
  }

  @Test
  void aSlabOnTwoListsIsFound() throws IOException {
    assertFound(
        planted(machine -> {
          for (JsonNode node : machine.get("nodes")) {
            for (JsonNode half : node.get("halves")) {
              if (half.get("partial").size() > 0) {
                ((ArrayNode) half.get("full")).add(half.get("partial").get(0));
                return;
              }
            }
          }
        }),
        "place: slab frame 0x\\w+ of .*, partial, is on partial list of node \\d and full list of"
            + " node \\d");
  }

  @Test
  void aSlabThatIsLentButThatNobodyHoldsIsFound() throws IOException {
    assertFound(
        planted(machine -> {
          JsonNode node = first(machine.get("nodes"), "slabs");
          for (JsonNode slab : node.get("slabs")) {
            if (!slab.get("frozen").asBoolean()) {
              ((ObjectNode) node.get("borrowers")).put(slab.get("frame").asText(), 7);
              return;
            }
          }
        }),
        "loan: slab frame 0x\\w+ of node \\d is lent to cpu 7, held by nobody");
  }

  @Test
  void aStateWithNumbersThatNoMachineHasIsRefused() throws IOException {
    assertBad(
        planted(machine -> ((ObjectNode) machine.get("caches").get(0)).put("slot_bytes", 0)),
        folder + "/state.json: slot_bytes of cache 0: got 0, allowed: 1..2147483647");
  }

  @Test
  void whateverDigitChangesTheStateIsAuditedOrRefused() throws IOException {
    demo();
    String text = Files.readString(folder.resolve("state.json"));
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 100; i++) {
      StringBuilder changed = new StringBuilder(text);
      for (int at = random.nextInt(text.length()); at < text.length(); at++) {
        if (Character.isDigit(text.charAt(at))) {
          changed.insert(at, random.nextInt(3) == 0 ? "-" : "" + (1 + random.nextInt(9)));
          break;
        }
      }
      Files.writeString(folder.resolve("state.json"), changed);
      assertThat(audit().exitCode()).as("seed " + SEED + ", " + i).isBetween(0, 2);
    }
  }

  @Test
  void aStateThatWasCutIsRefused() throws IOException {
    demo();
    Path state = folder.resolve("state.json");
    Files.writeString(state, Files.readString(state).substring(0, 300));

    CommandCall call = audit();

    assertThat(call.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(call.err()).startsWith("numaslab: error: " + state + ", line 1").contains("damaged");
  }

  // ---- a history

  private void history(String name, Event... events) {
    try (HistoryWriter writer = HistoryFile.create(folder.resolve(name), HEADER)) {
      List.of(events).forEach(writer::add);
      writer.end();
    }
  }

  private static Event task(long millis, Kind kind, int node, int cpu, long object, long number) {
    return new Event(millis * 1_000_000, kind, node, 1, cpu, 0, 1, object, number);
  }

  @Test
  void aHistoryInWhichAllIsFreedIsClean() {
    history(
        "history.log.gz",
        task(1, Kind.ALLOCATED, 0, 1, OBJECT, Event.NONE),
        task(2, Kind.HANDED, 0, 1, OBJECT, 2),
        new Event(2_000_000, Kind.LEASED, 1, 1, Event.NONE, 0, 1, Event.NONE, 9_000_000),
        task(3, Kind.TAKEN, 1, 2, OBJECT, Event.NONE),
        task(4, Kind.FREED, 1, 2, OBJECT, Event.NONE),
        new Event(5_000_000, Kind.DIED, 1, 1, -1, -1, -1, -1, -1));

    CommandCall call = audit();

    assertThat(call.err()).isEmpty();
    assertThat(call.out())
        .isEqualTo(
            """
            History: seed 7, version 0.1.0, 2 nodes, 4 cpus, hash f3cd6f265fb3d746
              events  allocations  frees  hand-offs  reclaimed  lost  members died  violations
              6                 1      1          1          0     0             1           0

            clean
            """);
    assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aViolationIsShownWithWhatHappenedToItsObject() {
    history(
        "history.log",
        task(1, Kind.ALLOCATED, 0, 1, OBJECT, Event.NONE),
        task(1, Kind.ALLOCATED, 0, 0, OBJECT + 64, Event.NONE),
        task(2, Kind.FREED, 0, 0, OBJECT + 64, Event.NONE),
        task(3, Kind.FREED, 0, 0, OBJECT, Event.NONE),
        task(4, Kind.FREED, 0, 1, OBJECT, Event.NONE));

    CommandCall call = audit();

    assertThat(call.err()).isEmpty();
    assertThat(call.out())
        .isEqualTo(
            """
            History: seed 7, version 0.1.0, 2 nodes, 4 cpus, hash a0d92a2b59368310
              events  allocations  frees  hand-offs  reclaimed  lost  members died  violations
              5                 2      2          0          0     0             0           1

            S1 at 3.000000 ms: cpu 0 of node 0.1 has object 0xffff888000123000 of node 0.1, which is \
            held by cpu 1 of node 0.1: FREED
              line        ms      event  node  cpu  home or peer  number
              2     1.000000  ALLOCATED   0.1    1           0.1       -
              5     3.000000      FREED   0.1    0           0.1       -

            1 violation
            """);
    assertThat(call.exitCode()).isEqualTo(ExitCode.DIFFERENT);
  }

  @Test
  void tenViolationsAreExplainedTheOthersNamed() {
    int perObject = 31; // The last one allocates.
    Event[] events = new Event[12 * perObject];
    for (int i = 0; i < events.length; i++) {
      Kind kind = i % perObject % 2 == 0 ? Kind.ALLOCATED : Kind.FREED;
      events[i] = task(i, kind, 0, 0, OBJECT + i / perObject * 64L, Event.NONE);
    }
    history("history.log", events);

    CommandCall call = audit();

    assertThat(call.out().lines().filter(line -> line.startsWith("L2 "))).hasSize(12);
    assertThat(call.out().lines().filter(line -> line.equals("  11 earlier events"))).hasSize(10);
    assertThat(call.out().lines().filter(line -> line.contains(" ALLOCATED  "))).hasSize(10 * 10);
    assertThat(call.out()).endsWith("\n12 violations\n");
    assertThat(call.exitCode()).isEqualTo(ExitCode.DIFFERENT);
  }

  @Test
  void aStateAndAHistoryAreBothAudited() {
    FinishedRun.of(folder);
    history("history.log", task(1, Kind.ALLOCATED, 0, 1, OBJECT, Event.NONE));

    CommandCall call = audit();

    assertThat(call.out()).contains("History: seed 7").contains("State at the end");
    assertThat(call.out()).endsWith("\n1 violation\n");
    assertThat(call.exitCode()).isEqualTo(ExitCode.DIFFERENT);
  }

  @Test
  void aHistoryThatWasCutIsRefusedThoughTheStateIsClean() throws IOException {
    FinishedRun.of(folder);
    history("history.log", task(1, Kind.ALLOCATED, 0, 1, OBJECT, Event.NONE));
    Path file = folder.resolve("history.log");
    String text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.indexOf("end")));

    assertBad(
        audit(),
        file
            + ":3: end: got 'the end of the file', allowed: end events=N hash=H; the file was cut");
  }

  @Test
  void aHistoryOfAnotherVersionIsRefused() throws IOException {
    Path file = folder.resolve("history.log");
    Files.writeString(file, "numaslab history 2 seed=7 nodes=2\n");

    assertBad(audit(), file + ":1: format: got '2', allowed: 1");
  }

  @Test
  void twoHistoriesAreRefused() {
    history("history.log");
    history("history.log.gz");

    assertBad(audit(), folder + ": got both history.log and history.log.gz, allowed: one of them");
  }

  @Test
  void aFolderThatIsNoRunsIsRefused() {
    assertBad(
        audit(),
        folder
            + ": got a folder without state.json and history.log, allowed: the --out folder of a"
            + " finished run");
    assertBad(
        CommandCall.of("audit", folder + "/no"),
        folder + "/no: got no folder, allowed: the --out folder of a finished run");
    assertThat(CommandCall.of("audit").err()).contains("DIR");
  }

  @Test
  void helpHasAnExample() {
    assertThat(CommandCall.of("audit", "--help").out()).contains("numaslab audit result");
  }
}
