package org.numaslab.coordinator.driver.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.fault.Fault;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.LinkFaults;
import org.numaslab.coordinator.fault.LinkFaults.Fate;
import org.numaslab.coordinator.fault.ScheduledFault;
import org.numaslab.coordinator.fault.Sides;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.NodeId;

/// Does what a schedule says to what this process sends.
///
/// | fault | where |
/// |---|---|
/// | loss, duplicate, delay, reorder | at parcels: Artery and the cluster's heartbeats do not notice |
/// | cut, partition, bridge, ring | below Artery, for all of its frames, heartbeats too: as with a cable |
///
/// Every process has the same schedule, and does its part: what it sends.
///
/// For any thread.
public final class FaultyShim implements Shim {
  private final ClusterSystem process;
  private final List<ScheduledFault> faults;
  private final int nodes;
  private final LinkFaults links;

  /// By the node at the other end, how often the link to it is cut.
  private final int[] cutTo;

  private long intoCuts;
  private @Nullable Consumer<Parcel> wire;
  private @Nullable Clock clock;

  /// @param nodes of the machine
  public FaultyShim(ClusterSystem process, List<ScheduledFault> faults, int nodes, long seed) {
    this.process = process;
    this.faults = List.copyOf(faults);
    this.nodes = nodes;
    int mine = process.own().getFirst().node().value();
    this.cutTo = new int[nodes];
    this.links = new LinkFaults(new SplittableRandom(seed * 31 + mine));
  }

  @Override
  public MemberLink around(Consumer<Parcel> to, Clock later) {
    this.wire = to;
    this.clock = later;
    return this::send;
  }

  private void send(Parcel parcel) {
    int from = parcel.from().node().value();
    int to = parcel.to().node().value();
    Fate fate;
    synchronized (this) {
      fate = links.next(from, to);
      if (cutTo[to] > 0) {
        intoCuts++;
      }
    }
    if (!fate.isLost()) {
      pass(parcel, fate.extraNanos());
      if (fate.isDoubled()) {
        pass(parcel, fate.extraNanos());
      }
    }
  }

  private void pass(Parcel parcel, long extraNanos) {
    Consumer<Parcel> to = wire;
    Clock later = clock;
    if (to != null && later != null && extraNanos > 0) {
      later.after(extraNanos, () -> to.accept(parcel));
    } else if (to != null) {
      to.accept(parcel);
    }
  }

  /// What is sent into a link that is cut, in whatever way, counts as [FaultKind#CUT].
  @Override
  public synchronized Map<FaultKind, Long> hits() {
    Map<FaultKind, Long> hits = links.hits();
    if (intoCuts > 0) {
      hits.put(FaultKind.CUT, intoCuts);
    }
    return hits;
  }

  // ---- the schedule

  @Override
  public void begin() {
    Clock later = clock;
    if (later == null) {
      return;
    }
    for (ScheduledFault scheduled : faults) {
      later.after(scheduled.atNanos(), () -> begin(scheduled, later));
    }
  }

  private void begin(ScheduledFault scheduled, Clock later) {
    Fault fault = scheduled.fault();
    synchronized (this) {
      links.begin(fault);
    }
    List<Runnable> mends = cut(fault);
    if (scheduled.forNanos() != ScheduledFault.TO_THE_END) {
      later.after(
          scheduled.forNanos(),
          () -> {
            synchronized (this) {
              links.end(fault);
            }
            mends.forEach(Runnable::run);
          });
    }
  }

  /// @return what mends each link that it cuts
  private List<Runnable> cut(Fault fault) {
    List<Runnable> mends = new ArrayList<>();
    for (Fault.Cut cut : Sides.cutBy(fault, nodes)) {
      for (Incarnation mine : process.own()) {
        if (mine.node().equals(cut.from())) {
          mends.add(cut(cut.to()));
        }
      }
    }
    return mends;
  }

  private Runnable cut(NodeId to) {
    Runnable mend = process.cutOff(to, false);
    count(to, 1);
    return () -> {
      count(to, -1);
      mend.run();
    };
  }

  private synchronized void count(NodeId to, int more) {
    cutTo[to.value()] += more;
  }
}
