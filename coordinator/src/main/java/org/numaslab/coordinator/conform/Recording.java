package org.numaslab.coordinator.conform;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.numaslab.node.topology.BadInput;

/// What a kernel was told and what it did, step by step.
///
/// Each line of the file is `step TAB tag TAB fields`; the CMD rows are the script.
///
/// @param name of the file without its endings
/// @param file as the person named it
public record Recording(String name, String file, List<Step> steps) {
  /// One command and its rows.
  public record Step(int number, int line, String command, List<Row> rows) {}

  /// One row of the file.
  public record Row(int line, String tag, List<String> fields) {
    String field(int index) {
      return index < fields.size() ? fields.get(index) : "";
    }

    int number(int index) {
      return Integer.parseInt(field(index).strip());
    }

    long frame(int index) {
      return Long.parseLong(field(index), 16);
    }

    String text() {
      return tag + (fields.isEmpty() ? "" : "\t" + String.join("\t", fields));
    }
  }

  private static final Set<String> TAGS =
      Set.of(
          "CMD",
          "RC",
          "DONE",
          "AN",
          "CREATE",
          "CREATEH",
          "RANDSEQ",
          "A",
          "R",
          "CPU",
          "CPUPART",
          "NODE",
          "NODEPART",
          "NODEFULL",
          "CTOR",
          "CTORSEQ",
          "SYSFS",
          "SLABINFO",
          "BUDDY",
          "DMESG",
          "HEX",
          "HEXROW",
          "TAIL",
          "NOTE",
          "DESTROY",
          "CLEANUP",
          "CAT",
          "EAT",
          "UNEAT");

  /// Unpacked bytes: the longest recordings have a hundredth of it.
  private static final int BYTES_MAX = 256 << 20;

  /// Reads a recording, plain or gzipped, all of it or not at all.
  ///
  /// @throws BadInput when it cannot be read, has a row that is not known, or one that is cut
  public static Recording read(Path file) {
    byte[] text = bytes(file, BYTES_MAX + 1);
    if (text.length > BYTES_MAX) {
      throw new BadInput(
          file + ": got more than " + (BYTES_MAX >> 20) + " MiB of text, allowed: up to that");
    }
    if (text.length == 0) {
      throw new BadInput(file + ": not a recording: it is empty");
    }
    return parse(nameOf(file), file.toString(), new String(text, StandardCharsets.ISO_8859_1));
  }

  /// Whether a file begins as a recording does. Other tables may lie in the same folder.
  public static boolean looksLikeOne(Path file) {
    String begin = new String(bytes(file, 64), StandardCharsets.ISO_8859_1);
    return begin.isEmpty() || begin.matches("(?s)-?\\d+\t.*");
  }

  static Recording parse(String name, String file, String text) {
    List<Step> steps = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      add(file, ++number, line, steps);
    }
    if (steps.isEmpty()) {
      throw new BadInput(file + ": not a recording: it has no CMD row");
    }
    if (!text.endsWith("\n")) {
      throw new BadInput(
          file
              + ":"
              + number
              + ": the last line has no line end, so it may be cut, allowed: whole"
              + " lines");
    }
    return new Recording(name, file, steps);
  }

  private static byte[] bytes(Path file, int max) {
    if (Files.isDirectory(file)) {
      throw new BadInput(file + ": a folder, where a recording is needed");
    }
    try (InputStream in = Files.newInputStream(file)) {
      if (!file.toString().endsWith(".gz")) {
        return in.readNBytes(max);
      }
      byte[] packed = in.readAllBytes();
      if (packed.length == 0) {
        return packed;
      }
      try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed))) {
        return unpacked.readNBytes(max);
      }
    } catch (EOFException | ZipException e) {
      throw new BadInput(file + ": got a damaged or cut gzip stream, allowed: a whole one", e);
    } catch (NoSuchFileException e) {
      throw new BadInput(file + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new BadInput(file + ": may not be read", e);
    } catch (IOException e) {
      throw new BadInput(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.tsv(\\.gz)?$", "");
  }

  private static void add(String file, int number, String line, List<Step> steps) {
    if (line.isEmpty()) {
      return;
    }
    String[] parts = line.split("\t", -1);
    int step = parts.length < 2 ? -1 : stepNumber(parts[0]);
    if (step < 0) {
      throw new BadInput(
          file + ":" + number + ": got '" + cut(line) + "', allowed: step TAB tag TAB fields");
    }
    String tag = parts[1];
    if (!TAGS.contains(tag)) {
      throw new BadInput(
          file
              + ":"
              + number
              + ": row '"
              + cut(tag)
              + "' is not known, allowed: "
              + String.join(" ", TAGS.stream().sorted().toList()));
    }
    List<String> fields = List.of(Arrays.copyOfRange(parts, 2, parts.length));
    RowShape.complaint(tag, fields)
        .ifPresent(complaint -> {
          throw new BadInput(file + ":" + number + ": " + complaint);
        });
    int last = steps.isEmpty() ? 0 : steps.getLast().number();
    if (tag.equals("CMD")) {
      if (step <= last) {
        throw new BadInput(
            file
                + ":"
                + number
                + ": step "
                + step
                + " after step "
                + last
                + ", allowed: ascending steps");
      }
      steps.add(new Step(step, number, String.join("\t", fields), new ArrayList<>()));
    } else if (!tag.equals("NOTE")) {
      if (steps.isEmpty() || last != step) {
        throw new BadInput(
            file + ":" + number + ": row of step " + step + " without its CMD row before");
      }
      steps.getLast().rows().add(new Row(number, tag, fields));
    }
  }

  private static int stepNumber(String text) {
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
  }

  static String cut(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 60); i++) {
      char c = text.charAt(i);
      shown.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown + (text.length() > 60 ? "..." : "");
  }
}
