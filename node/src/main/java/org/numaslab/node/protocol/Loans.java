package org.numaslab.node.protocol;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.topology.CpuId;

/// The slabs of a node that CPUs of other nodes hold: the home's ledger.
///
/// Owner: the node. A loan's number is used once.
final class Loans {
  /// The right of a cpu to hand out what is free in a slab.
  record Loan(long id, CacheId cache, SlabRef slab, CpuId borrower) {}

  private final Map<Long, Loan> open = new HashMap<>();
  private long last;

  SlabRef open(CacheId cache, long frame, long word, CpuId borrower) {
    long id = ++last;
    SlabRef slab = new SlabRef(frame, SlabWord.generation(word), id);
    open.put(id, new Loan(id, cache, slab, borrower));
    return slab;
  }

  /// Whether a loan of that number is open for this cpu and slab.
  boolean isOpen(SlabRef slab, CpuId borrower) {
    Loan loan = open.get(slab.loan());
    return loan != null && loan.slab.equals(slab) && loan.borrower.equals(borrower);
  }

  /// @throws IllegalStateException when the loan is not open for this cpu and slab: a message was
  ///   forged or applied twice
  Loan check(SlabRef slab, CpuId borrower) {
    Loan loan = open.get(slab.loan());
    if (loan == null || !isOpen(slab, borrower)) {
      throw new IllegalStateException(
          "no open loan "
              + slab.loan()
              + " of slab frame 0x"
              + Long.toHexString(slab.frame())
              + " for "
              + borrower
              + ", but "
              + loan);
    }
    return loan;
  }

  void close(SlabRef slab, CpuId borrower) {
    open.remove(check(slab, borrower).id());
  }

  /// Closes all that some CPUs have: they are gone.
  ///
  /// @return what was closed, oldest first
  List<Loan> closeAll(Predicate<CpuId> borrowers) {
    List<Loan> closed =
        open.values().stream()
            .filter(loan -> borrowers.test(loan.borrower))
            .sorted(Comparator.comparingLong(Loan::id))
            .toList();
    closed.forEach(loan -> open.remove(loan.id));
    return closed;
  }

  int count() {
    return open.size();
  }

  /// The loans that are open, in no particular order.
  Iterable<Loan> all() {
    return open.values();
  }
}
