package org.numaslab.coordinator.report;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.report.BorderPart.Removal;

/// How long it took until the machine had done without a lost member.
///
/// @param killedSeconds after the run began; null where nobody knows
/// @param removedSeconds when the last of the others had removed it; null where one has not
/// @param killToRemovalSeconds null where one of them is
/// @param removalToReclaimSeconds until the last home had back what it had lent; null where none
///   has had since
/// @param killToReclaimSeconds both together; null where one of them is
public record LossTiming(
    int node,
    int life,
    @Nullable Double killedSeconds,
    @Nullable Double removedSeconds,
    @Nullable Double killToRemovalSeconds,
    @Nullable Double removalToReclaimSeconds,
    @Nullable Double killToReclaimSeconds) {
  static LossTiming of(LostMember member, WholeRun run) {
    long[] removed =
        borders(run)
            .flatMap(border -> border.removals().stream())
            .filter(r -> r.node() == member.node() && r.life() == member.life())
            .mapToLong(Removal::after)
            .toArray();
    boolean isRemoved = removed.length > 0;
    long last = LongStream.of(removed).max().orElse(BorderPart.NEVER);
    long reclaimed =
        borders(run).mapToLong(BorderPart::reclaimedAfter).max().orElse(BorderPart.NEVER);
    boolean isKnown = member.killedAfter() != BorderPart.NEVER;
    boolean isReclaimed = isRemoved && reclaimed >= last;
    return new LossTiming(
        member.node(),
        member.life(),
        isKnown ? seconds(member.killedAfter()) : null,
        isRemoved ? seconds(last) : null,
        isKnown && isRemoved ? seconds(last - member.killedAfter()) : null,
        isReclaimed ? seconds(reclaimed - last) : null,
        isKnown && isReclaimed ? seconds(reclaimed - member.killedAfter()) : null);
  }

  private static Stream<BorderPart> borders(WholeRun run) {
    return run.parts().stream().map(RunPart::borders);
  }

  private static Double seconds(long nanos) {
    return nanos / 1e9;
  }
}
