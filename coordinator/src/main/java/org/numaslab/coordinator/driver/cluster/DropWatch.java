package org.numaslab.coordinator.driver.cluster;

import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;

/// Sees what a stage drops that makes one element of each: it asks for the next one although
/// nothing has come out.
///
/// ```text
/// in --> DropWatch --> the stage --> passed --> out
/// ```
///
/// Owner: the stream.
final class DropWatch<T> extends GraphStage<FlowShape<T, T>> {
  private final Inlet<T> in = Inlet.create("watched");
  private final Outlet<T> out = Outlet.create("to the stage");
  private final Runnable dropped;
  private boolean isInside;

  private DropWatch(Runnable dropped) {
    this.dropped = dropped;
  }

  /// The same stage. It must not run more than once: with several inbound lanes Artery's would.
  ///
  /// @param dropped runs whenever it has dropped an element
  static <A, B, M> Flow<A, B, M> around(
      org.apache.pekko.stream.scaladsl.Flow<A, B, M> stage, Class<A> type, Runnable dropped) {
    DropWatch<A> watch = new DropWatch<>(dropped);
    return Flow.of(type)
        .via(watch)
        .viaMat(stage, Keep.right())
        .map(element -> {
          watch.isInside = false;
          return element;
        });
  }

  @Override
  public FlowShape<T, T> shape() {
    return FlowShape.of(in, out);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new GraphStageLogic(shape()) {
      {
        setHandler(
            in,
            new AbstractInHandler() {
              @Override
              public void onPush() {
                isInside = true;
                push(out, grab(in));
              }
            });
        setHandler(
            out,
            new AbstractOutHandler() {
              @Override
              public void onPull() {
                if (isInside) {
                  isInside = false;
                  dropped.run();
                }
                pull(in);
              }
            });
      }
    };
  }
}
