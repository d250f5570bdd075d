package org.numaslab.coordinator.conform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.Verdict.Difference;

/// The figures of a conform command as JSON, the same for the same input.
public final class ConformResult {
  private ConformResult() {}

  /// @param command what a person types to get the same
  /// @param machine the folder of the recorded machine
  public static String json(String command, String machine, List<Verdict> verdicts) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("command", command);
    result.put("machine", machine);
    result.put("equal", verdicts.stream().allMatch(Verdict::isEqual));
    result.put("recordings_equal", verdicts.stream().filter(Verdict::isEqual).count());
    result.put("recordings_total", verdicts.size());
    result.put("states_equal", verdicts.stream().mapToInt(Verdict::statesEqual).sum());
    result.put("states_total", verdicts.stream().mapToInt(Verdict::statesTotal).sum());
    result.put("steps_equal", verdicts.stream().mapToInt(Verdict::stepsEqual).sum());
    result.put("steps_total", verdicts.stream().mapToInt(Verdict::stepsTotal).sum());
    result.put("steps_not_judged", verdicts.stream().mapToInt(Verdict::stepsNotJudged).sum());
    result.put("recordings", verdicts.stream().map(ConformResult::verdict).toList());
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers and texts that are no JSON", impossible);
    }
  }

  private static Map<String, @Nullable Object> verdict(Verdict v) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", v.name());
    map.put("equal", v.isEqual());
    map.put("states_equal", v.statesEqual());
    map.put("states_total", v.statesTotal());
    map.put("steps_equal", v.stepsEqual());
    map.put("steps_total", v.stepsTotal());
    map.put("orders_after_shrink_taken", v.ordersTaken());
    map.put("steps_not_judged", v.notJudged());
    Difference d = v.first();
    if (d != null) {
      Map<String, Object> first = new LinkedHashMap<>();
      first.put("step", d.step());
      first.put("line", d.line());
      first.put("command", d.command());
      first.put("row", d.at());
      first.put("recorded", d.recorded());
      first.put("emulated", d.emulated());
      map.put("first_difference", first);
    }
    return map;
  }
}
