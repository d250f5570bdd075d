package org.numaslab.deploy;

import org.numaslab.node.slab.SlubDebug;
import picocli.CommandLine.ITypeConverter;

/// For options that take the boot parameter `slub_debug=`.
final class SlubDebugConverter implements ITypeConverter<SlubDebug> {
  @Override
  public SlubDebug convert(String text) {
    return SlubDebug.parse(text);
  }
}
