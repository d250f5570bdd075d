package org.numaslab.coordinator.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.HeldDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.node.topology.BadInput;

/// state.json: a machine at rest, written by a run to be looked at later.
///
/// One line of JSON, components of [MachineDump] in their order, in snake case, keys sorted: the
/// same machine gives the same bytes.
public final class StateFile {
  public static final String NAME = "state.json";

  /// What a file may take: a state of some 2 million slabs, or of 7 million live objects.
  public static final long BYTES_MAX = 128L << 20;

  private static final String FORMAT = "numaslab state 3";
  private static final long BYTES_PER_SLAB = 90;
  private static final long BYTES_PER_INDEX = 4;
  private static final long BYTES_PER_FRAME = 9;
  private static final long BYTES_PER_ADDRESS = 14;
  private static final long BYTES_PER_HELD = 45;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .build();

  /// What the file holds.
  record Content(String format, MachineDump machine) {}

  private StateFile() {}

  /// Empty when the file would be larger than [#BYTES_MAX].
  public static Optional<String> of(MachineDump machine) {
    return of(machine, BYTES_MAX);
  }

  static Optional<String> of(MachineDump machine, long bytesMax) {
    if (estimatedBytes(machine) > bytesMax) {
      return Optional.empty();
    }
    try {
      return Optional.of(MAPPER.writeValueAsString(new Content(FORMAT, machine)) + "\n");
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers and texts that are no JSON", impossible);
    }
  }

  /// About how large the file would be. Counted before it is written: the text is made in memory.
  public static long estimatedBytes(MachineDump machine) {
    long bytes = 0;
    for (NodeDump node : machine.nodes()) {
      for (SlabDump slab : node.slabs()) {
        bytes += BYTES_PER_SLAB + BYTES_PER_FRAME + BYTES_PER_INDEX * slab.free().length;
      }
    }
    for (MachineDump.CpuDump cpu : machine.cpus()) {
      for (HeldDump held : cpu.held()) {
        bytes += BYTES_PER_HELD;
        bytes += BYTES_PER_INDEX * held.free().length + BYTES_PER_FRAME * held.partial().length;
      }
    }
    for (long[] live : machine.live().values()) {
      bytes += BYTES_PER_ADDRESS * live.length;
    }
    return bytes;
  }

  /// A line for the person whose run is too large for one.
  public static String leftOut(MachineDump machine) {
    return NAME
        + " left out: about "
        + (estimatedBytes(machine) >> 20)
        + " MiB, at most "
        + (BYTES_MAX >> 20)
        + " MiB are written; `numaslab show` and `numaslab audit` need it";
  }

  /// The machine that a run left in its folder.
  public static MachineDump read(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw new BadInput(
          folder
              + ": got "
              + (Files.isDirectory(folder) ? "a folder without " + NAME : "no folder")
              + ", allowed: the --out folder of a finished run");
    }
    try {
      Content content = MAPPER.readValue(file.toFile(), Content.class);
      if (content == null) { // the text was: null
        throw new BadInput(file + ": damaged: holds nothing, allowed: as the run wrote it");
      }
      if (!content.format.equals(FORMAT)) {
        throw new BadInput(
            file + ": got format \"" + content.format + "\", allowed: \"" + FORMAT + "\"");
      }
      StateLimits.check(file.toString(), content.machine);
      return content.machine;
    } catch (JsonProcessingException damaged) {
      JsonLocation at = damaged.getLocation();
      String place = at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new BadInput(
          file
              + place
              + ": damaged: "
              + damaged.getOriginalMessage().lines().findFirst().orElse("")
              + ", allowed: as the run wrote it",
          damaged);
    } catch (IOException unreadable) {
      throw new BadInput(file + ": cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }
}
