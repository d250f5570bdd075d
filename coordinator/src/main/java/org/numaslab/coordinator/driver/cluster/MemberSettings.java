package org.numaslab.coordinator.driver.cluster;

import java.util.List;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.topologies.RecordedZone;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.topology.Topology;

/// What every member of a cluster is made of, alike.
///
/// @param zones of the machine, as they were recorded; none where it was not
/// @param seed of everything that is drawn: each node and cpu has a stream of its own, whoever else
///   is in its process
/// @param faults made to happen in each member by itself
/// @param touchedBytesMax real memory for each member
/// @param operations per turn of a cpu
public record MemberSettings(
    Topology topology,
    List<RecordedZone> zones,
    LoanTimes times,
    long seed,
    RemoteDraw remoteDraw,
    Faults faults,
    long touchedBytesMax,
    int operations) {}
