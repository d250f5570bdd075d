package org.numaslab.node.loan;

import org.jspecify.annotations.Nullable;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.topology.CpuId;

/// Where a node puts its answers when it has borders: those to its own CPUs go on, those to other
/// members wait for its [Home].
///
/// Owner: the member's shell.
public final class NodeAnswers implements NodeOutbox {
  private final NodeOutbox own;
  private boolean isForOthers;
  private @Nullable NodeReply reply;

  /// @param own takes the answers to the node's own CPUs and to the registry
  public NodeAnswers(NodeOutbox own) {
    this.own = own;
  }

  @Override
  public void answer(CpuId to, NodeReply answer) {
    if (isForOthers) {
      reply = answer;
    } else {
      own.answer(to, answer);
    }
  }

  @Override
  public void answerRegistry(RegistryReply answer) {
    own.answerRegistry(answer);
  }

  /// What the node answers while it does something.
  NodeReply during(Runnable request) {
    isForOthers = true;
    try {
      request.run();
    } finally {
      isForOthers = false;
    }
    NodeReply answer = reply;
    reply = null;
    if (answer == null) {
      throw new IllegalStateException("a node did not answer");
    }
    return answer;
  }
}
