package org.numaslab.coordinator.driver.cluster;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.protocol.NodeProtocol.Deactivate;
import org.numaslab.node.protocol.NodeProtocol.Free;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeProtocol.Unfreeze;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Outcome;

/// Frames that a member wants to send. What comes in floods, and goes to one other member, goes as
/// one parcel: a message costs Artery more than its bytes do.
///
/// | frame | goes |
/// |---|---|
/// | frees and slabs that go back: nobody waits for the answer | with the next one that is urgent, or when the member has taken what lies in its mailbox |
/// | answers to them | together, with those that came together |
/// | all others | at once, alone |
///
/// Owner: the member, while it has everything to itself.
final class Parcels {
  /// Of one parcel together: a thousand addresses and slabs are far from the largest frame.
  private static final int WEIGHT_MAX = 1024;

  /// A frame in itself.
  private static final int WEIGHT = 16;

  private final List<Frame> waiting = new ArrayList<>();
  private boolean isUrgent;

  void add(Frame frame) {
    waiting.add(frame);
    isUrgent |= frame.body() instanceof Answer || weight(frame) == WEIGHT_MAX;
  }

  /// All goes now.
  void hurry() {
    isUrgent = true;
  }

  /// Whether there is something that may wait.
  boolean isWaiting() {
    return !isUrgent && !waiting.isEmpty();
  }

  boolean isUrgent() {
    return isUrgent;
  }

  /// What goes next, in the order in which it was added; empty when nothing is left.
  Frame[] next() {
    int count = 0;
    for (int weight = 0; count < waiting.size(); count++) {
      weight += weight(waiting.get(count));
      boolean fits =
          count == 0
              || (weight <= WEIGHT_MAX && waiting.get(count).to().equals(waiting.getFirst().to()));
      if (!fits) {
        break;
      }
    }
    isUrgent &= count < waiting.size();
    List<Frame> next = waiting.subList(0, count);
    Frame[] frames = next.toArray(Frame[]::new);
    next.clear();
    return frames;
  }

  private static int weight(Frame frame) {
    return switch (frame.body()) {
      case Request(long sequence, long oldest, ForNode(FromCpu message)) ->
          switch (message) {
            case Free free -> WEIGHT + objects(free.runs());
            case Unfreeze unfreeze -> WEIGHT + unfreeze.slabs().length;
            case Deactivate deactivate -> WEIGHT + deactivate.indexes().length;
            default -> WEIGHT_MAX;
          };
      case Answer(long sequence, FromNode(Applied applied, int partial)) ->
          WEIGHT + slabs(applied.outcomes());
      default -> WEIGHT_MAX;
    };
  }

  private static int objects(FreedRun[] runs) {
    int objects = 0;
    for (FreedRun run : runs) {
      objects += run.objects().length;
    }
    return objects;
  }

  private static int slabs(Outcome[] outcomes) {
    int slabs = 0;
    for (Outcome outcome : outcomes) {
      slabs += outcome.frozen().length;
    }
    return slabs;
  }
}
