package org.numaslab.coordinator.conform;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
public record Recording(String name, List<Step> steps) {
  /// One command and its rows.
  public record Step(int number, int line, String command, List<Row> rows) {}

  /// One row of the file.
  public record Row(int line, String tag, List<String> fields) {
    String field(int index) {
      return index < fields.size() ? fields.get(index) : "";
    }

    String text() {
      return tag + (fields.isEmpty() ? "" : "\t" + String.join("\t", fields));
    }
  }

  private static final Set<String> TAGS =
      Set.of(
          "CMD", "RC", "DONE", "AN", "CREATE", "CREATEH", "RANDSEQ", "A", "R", "CPU", "CPUPART",
          "NODE", "NODEPART", "NODEFULL", "CTOR", "CTORSEQ", "SYSFS", "SLABINFO", "BUDDY", "DMESG",
          "HEX", "HEXROW", "TAIL", "NOTE", "DESTROY", "CLEANUP", "CAT", "EAT", "UNEAT");

  /// Reads a recording, plain or gzipped.
  ///
  /// @throws BadInput when it cannot be read, or has a row that is not known
  public static Recording read(Path file) {
    List<Step> steps = new ArrayList<>();
    int number = 0;
    try (BufferedReader lines = open(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        read(file, number, line, steps);
      }
    } catch (EOFException | ZipException e) {
      throw new BadInput(file + ":" + (number + 1) + ": the gzip stream is damaged or cut", e);
    } catch (NoSuchFileException e) {
      throw new BadInput(file + ": no such file", e);
    } catch (IOException e) {
      throw new BadInput(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (steps.isEmpty()) {
      throw new BadInput(file + ": not a recording: it has no CMD row");
    }
    return new Recording(nameOf(file), steps);
  }

  private static BufferedReader open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new BadInput(file + ": a folder, where a recording is needed");
    }
    InputStream in = Files.newInputStream(file);
    try {
      InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
      return new BufferedReader(new InputStreamReader(text, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.tsv(\\.gz)?$", "");
  }

  private static void read(Path file, int number, String line, List<Step> steps) {
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
          file + ":" + number + ": row '" + cut(tag) + "' is not known, allowed: "
              + TAGS.stream().sorted().toList());
    }
    List<String> fields = List.of(Arrays.copyOfRange(parts, 2, parts.length));
    if (tag.equals("CMD")) {
      steps.add(new Step(step, number, String.join("\t", fields), new ArrayList<>()));
    } else if (!tag.equals("NOTE")) {
      if (steps.isEmpty() || steps.getLast().number() != step) {
        throw new BadInput(
            file + ":" + number + ": row of step " + step + " without its CMD row before");
      }
      steps.getLast().rows().add(new Row(number, tag, fields));
    }
  }

  private static int stepNumber(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String cut(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
