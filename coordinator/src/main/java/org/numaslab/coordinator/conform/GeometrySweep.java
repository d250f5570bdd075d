package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// Requests for every combination of sizes, alignments and flags.
///
/// `sizes` and `aligns` are lists of numbers and ranges as `8,16,100..200:10`, ends included, step
/// 1 when none is given; `flags` is a list of [SlabFlags] texts, words of one joined by `+`.
public record GeometrySweep(
    List<Integer> sizes, List<Integer> aligns, List<String> flags, boolean ctor) {
  /// Rows of a sweep: every size up to a page with each alignment and flag; more is a mistake.
  public static final int ROWS_MAX = 1 << 18;

  private static final Pattern ITEM = Pattern.compile("(-?\\d+)(?:\\.\\.(-?\\d+)(?::(-?\\d+))?)?");

  public GeometrySweep {
    long rows = (long) sizes.size() * aligns.size() * flags.size();
    if (rows > ROWS_MAX) {
      throw new BadInput(
          "sweep: got %d sizes x %d aligns x %d flags, allowed: up to %d rows"
              .formatted(sizes.size(), aligns.size(), flags.size(), ROWS_MAX));
    }
    sizes = List.copyOf(sizes);
    aligns = List.copyOf(aligns);
    flags = List.copyOf(flags);
  }

  public static GeometrySweep parse(String sizes, String aligns, String flags, boolean ctor) {
    return new GeometrySweep(
        numbers("--size", sizes, 1, CacheRequest.OBJECT_SIZE_MAX),
        numbers("--align", aligns, 0, CacheRequest.ALIGN_MAX),
        List.of(flags.split(",", -1)),
        ctor);
  }

  /// Is there only one cache to look at?
  public boolean single() {
    return sizes.size() * aligns.size() * flags.size() == 1;
  }

  /// All of them, flags in the outermost loop, sizes in the innermost.
  public List<CacheRequest> requests() {
    List<CacheRequest> requests = new ArrayList<>();
    for (String words : flags) {
      int bits = SlabFlags.parse(words);
      for (int align : aligns) {
        for (int size : sizes) {
          requests.add(new CacheRequest(name(size, align, words), size, align, bits, ctor));
        }
      }
    }
    return requests;
  }

  private String name(int size, int align, String words) {
    return "of %d bytes, align %d, flags %s%s"
        .formatted(size, align, words, ctor ? ", with constructor" : "");
  }

  private static List<Integer> numbers(String option, String text, int min, int max) {
    List<Integer> numbers = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      Matcher matcher = ITEM.matcher(item.strip());
      if (!matcher.matches()) {
        throw new BadInput(
            "%s: got \"%s\", allowed: numbers and ranges as 8,16,100..200:10"
                .formatted(option, item));
      }
      long first = number(option, matcher.group(1), min, max);
      long last = matcher.group(2) == null ? first : number(option, matcher.group(2), min, max);
      long step = matcher.group(3) == null ? 1 : number(option + " step", matcher.group(3), 1, max);
      if (last < first) {
        throw new BadInput(
            "%s: got the empty range %s, allowed: its end not before its start"
                .formatted(option, item));
      }
      if (numbers.size() + (last - first) / step >= ROWS_MAX) {
        throw new BadInput(
            "%s: got %s, allowed: up to %d numbers".formatted(option, text, ROWS_MAX));
      }
      for (long number = first; number <= last; number += step) {
        numbers.add((int) number);
      }
    }
    return numbers;
  }

  private static long number(String option, String digits, int min, int max) {
    boolean readable = digits.length() <= 11;
    long number = readable ? Long.parseLong(digits) : 0;
    if (!readable || number < min || number > max) {
      throw new BadInput("%s: got %s, allowed: %d..%d".formatted(option, digits, min, max));
    }
    return number;
  }
}
