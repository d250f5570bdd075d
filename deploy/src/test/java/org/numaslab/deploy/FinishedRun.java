package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.StreamSupport;

/// The folder of a run, for tests to look at.
record FinishedRun(Path folder) {
  static FinishedRun of(Path folder, String... options) {
    List<String> arguments = new ArrayList<>(List.of("run"));
    arguments.addAll(List.of(options));
    if (!arguments.contains("--driver")) {
      arguments.addAll(List.of("--driver", "simulate"));
    }
    arguments.addAll(List.of("--out", folder.toString()));
    CommandCall call = CommandCall.of(arguments.toArray(String[]::new));
    assertThat(call.exitCode()).as(call.err()).isEqualTo(ExitCode.OK);
    return new FinishedRun(folder);
  }

  String text(String path) {
    try {
      return Files.readString(folder.resolve(path));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  JsonNode result() {
    try {
      return new ObjectMapper().readTree(text("result.json"));
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  List<JsonNode> caches() {
    return StreamSupport.stream(result().get("caches").spliterator(), false).toList();
  }

  /// A figure, summed over all caches.
  long sum(ToLongFunction<JsonNode> figure) {
    return caches().stream().mapToLong(figure).sum();
  }
}
