package org.numaslab.coordinator.fault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.fault.FaultKind.Driver;
import org.numaslab.coordinator.fault.Overlaps.Clash;
import org.numaslab.coordinator.fault.Overlaps.Placed;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// A schedule as people write it: one fault per line, comments behind `#`.
///
/// ```text
/// at 1.5s for 500ms pause node=2
/// at 2s kill node=1 restart=800ms                        restart=never: it stays away
/// at 0s for end loss 10% from=0 to=1                     without from=, to=: all links
/// at 3s for 1s partition 0,1|2,3
/// at 0s failslab 1,10,0,-1,ignore-gfp-wait=N             as FaultText reads it; also fail-page-alloc
/// ```
///
/// Two are equal when they say the same, wherever they were read. What is written is read back
/// equal, and equal schedules are written alike. Injection points keep the words they came with:
/// each [#schedule] has new ones that have counted nothing yet.
public final class ScheduleText {
  /// More than a person reads or a run has; one that is larger is another kind of file.
  static final int FAULTS_MAX = 100_000;

  /// A partition of all nodes that there can be takes a tenth.
  static final int LINE_BYTES_MAX = 64 << 10;

  /// So many faults, with 160 bytes each.
  static final int FILE_BYTES_MAX = 16 << 20;

  private static final String FAIL_SLAB = "failslab";
  private static final String FAIL_PAGE_ALLOC = "fail-page-alloc";
  private static final String HEADER = "# faults of a run";
  private static final Comparator<Placed> BY_TIME =
      Comparator.comparingLong(placed -> placed.fault().atNanos());

  private final String file;
  private final List<Placed> faults = new ArrayList<>();
  private @Nullable String failSlab;
  private @Nullable String failPageAlloc;

  private ScheduleText(String file) {
    this.file = file;
  }

