package org.numaslab.node.loan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A set of addresses of objects and blocks: one bit for each 8 bytes of every page that has any.
/// Pages are looked up by their region, 2 MiB of addresses, and their place in it.
///
/// Owner: its border.
public final class Marks {
  private static final int PAGE_SHIFT = 12;
  private static final int UNIT_SHIFT = 3;
  private static final int REGION_SHIFT = 9;
  private static final long NO_PAGE = -1;
  private static final long[] NOTHING = {};
  private static final int WORDS = 1 << (PAGE_SHIFT - UNIT_SHIFT) >> 6;

  /// The marks of one page.
  ///
  /// @param page number of its frame
  /// @param bits bit i is the address `page * 4096 + i * 8`
  public record OfPage(long page, long[] bits) {}

  /// What is null has no marks.
  private final Map<Long, long[] @Nullable []> regions = new HashMap<>();

  private long size;

  /// The region that was looked at last.
  private long lastRegion = NO_PAGE;

  private long @Nullable [] @Nullable [] lastPages;

  /// The page that was looked at last: addresses come slab by slab.
  private long lastPage = NO_PAGE;

  private long @Nullable [] lastBits;

  private static int bit(long address) {
    return (int) (address >>> UNIT_SHIFT) & (WORDS * Long.SIZE - 1);
  }

  private static boolean has(long[] bits, int bit) {
    return (bits[bit >> 6] & 1L << bit) != 0;
  }

  /// @return whether it was not set
  private static boolean set(long[] bits, int bit) {
    boolean isNew = !has(bits, bit);
    bits[bit >> 6] |= 1L << bit;
    return isNew;
  }

  /// @return whether it was set
  private static boolean clear(long[] bits, int bit) {
    boolean wasSet = has(bits, bit);
    bits[bit >> 6] &= ~(1L << bit);
    return wasSet;
  }

  private static int place(long page) {
    return (int) page & (1 << REGION_SHIFT) - 1;
  }

  private void lookAt(long region) {
    if (region != lastRegion) {
      lastRegion = region;
      lastPages = regions.get(region);
    }
  }

  /// The marks of a page, null for none.
  private long @Nullable [] bitsOf(long page) {
    lookAt(page >>> REGION_SHIFT);
    return lastPages == null ? null : lastPages[place(page)];
  }

  private long @Nullable [] bits(long address) {
    long page = address >>> PAGE_SHIFT;
    if (page != lastPage) {
      lastPage = page;
      lastBits = bitsOf(page);
    }
    return lastBits;
  }

  private long[] newBits(long page) {
    long[] bits = new long[WORDS];
    lookAt(page >>> REGION_SHIFT);
    if (lastPages == null) {
      lastPages = new long[1 << REGION_SHIFT][];
      regions.put(lastRegion, lastPages);
    }
    lastPages[place(page)] = bits;
    lastPage = page;
    lastBits = bits;
    return bits;
  }

  private void drop(long page) {
    lookAt(page >>> REGION_SHIFT);
    if (lastPages != null) {
      lastPages[place(page)] = null;
    }
    lastPage = NO_PAGE;
  }

  /// @return whether it was not there
  public boolean add(long address) {
    long[] bits = bits(address);
    if (bits == null) {
      bits = newBits(address >>> PAGE_SHIFT);
    }
    boolean isNew = set(bits, bit(address));
    size += isNew ? 1 : 0;
    return isNew;
  }

  /// @return whether it was there
  public boolean remove(long address) {
    long[] bits = bits(address);
    int bit = bit(address);
    if (bits == null || !clear(bits, bit)) {
      return false;
    }
    size--;
    if (bits[bit >> 6] == 0 && isEmpty(bits)) {
      drop(address >>> PAGE_SHIFT);
    }
    return true;
  }

  private static boolean isEmpty(long[] bits) {
    long any = 0;
    for (long word : bits) {
      any |= word;
    }
    return any == 0;
  }

  public boolean contains(long address) {
    long[] bits = bits(address);
    return bits != null && has(bits, bit(address));
  }

  // ---- several addresses, page by page

