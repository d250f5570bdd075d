package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {
  @Test
  void paragraphsWrapUnderTheirFirstWord() {
    Page page = new Page();
    page.paragraph("label  ", "word ".repeat(30).strip());

    List<String> lines = page.toString().lines().toList();
    assertThat(lines).hasSize(2).allMatch(line -> line.length() <= Page.WIDTH);
    assertThat(lines.get(0)).startsWith("label  word word");
    assertThat(lines.get(1)).startsWith("       word");
  }

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Page page = new Page();
    page.table(List.of("name", "n"), List.of(List.of("a", "1,000"), List.of("long name", "2")));

    assertThat(page)
        .hasToString(
            """
              name           n
              a          1,000
              long name      2
            """);
  }

  @Test
  void numbersOfThingsAgreeWithThem() {
    assertThat(Page.count(1, "node")).isEqualTo("1 node");
    assertThat(Page.count(2000, "node")).isEqualTo("2,000 nodes");
  }

  @Test
  void sharesAreRoundedOnceForAllReaders() {
    assertThat(Share.of(1, 3)).isEqualTo(0.333333);
    assertThat(Share.of(0, 0)).isZero();
  }
}
