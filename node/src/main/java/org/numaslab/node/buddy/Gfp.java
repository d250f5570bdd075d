package org.numaslab.node.buddy;

/// The `gfp_t` bits of an allocation request, with the values of Linux 6.1
/// (include/linux/gfp_types.h).
public final class Gfp {
  public static final int DMA = 0x01;
  public static final int HIGHMEM = 0x02;
  public static final int DMA32 = 0x04;
  public static final int MOVABLE = 0x08;
  public static final int RECLAIMABLE = 0x10;
  public static final int HIGH = 0x20;
  public static final int IO = 0x40;
  public static final int FS = 0x80;
  public static final int ZERO = 0x100;
  public static final int ATOMIC_RESERVES = 0x200;
  public static final int DIRECT_RECLAIM = 0x400;
  public static final int KSWAPD_RECLAIM = 0x800;
  public static final int WRITE = 0x1000;
  public static final int NOWARN = 0x2000;
  public static final int RETRY_MAYFAIL = 0x4000;
  public static final int NOFAIL = 0x8000;
  public static final int NORETRY = 0x10000;
  public static final int MEMALLOC = 0x20000;
  public static final int COMP = 0x40000;
  public static final int NOMEMALLOC = 0x80000;
  public static final int HARDWALL = 0x100000;
  public static final int THISNODE = 0x200000;
  public static final int ACCOUNT = 0x400000;

  public static final int RECLAIM = DIRECT_RECLAIM | KSWAPD_RECLAIM;
  public static final int KERNEL = RECLAIM | IO | FS;
  public static final int KERNEL_ACCOUNT = KERNEL | ACCOUNT;
  public static final int ATOMIC = HIGH | ATOMIC_RESERVES | KSWAPD_RECLAIM;
  public static final int NOWAIT = KSWAPD_RECLAIM;
  public static final int NOIO = RECLAIM;
  public static final int NOFS = RECLAIM | IO;
  public static final int USER = KERNEL | HARDWALL;
  public static final int HIGHUSER = USER | HIGHMEM;
  public static final int HIGHUSER_MOVABLE = HIGHUSER | MOVABLE;
  public static final int TRANSHUGE_LIGHT =
      (HIGHUSER_MOVABLE | COMP | NOMEMALLOC | NOWARN) & ~RECLAIM;
  public static final int TRANSHUGE = TRANSHUGE_LIGHT | DIRECT_RECLAIM;

  /// What a slab's pages take from the request of an object; all else is its cache's to say
  /// (`GFP_RECLAIM_MASK | GFP_CONSTRAINT_MASK` in `new_slab`).
  public static final int OF_SLAB_PAGES =
      RECLAIM
          | HIGH
          | IO
          | FS
          | NOWARN
          | RETRY_MAYFAIL
          | NOFAIL
          | NORETRY
          | MEMALLOC
          | NOMEMALLOC
          | ATOMIC_RESERVES
          | HARDWALL
          | THISNODE;

  private Gfp() {}
}
