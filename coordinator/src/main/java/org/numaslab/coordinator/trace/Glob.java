package org.numaslab.coordinator.trace;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Patterns of names, as a shell has them: `*` stands for any text, `?` for one character.
public final class Glob {
  private Glob() {}

  public static boolean matches(String glob, String name) {
    return of(glob).test(name);
  }

  /// What a glob matches, for many names.
  public static Predicate<String> of(String glob) {
    String regex =
        glob.codePoints()
            .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining());
    return Pattern.compile(regex).asMatchPredicate();
  }
}
