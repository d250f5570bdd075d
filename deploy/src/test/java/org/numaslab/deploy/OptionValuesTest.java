package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/// Values of options as people write them.
class OptionValuesTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "512M, 536870912", "4g, 4294967296", "1K, 1024", "2T, 2199023255552"})
  void sizesHaveAUnit(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4G", "512M", "1K", "1000", "3T", "1025K"})
  void aSizeIsPrintedAsItWouldBeWritten(String text) {
    assertThat(ByteSize.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "4X", "G", "99999999999T", "1.5G"})
  void otherTextsAreNoSizes(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(TypeConversionException.class);
  }

  @Test
  void cpusAreNumbersAndRanges() {
    assertThat(CpuList.parse("0-3,6").numbers()).containsExactly(0, 1, 2, 3, 6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3-1", "a", "1,,2", "0-99999", "-1"})
  void otherTextsAreNoCpus(String text) {
    assertThatThrownBy(() -> CpuList.parse(text)).isInstanceOf(TypeConversionException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "recordings/forkstorm/trace.txt.gz, forkstorm",
    "web.trace.gz, web",
    "some/where/trace-1.txt, trace-1",
    "-, stdin"
  })
  void aRunIsNamedAfterItsTrace(String file, String name) {
    TraceOptions options = new TraceOptions();
    options.file = file;
    assertThat(options.name()).isEqualTo(name);
  }
}
