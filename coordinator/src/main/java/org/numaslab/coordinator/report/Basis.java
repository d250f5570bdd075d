package org.numaslab.coordinator.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// What a figure rests on.
enum Basis {
  MEASURED("on a real machine, the recorded one or this one"),
  MODELLED("by the emulated kernel"),
  ASSUMED("no input says");

  private final String meaning;

  Basis(String meaning) {
    this.meaning = meaning;
  }

  String meaning() {
    return meaning;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// By section of [RunResult].
  ///
  /// @param isCluster whether it was of several processes
  static Map<String, String> bySection(boolean isCluster) {
    Map<String, String> sections = new LinkedHashMap<>();
    sections.put("setup.used", MEASURED.toString());
    sections.put("setup.assumed", ASSUMED.toString());
    sections.put("trace", MEASURED.toString());
    sections.put("workload", MODELLED.toString());
    sections.put("faults", MODELLED.toString());
    sections.put("paths", MODELLED.toString());
    sections.put("placement", MODELLED + "; recorded_*: " + MEASURED);
    sections.put("messages", MODELLED.toString());
    sections.put("memory", MODELLED.toString());
    sections.put("caches", MODELLED + "; recorded_*: " + MEASURED);
    if (isCluster) {
      sections.put("cluster", MEASURED.toString());
    }
    sections.put("audit", MODELLED.toString());
    return sections;
  }
}
