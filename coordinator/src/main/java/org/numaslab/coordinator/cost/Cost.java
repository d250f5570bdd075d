package org.numaslab.coordinator.cost;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import org.HdrHistogram.Histogram;

/// Nanoseconds that requests of one kind between two nodes spent in one part.
///
/// @param kind of request, as in messages, or [Costs#HAND_OFF]
/// @param from node of the cpu
/// @param to node that was asked
public record Cost(
    String kind,
    int from,
    int to,
    Part part,
    @JsonSerialize(using = HistogramJson.Writer.class)
        @JsonDeserialize(using = HistogramJson.Reader.class)
        Histogram nanos) {}
