package org.numaslab.cpu.client;

import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.memory.ObjectAddress;

/// A task read or wrote outside of the object that it began in. Nothing was changed. Worded as
/// KASAN's reports are (mm/kasan/report.c, v6.1).
public final class AccessFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  AccessFault(String what, long address, long bytes, AddressInfo info) {
    super(report(what, address, bytes, info));
  }

  private static String report(String what, long address, long bytes, AddressInfo info) {
    String access =
        "BUG: KASAN: %s of size %d at addr %s".formatted(what, bytes, ObjectAddress.print(address));
    return switch (info.what()) {
      case OBJECT, PAGES ->
          "%s: slab-out-of-bounds: the object has %d bytes [%s, %s)"
              .formatted(
                  access,
                  info.bytes(),
                  ObjectAddress.print(info.begin()),
                  ObjectAddress.print(info.begin() + info.bytes()));
      case BEYOND -> access + ": slab-out-of-bounds: behind the last object of a slab";
      case NOTHING -> access + ": wild-memory-access: no object lies there";
    };
  }
}
