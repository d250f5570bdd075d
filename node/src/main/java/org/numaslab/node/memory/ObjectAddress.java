package org.numaslab.node.memory;

/// A physical address, printed as the kernel prints a pointer into its direct map. Inside loops the
/// bare long is used.
public record ObjectAddress(long physical) {
  /// Where x86-64 maps physical address 0 (`page_offset_base` without KASLR).
  public static final long DIRECT_MAP = 0xffff888000000000L;

  public static ObjectAddress ofPointer(long pointer) {
    return new ObjectAddress(pointer - DIRECT_MAP);
  }

  public long frame() {
    return physical >>> Memory.PAGE_SHIFT;
  }

  public static String print(long physical) {
    return "0x" + Long.toHexString(physical + DIRECT_MAP);
  }

  @Override
  public String toString() {
    return print(physical);
  }
}
