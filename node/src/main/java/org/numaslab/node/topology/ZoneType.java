package org.numaslab.node.topology;

/// A zone of memory, which follows from the physical address alone, as on x86-64 (`enum zone_type`
/// of include/linux/mmzone.h).
///
/// | zone   | addresses      | frames           |
/// |--------|----------------|------------------|
/// | DMA    | below 16 MiB   | 0 .. 4095        |
/// | DMA32  | below 4 GiB    | 4096 .. 1048575  |
/// | NORMAL | all above      | 1048576 ..       |
public enum ZoneType {
  DMA("DMA", 0, 1L << 12),
  DMA32("DMA32", 1L << 12, 1L << 20),
  NORMAL("Normal", 1L << 20, FrameRange.END_MAX);

  private final String kernelName;
  private final long firstFrame;
  private final long endFrame;

  ZoneType(String kernelName, long firstFrame, long endFrame) {
    this.kernelName = kernelName;
    this.firstFrame = firstFrame;
    this.endFrame = endFrame;
  }

  /// The zone of a page frame.
  public static ZoneType of(long frame) {
    return frame < DMA.endFrame ? DMA : frame < DMA32.endFrame ? DMA32 : NORMAL;
  }

  /// The name that zoneinfo and buddyinfo use.
  public String kernelName() {
    return kernelName;
  }

  /// First page frame that may belong to this zone.
  public long firstFrame() {
    return firstFrame;
  }

  /// One past the last page frame that may belong to this zone.
  public long endFrame() {
    return endFrame;
  }
}
