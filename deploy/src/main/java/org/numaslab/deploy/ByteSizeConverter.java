package org.numaslab.deploy;

import picocli.CommandLine.ITypeConverter;

/// Reads a [ByteSize].
final class ByteSizeConverter implements ITypeConverter<ByteSize> {
  @Override
  public ByteSize convert(String text) {
    return ByteSize.parse(text);
  }
}
