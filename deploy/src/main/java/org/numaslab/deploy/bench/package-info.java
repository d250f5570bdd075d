/// Benchmarks: each row is our code beside its limit, measured in the same run.
///
/// Written for machines that are shared and not quiet. A sample is one invocation, thousands of
/// operations long, so that a preempted one is an outlier and not a bias; a fork counts by the
/// median of its samples, a side by the median over its forks; and forks of both sides alternate.
/// So ratios hold where times do not.
@NullMarked
package org.numaslab.deploy.bench;

import org.jspecify.annotations.NullMarked;
