package org.numaslab.node.loan;

import org.numaslab.node.cache.CacheId;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.topology.CpuId;

/// What travels between two members, about the objects of one home. It may be lost, late, doubled
/// or overtaken.
///
/// @param to the incarnation that is meant: no other listens
/// @param home in whose memory the objects lie; one of the two, unless objects are handed off
public record Frame(Incarnation from, Incarnation to, Incarnation home, Body body) {
  /// What it says.
  public sealed interface Body {}

  /// Something to be done once, asked again until it is answered.
  ///
  /// @param sequence counts the requests from `from` to `to` about `home`, from 1
  /// @param oldestOpen every request before it is answered
  public record Request(long sequence, long oldestOpen, Asked asked) implements Body {}

  /// What became of a request.
  public record Answer(long sequence, Told told) implements Body {}

  /// Lets the lease go on.
  ///
  /// @param sentAt by the sender's clock
  /// @param fenced the last view of the home that the sender has taken over
  public record Renew(long sentAt, long fenced) implements Body {}

  /// The lease goes on; also sent unasked, when something else in it is new.
  ///
  /// @param sentAt of the [Renew], or [#UNASKED]
  /// @param removed those that were removed between the view that the receiver has fenced and this
  /// @param view how many were removed, as far as the home knows
  /// @param census the number of the census that is open, or [#NONE]
  /// @param closed the number of the last census that was closed, or [#NONE]
  /// @param nrPartial how long the partial list of each cache is, by cache number
  public record RenewAck(
      long sentAt, Incarnation[] removed, long view, long census, long closed, int[] nrPartial)
      implements Body {
    public static final long UNASKED = -1;
    public static final long NONE = 0;
  }

  /// What is to be done once.
  public sealed interface Asked {}

  /// Something that a cpu asks its home for.
  public record ForNode(NodeProtocol.FromCpu message) implements Asked {}

  /// A task passes objects on to a task of another member.
  ///
  /// @param to the cpu of the task that gets them
  /// @param names what the tasks call them, one for each object, in their order; then of those that
  ///   the sender should have had and has not
  public record HandOff(CpuId to, CacheId cache, long[] objects, long[] names) implements Asked {}

  /// What a member has of the home: the answer to a census.
  ///
  /// @param part counts from 0
  public record Listed(long census, int part, int parts, Marks.OfPage[] pages) implements Asked {}

  /// What became of it.
  public sealed interface Told {}

  /// The home's answer to a cpu.
  ///
  /// @param nrPartial how long the cache's partial list is now; [#NO_COUNT] where no cache was
  ///   named
  public record FromNode(NodeReply reply, int nrPartial) implements Told {
    public static final int NO_COUNT = -1;
  }

  /// Objects were taken over, or not.
  public record Taken(boolean isTaken) implements Told {}

  /// A list was noted.
  public record Noted() implements Told {}
}
