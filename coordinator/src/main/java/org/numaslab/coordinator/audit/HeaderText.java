package org.numaslab.coordinator.audit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The first line of a history.
final class HeaderText {
  static final String ALLOWED =
      HistoryFile.FORMAT
          + HistoryFile.FORMAT_VERSION
          + " seed=S version=V nodes=N cpus=NODE,NODE,...";

  /// Written as we write it: no plus, no zero before others; the longest has 20 characters.
  private static final Pattern NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,18}");

  private static final List<String> NAMES = List.of("seed=", "version=", "nodes=", "cpus=");

  private final HistoryLines lines;
  private final String[] values;

  private HeaderText(HistoryLines lines, String[] values) {
    this.lines = lines;
    this.values = values;
  }

  /// Goes to the first line and reads it.
  static HistoryHeader read(HistoryLines lines) {
    if (!lines.next(HistoryFile.HEADER_BYTES_MAX)) {
      throw lines.bad("header", "", ALLOWED);
    }
    lines.refuseBinary();
    String text = lines.text();
    if (!text.startsWith(HistoryFile.FORMAT)) {
      throw lines.bad("header", text, ALLOWED);
    }
    String[] words = text.substring(HistoryFile.FORMAT.length()).split(" ", -1);
    if (!words[0].equals(HistoryFile.FORMAT_VERSION)) {
      throw lines.bad("format", words[0], HistoryFile.FORMAT_VERSION);
    }
    if (words.length != 1 + NAMES.size()) {
      throw lines.bad("header", text, ALLOWED);
    }
    String[] values = new String[NAMES.size()];
    for (int i = 0; i < values.length; i++) {
      String name = NAMES.get(i);
      if (!words[i + 1].startsWith(name)) {
        throw lines.bad("header", words[i + 1], name);
      }
      values[i] = words[i + 1].substring(name.length());
    }
    return new HeaderText(lines, values).header();
  }

  private HistoryHeader header() {
    long seed = number("seed", values[0], Long.MIN_VALUE, Long.MAX_VALUE);
    if (!HistoryHeader.VERSION.matcher(values[1]).matches()) {
      throw lines.bad("version", values[1], "1 to 64 characters");
    }
    int nodes = (int) number("nodes", values[2], 1, HistoryHeader.NODES_MAX);
    String[] cpus = values[3].split(",", -1);
    if (cpus.length > HistoryHeader.CPUS_MAX) {
      throw lines.bad("cpus", cpus.length + " cpus", "1.." + HistoryHeader.CPUS_MAX);
    }
    List<Integer> nodeOfCpu = new ArrayList<>();
    for (String cpu : cpus) {
      nodeOfCpu.add((int) number("cpus", cpu, 0, nodes - 1));
    }
    return new HistoryHeader(seed, values[1], nodes, nodeOfCpu);
  }

  private long number(String what, String text, long min, long max) {
    Matcher number = NUMBER.matcher(text);
    if (number.matches()) {
      BigInteger value = new BigInteger(text);
      if (value.bitLength() < Long.SIZE && value.longValue() >= min && value.longValue() <= max) {
        return value.longValue();
      }
    }
    throw lines.bad(what, text, min + ".." + max);
  }
}
