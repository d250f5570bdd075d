package org.numaslab.coordinator.trace;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.topology.BadInput;

/// A decoded trace, ready to be replayed: per cpu a list of operations, and a slot for each
/// allocation.
///
/// Slots are numbered in the order of allocation. Immutable; may be read from any thread.
public final class Trace {
  private final String source;
  private final TextCounts text;
  private final ReplayCounts replay;
  private final List<TraceCache> caches;
  private final List<Long> firstLines;
  private final CpuOperations[] operations;
  private final short[] cpuBySequence;
  private final long[] pointers;
  private final int[] bytesRequested;
  private final BitSet inferred;
  private final double[] unmatchedShares;
  private final int highestNode;
  private final @Nullable TextTable callSites;
  private final long firstCutLine;
  private final String firstCutText;
  private final List<String> unknownGfpWords;

  /// @param callSites null where they are not kept
  Trace(
      String source,
      Tally tally,
      FieldTexts fieldTexts,
      @Nullable TextTable callSites,
      Replayable replayable) {
    this.source = source;
    this.text = tally.counts();
    this.replay = replayable.counts();
    this.caches = replayable.caches();
    this.firstLines = tally.firstLines();
    this.operations = replayable.operations();
    this.cpuBySequence = replayable.cpuBySequence();
    this.pointers = replayable.pointers();
    this.bytesRequested = replayable.bytesRequested();
    this.inferred = replayable.inferred();
    this.unmatchedShares = replayable.unmatchedShares();
    this.highestNode = replayable.highestNode();
    this.callSites = callSites;
    this.firstCutLine = tally.firstCutLine();
    this.firstCutText = tally.firstCutText();
    this.unknownGfpWords = List.copyOf(fieldTexts.unknownGfpWords());
  }

  /// The file, or `standard input`.
  public String source() {
    return source;
  }

  /// What the lines were.
  public TextCounts text() {
    return text;
  }

  /// What is replayed and what is not.
  public ReplayCounts counts() {
    return replay;
  }

  /// Caches with at least one replayed allocation, in the order of the first ones.
  public List<TraceCache> caches() {
    return caches;
  }

  /// The highest cpu with an event of any kind, filtered or not, + 1.
  public int cpuCount() {
    return firstLines.size();
  }

  /// The line, from 1, of the first event on `cpu`; 0 for none.
  public long firstLine(int cpu) {
    return cpu < firstLines.size() ? firstLines.get(cpu) : 0;
  }

  /// The highest node that a replayed allocation asks for; -1: none asks.
  public int highestNode() {
    return highestNode;
  }

  public CpuOperations operations(int cpu) {
    return cpu < operations.length ? operations[cpu] : CpuOperations.NONE;
  }

  /// @param rounds how often the trace is replayed, 1 or more
  public TraceCursor cursor(int cpu, int rounds) {
    if (rounds < 1) {
      throw new BadInput("repeat: got " + rounds + ", allowed: 1 or more");
    }
    return new TraceCursor(operations(cpu), rounds, roundLength());
  }

  /// Sequence numbers of one round: operations and closing frees.
  public long roundLength() {
    return cpuBySequence.length;
  }

  /// Closing frees per round but the last.
  public long closingFrees() {
    return replay.liveAtEnd();
  }

  /// The operations of all rounds.
  public long operations(int cpu, int rounds) {
    CpuOperations own = operations(cpu);
    return (rounds - 1L) * own.roundSize() + own.size();
  }

  /// The cpu whose turn it is in the exact order of the trace.
  public int cpuAt(long sequence) {
    return cpuBySequence[(int) (sequence % cpuBySequence.length)];
  }

  public int slotCount() {
    return pointers.length;
  }

  /// The pointer that the kernel returned; its home follows from the kernel's zones, unless
  /// pointers are hashed.
  public long recordedPointer(int slot) {
    return pointers[slot];
  }

  /// Whether no event tells of the slot's allocation: it was inferred from its free.
  public boolean isInferred(int slot) {
    return inferred.get(slot);
  }

  /// Of all frees in the trace of a cache, by index into [#caches], the share that found no
  /// allocation.
  public double unmatchedShare(int cache) {
    return unmatchedShares[cache];
  }

  /// bytes_req of the slot's allocation.
  public int bytesRequested(int slot) {
    return bytesRequested[slot];
  }

  /// Different call sites, and one more than the highest number of one; 0 where they are not kept.
  public int callSiteCount() {
    return callSites == null ? 0 : callSites.size();
  }

  /// The text of a call site, as `copy_process+0x20e/0x1ae0` or `vmalloc+0x1a/0x30 [module]`.
  ///
  /// @param callSite from 0 to [#callSiteCount] - 1
  public String callSite(int callSite) {
    if (callSites == null) {
      throw new IllegalStateException("trace: its call sites were not kept");
    }
    return callSites.text(callSite);
  }

  /// Words in gfp_flags that no kernel we know prints; they stand for no bit.
  public List<String> unknownGfpWords() {
    return unknownGfpWords;
  }

  /// Throws [BadInput] when the trace has lines that begin as a kmem event and are cut or absurd:
  /// it was damaged on its way.
  public void refuseCutLines() {
    if (firstCutLine > 0) {
      throw new BadInput(
          source
              + ":"
              + firstCutLine
              + ": got a line that is cut or absurd: \""
              + firstCutText
              + "\", allowed: kmem events with all their fields");
    }
  }

  /// Throws [BadInput] when the trace has events of a cpu beyond `cpus`.
  public void requireCpus(int cpus) {
    for (int cpu = cpus; cpu < firstLines.size(); cpu++) {
      if (firstLines.get(cpu) > 0) {
        throw new BadInput(
            source
                + ":"
                + firstLines.get(cpu)
                + ": got an event on cpu "
                + cpu
                + ", allowed: cpu 0 to "
                + (cpus - 1)
                + ", as the topology has them");
      }
    }
  }
}
