package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.deploy.CommandCall;
import org.numaslab.deploy.ExitCode;

/// The command that runs a matrix of trials, with two of them.
class NemesisIT {
  private static final String[] KINDS = {"partition", "loss"};

  @TempDir Path folder;

  @Test
  void allTrialsAreCleanAndEachHasItsFolder() throws IOException {
    CommandCall call =
        CommandCall.of(
            "cluster",
            "nemesis",
            "--nodes=3",
            "--kinds=" + String.join(",", KINDS),
            "--first-seed=7",
            "--operations=3000",
            "--out=" + folder.resolve("matrix"));

    assertThat(call.exitCode()).as(call.out() + call.err()).isEqualTo(ExitCode.OK);
    assertThat(call.out()).contains("All 2 trials are clean");
    JsonNode result = json("result.json");
    assertThat(result.get("command").asText())
        .isEqualTo(
            "numaslab cluster nemesis --nodes=3 --kinds=partition,loss"
                + " --first-seed=7 --operations=3000");
    assertThat(result.get("clean").asInt()).isEqualTo(KINDS.length);
    assertThat(result.get("trials")).hasSize(KINDS.length);
    for (String kind : KINDS) {
      String name = kind + "-3-seed-7";
      assertThat(call.out())
          .containsPattern(
              "(?m)^" + name + " +clean in \\d+ s, [\\d,]+ operations +Audit: clean; ");
      JsonNode trial = json(name + "/result.json");
      assertThat(trial.get("operations").asLong()).as(name).isGreaterThanOrEqualTo(3000);
      assertThat(trial.get("violations")).as(name).isEmpty();
    }
    JsonNode parted = json("partition-3-seed-7/result.json");
    assertThat(parted.get("hits").get("CUT").asLong()).isPositive();
    assertThat(parted.get("losses")).as("who was removed").hasSize(1);
    assertThat(livesOf(parted.get("losses").get(0).get("node").asInt()))
        .as("it is back")
        .isEqualTo(2);
    JsonNode lossy = json("loss-3-seed-7/result.json");
    assertThat(lossy.get("hits").get("LOSS").asLong()).isPositive();
    assertThat(lossy.get("losses")).isEmpty();
    assertThat(lossy.get("command").asText())
        .startsWith("numaslab cluster run --nodes=3 --cpus=2 --workload=swarm:3000ops --seed=7 ");
  }

  private long livesOf(int node) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("matrix/partition-3-seed-7/nodes"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("node-" + node + "-life-.*"))
          .count();
    }
  }

  private JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(folder.resolve("matrix").resolve(file)));
  }
}
