package org.numaslab.deploy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;

/// A cluster that stays: what was started, in a file, so that others find it.
///
/// @param seeds where others find it: each of its nodes
/// @param machine its options
/// @param pids of its processes, by node
record StandingCluster(List<String> seeds, List<String> machine, List<Long> pids) {
  static final String NAME = "cluster.json";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(NAME));
  }

  static StandingCluster in(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw new BadInput(
          "%s: got no cluster there, allowed: the folder of numaslab cluster up".formatted(folder));
    }
    try {
      StandingCluster cluster = MAPPER.readValue(file.toFile(), StandingCluster.class);
      if (cluster == null
          || cluster.seeds == null
          || cluster.machine == null
          || cluster.pids == null) {
        throw new BadInput(file + ": damaged, allowed: as numaslab cluster up wrote it");
      }
      return cluster;
    } catch (IOException damaged) {
      throw new BadInput(file + ": damaged, allowed: as numaslab cluster up wrote it", damaged);
    }
  }

  void writeTo(Path folder) {
    try {
      Files.createDirectories(folder);
      MAPPER.writeValue(folder.resolve(NAME).toFile(), this);
    } catch (IOException refused) {
      throw new EnvironmentFailure(
          folder + ": cannot be written: " + refused.getMessage(), refused);
    }
  }

  void removeFrom(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(NAME));
    } catch (IOException refused) {
      throw new EnvironmentFailure(
          folder + ": cannot be written: " + refused.getMessage(), refused);
    }
  }

  /// Not another process that has got its number meanwhile, nor one that has ended and that nobody
  /// has asked about: that has no command line any more.
  static boolean isAlive(long pid) {
    try {
      Path commandLine = Path.of("/proc", Long.toString(pid), "cmdline");
      return Files.readString(commandLine, StandardCharsets.ISO_8859_1)
          .contains(Numaslab.class.getName());
    } catch (IOException gone) {
      return false;
    }
  }
}