  /// Whether each of them is there, and named once.
  boolean hasEachOnce(long[] addresses) {
    int there = removeUpToMissing(addresses);
    add(addresses, there);
    return there == addresses.length;
  }

  public void addAll(long[] addresses) {
    add(addresses, addresses.length);
  }

  private void add(long[] addresses, int count) {
    for (int at = 0; at < count; ) {
      long page = addresses[at] >>> PAGE_SHIFT;
      int end = endOfPage(addresses, at, count);
      long[] known = bitsOf(page);
      long[] bits = known == null ? newBits(page) : known;
      for (; at < end; at++) {
        size += set(bits, bit(addresses[at])) ? 1 : 0;
      }
    }
  }

  /// @return those that were there; what was given, when it is all of them
  public long[] removeAll(long[] addresses) {
    if (isEmpty()) {
      return NOTHING;
    }
    int count = removeUpToMissing(addresses);
    if (count == addresses.length) {
      return addresses;
    }
    long[] removed = Arrays.copyOf(addresses, addresses.length);
    for (int i = count + 1; i < addresses.length; i++) {
      if (remove(addresses[i])) {
        removed[count++] = addresses[i];
      }
    }
    return Arrays.copyOf(removed, count);
  }

  /// Removes addresses up to the first that is not there.
  ///
  /// @return how many
  private int removeUpToMissing(long[] addresses) {
    int at = 0;
    for (int end = 0; at == end && at < addresses.length; ) {
      long page = addresses[at] >>> PAGE_SHIFT;
      long[] bits = bitsOf(page);
      if (bits == null) {
        break;
      }
      end = endOfPage(addresses, at, addresses.length);
      int begin = at;
      while (at < end && clear(bits, bit(addresses[at]))) {
        at++;
      }
      size -= at - begin;
      if (isEmpty(bits)) {
        drop(page);
      }
    }
    return at;
  }

  /// Where the addresses end that are of one page with the one at `from`.
  private static int endOfPage(long[] addresses, int from, int count) {
    long page = addresses[from] >>> PAGE_SHIFT;
    int end = from + 1;
    while (end < count && addresses[end] >>> PAGE_SHIFT == page) {
      end++;
    }
    return end;
  }

  void clear() {
    regions.clear();
    lastRegion = NO_PAGE;
    lastPages = null;
    lastPage = NO_PAGE;
    size = 0;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public long size() {
    return size;
  }

  /// What is in it, in order.
  public long[] toArray() {
    long[] addresses = new long[Math.toIntExact(size)];
    int count = 0;
    for (OfPage page : byPage()) {
      for (int word = 0; word < WORDS; word++) {
        for (long left = page.bits[word]; left != 0; left &= left - 1) {
          long unit = (long) word * Long.SIZE + Long.numberOfTrailingZeros(left);
          addresses[count++] = (page.page << PAGE_SHIFT) + (unit << UNIT_SHIFT);
        }
      }
    }
    return addresses;
  }

  /// A copy, page by page in order.
  public OfPage[] byPage() {
    List<OfPage> all = new ArrayList<>();
    regions.keySet().stream()
        .sorted()
        .forEach(region -> {
          for (int place = 0; place < 1 << REGION_SHIFT; place++) {
            long page = (region << REGION_SHIFT) + place;
            long[] bits = bitsOf(page);
            if (bits != null) {
              all.add(new OfPage(page, bits.clone()));
            }
          }
        });
    return all.toArray(OfPage[]::new);
  }

  Marks copy() {
    Marks copy = new Marks();
    for (OfPage page : byPage()) {
      System.arraycopy(page.bits, 0, copy.newBits(page.page), 0, WORDS);
    }
    copy.size = size;
    return copy;
  }

  void removeAll(OfPage listed) {
    long[] bits = bitsOf(listed.page);
    if (bits == null) {
      return;
    }
    for (int word = 0; word < WORDS; word++) {
      size -= Long.bitCount(bits[word] & listed.bits[word]);
      bits[word] &= ~listed.bits[word];
    }
    if (isEmpty(bits)) {
      drop(listed.page);
    }
  }
}