  /// @param file a text file
  public static ScheduleText read(Path file, Topology topology) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(FILE_BYTES_MAX + 1);
    } catch (NoSuchFileException missing) {
      throw new BadInput(file + ": no such file, allowed: a schedule of faults", missing);
    } catch (IOException unreadable) {
      throw new BadInput(
          file + ": cannot be read: " + unreadable.getMessage() + ", allowed: a text file",
          unreadable);
    }
    // Latin-1: what has a meaning is ASCII, and no byte can fail to decode.
    return parse(file.toString(), new String(bytes, StandardCharsets.ISO_8859_1), topology);
  }

  /// @param file how errors call it
  public static ScheduleText parse(String file, String text, Topology topology) {
    ScheduleText read = new ScheduleText(file);
    if (text.isBlank()) {
      throw new Where(file, 1)
          .bad("schedule", "", "one fault per line, as in at 2s kill node=1 restart=800ms");
    }
    if (text.length() > FILE_BYTES_MAX) {
      throw new Where(file, 1)
          .bad("schedule", "more than " + FILE_BYTES_MAX + " bytes", "up to that");
    }
    int number = 1;
    for (int begin = 0; begin < text.length(); number++) {
      int end = text.indexOf('\n', begin);
      end = end < 0 ? text.length() : end;
      read.takeLine(new Where(file, number), text.substring(begin, end), topology);
      begin = end + 1;
    }
    read.faults.sort(BY_TIME);
    read.refuseOverlaps();
    return read;
  }

  /// Faults that were not read but made.
  public static ScheduleText of(FaultSchedule schedule) {
    ScheduleText made = new ScheduleText("schedule");
    for (ScheduledFault fault : schedule.faults()) {
      made.faults.add(new Placed(fault, 0));
    }
    FailSlab slab = schedule.injected().slab();
    made.failSlab = slab == null ? null : slab.text();
    FailPageAlloc pages = schedule.injected().pages();
    made.failPageAlloc = pages == null ? null : pages.text();
    made.faults.sort(BY_TIME);
    // The lines that they are written to, below the header.
    for (int i = 0; i < made.faults.size(); i++) {
      made.faults.set(i, new Placed(made.faults.get(i).fault(), i + 2));
    }
    return made;
  }

  private void takeLine(Where where, String line, Topology topology) {
    if (line.length() > LINE_BYTES_MAX) {
      throw where.bad("line", line.length() + " bytes", "up to " + LINE_BYTES_MAX);
    }
    int comment = line.indexOf('#');
    refuseBinary(where, line, comment < 0 ? line.length() : comment);
    String text = comment < 0 ? line : line.substring(0, comment);
    if (text.isBlank()) {
      return;
    }
    FaultLine fault = new FaultLine(where, text);
    switch (fault.keyword()) {
      case FAIL_SLAB -> failSlab = injected(where, fault, failSlab);
      case FAIL_PAGE_ALLOC -> failPageAlloc = injected(where, fault, failPageAlloc);
      default ->
          faults.add(
              new Placed(fault.read(topology, List.of(FAIL_SLAB, FAIL_PAGE_ALLOC)), where.line()));
    }
    if (faults.size() > FAULTS_MAX) {
      throw where.bad("faults", String.valueOf(faults.size()), "up to " + FAULTS_MAX);
    }
  }

  private static void refuseBinary(Where where, String line, int commentIndex) {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean ends = c == '\r' && i == line.length() - 1;
      boolean printable = c >= ' ' && c != 0x7f && (c < 0x7f || i > commentIndex);
      if (!printable && c != '\t' && !ends) {
        throw where.bad(
            "byte " + (i + 1),
            "0x%02x".formatted((int) c),
            "text in ASCII, comments also in UTF-8");
      }
    }
  }

  private static String injected(Where where, FaultLine line, @Nullable String before) {
    String settings = line.settings();
    if (before != null) {
      throw where.bad(line.keyword(), settings, line.keyword() + " once");
    }
    // Read for its complaints; each schedule reads it again.
    switch (line.keyword()) {
      case FAIL_SLAB -> FaultText.failSlab(where.prefix(FAIL_SLAB), settings);
      default -> FaultText.failPageAlloc(where.prefix(FAIL_PAGE_ALLOC), settings);
    }
    return settings;
  }

  private void refuseOverlaps() {
    Overlaps overlaps = new Overlaps();
    for (Placed placed : faults) {
      Optional<Clash> clash = overlaps.add(placed);
      if (clash.isPresent()) {
        throw clashing(placed, clash.get());
      }
    }
  }

  private BadInput clashing(Placed placed, Clash clash) {
    String over =
        clash.overNanos() == ScheduledFault.TO_THE_END
            ? "none"
            : "from " + Durations.text(clash.overNanos()) + " on";
    return new Where(file, placed.line())
        .bad(
            FaultKind.of(placed.fault().fault()).keyword() + " at",
            Durations.text(placed.fault().atNanos()),
            "%s: line %d is not over: %s"
                .formatted(
                    over,
                    clash.other().line(),
                    Where.shown(FaultLine.write(clash.other().fault()))));
  }

  /// Refuses the first fault that the driver cannot do, or not in this way.
  public void requireDoneBy(Driver driver) {
    for (Placed placed : faults) {
      FaultKind kind = FaultKind.of(placed.fault().fault());
      if (!kind.canBeDoneBy(driver)) {
        throw new Where(file, placed.line())
            .bad("driver of " + kind.keyword(), driver.word(), kind.drivers());
      }
      if (driver == Driver.PROCESSES
          && placed.fault().fault() instanceof Fault.Down down
          && down.unawareNanos() > 0) {
        throw new Where(file, placed.line())
            .bad(
                "down unaware=",
                Durations.text(down.unawareNanos()),
                "0s with processes: they hear of it at once");
      }
    }
  }

  /// By time; at one time as in the file.
  public List<ScheduledFault> faults() {
    return faults.stream().map(Placed::fault).toList();
  }

  /// What a run is given. Its injection points count by themselves.
  public FaultSchedule schedule() {
    return new FaultSchedule(
        faults(),
        new Faults(
            failSlab == null ? null : FaultText.failSlab(FAIL_SLAB, failSlab),
            failPageAlloc == null
                ? null
                : FaultText.failPageAlloc(FAIL_PAGE_ALLOC, failPageAlloc)));
  }

  /// The file that is read as this.
  public String text() {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (Placed placed : faults) {
      text.append(FaultLine.write(placed.fault())).append('\n');
    }
    if (failSlab != null) {
      text.append("at 0s ").append(FAIL_SLAB).append(' ').append(failSlab).append('\n');
    }
    if (failPageAlloc != null) {
      text.append("at 0s ").append(FAIL_PAGE_ALLOC).append(' ').append(failPageAlloc).append('\n');
    }
    return text.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScheduleText that
        && faults().equals(that.faults())
        && Objects.equals(failSlab, that.failSlab)
        && Objects.equals(failPageAlloc, that.failPageAlloc);
  }

  @Override
  public int hashCode() {
    return Objects.hash(faults(), failSlab, failPageAlloc);
  }

  @Override
  public String toString() {
    return text();
  }
}
