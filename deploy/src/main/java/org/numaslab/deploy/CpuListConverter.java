package org.numaslab.deploy;

import picocli.CommandLine.ITypeConverter;

/// Reads a [CpuList].
final class CpuListConverter implements ITypeConverter<CpuList> {
  @Override
  public CpuList convert(String text) {
    return CpuList.parse(text);
  }
}
