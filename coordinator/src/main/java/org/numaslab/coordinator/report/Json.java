package org.numaslab.coordinator.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Records as JSON: components in their order, in snake case, indented, with a line end at the end.
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
          .build();

  private static final ObjectWriter WRITER =
      MAPPER.writer(
          new DefaultPrettyPrinter()
              .withObjectIndenter(new DefaultIndenter("  ", "\n"))
              .withArrayIndenter(new DefaultPrettyPrinter.FixedSpaceIndenter()));

  private Json() {}

  public static String of(Record figures) {
    return text(figures);
  }

  /// The same, below what it is of.
  ///
  /// @param command that repeats it
  public static String of(String version, String command, Record figures) {
    ObjectNode all = MAPPER.createObjectNode();
    all.put("version", version);
    all.put("command", command);
    all.setAll(MAPPER.<ObjectNode>valueToTree(figures));
    return text(all);
  }

  private static String text(Object figures) {
    try {
      return WRITER.writeValueAsString(figures) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers and texts that are no JSON", impossible);
    }
  }
}
