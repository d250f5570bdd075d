package org.numaslab.coordinator.trace;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Patterns of cache names, as a shell has them: `*` stands for any text, `?` for one character.
public final class Glob {
  private Glob() {}

  public static boolean matches(String glob, String name) {
    String regex =
        glob.codePoints()
            .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining());
    return Pattern.matches(regex, name);
  }
}
